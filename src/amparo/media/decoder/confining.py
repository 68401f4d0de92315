"""What a decoder process may use, set by the process itself before it reads a byte of anybody's file."""

import resource


def confine(memory_bytes: int, *, threads_on_demand: bool = False) -> None:
    """Bound the address space; forbid writing to files, core dumps and new processes for good.

    `threads_on_demand`: only the soft limit of processes is set, so that it can be raised (heic.with_a_thread).
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = resource.getrlimit(resource.RLIMIT_NPROC)[1] if threads_on_demand else 0
    resource.setrlimit(resource.RLIMIT_NPROC, (0, most))


def allow_more_time(seconds: int) -> None:
    """Processor time is counted from the process's start, so the soft limit moves with each file."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))
