"""`amparo …`: the engines and the installation from the command line. One file a command group.

Exit codes: 0 fine (what was skipped is counted and said), 1 a check failed (or something was skipped, with --strict),
2 wrong use, 3 the outside world (a file, a disk, a service).
"""

from amparo.cli.root import amparo, main

__all__ = ["amparo", "main"]
