"""Jobs: start, run, kill, continue. A handler commits in batches and moves its cursor in the same transaction."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from amparo.base import AmparoError, Skipped, gettext_noop
from amparo.web.common.models import Job

logger = logging.getLogger("amparo.jobs")

Handler = Callable[["Run"], None]
HANDLERS: Final[dict[str, Handler]] = {}
#: A job whose worker died this often is broken itself: it fails, with its reason, instead of killing workers for ever.
MAX_ATTEMPTS: Final = 20
#: ... one soon after the other, that is: a machine that is switched off each evening is no reason to give up.
SHORT_LIFE: Final = timedelta(minutes=10)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declare the function that does jobs of `kind`; an app's AppConfig.ready imports its jobs module."""

    def declare(function: Handler) -> Handler:
        if HANDLERS.setdefault(kind, function) is not function:
            raise ValueError(f"two handlers for jobs of kind {kind!r}")
        return function

    return declare


class JobStopped(Exception):
    """Somebody pressed stop, or another worker took the job: leave at once, what is committed stays."""


class Run:
    """One attempt at a job, as its handler sees it."""

    def __init__(self, job: Job, lease: object) -> None:
        self.job = job
        self._lease = lease
        self._skipped: Counter[str] = Counter(job.skipped)
        self._said = timezone.now()
        self._saving = threading.Lock()

    @property
    def cursor(self) -> str:
        return self.job.cursor

    def skip(self, skipped: Skipped, count: int = 1) -> None:
        self._skipped[skipped.reason] += count

    def commit(self, *, cursor: str, done: int, total: int | None = None, unit: str = "") -> None:
        """Move the cursor. Call it inside the transaction that holds the batch. Raises JobStopped."""
        self._save(cursor=cursor, done=done, total=total, unit=unit, skipped=dict(self._skipped))

    def finish(self) -> None:
        """Done. Call it inside the transaction that tells the result: killed later, nothing is told twice."""
        self._save(state=Job.State.DONE, finished=timezone.now())

    def end(self, **fields: object) -> None:
        """Write how it ended, unless it was stopped or another worker holds it by now: then that is theirs to say."""
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, lease_until=self._lease)
        mine.update(finished=timezone.now(), **fields)

    def progress(self, done: int, total: int | None, unit: str) -> None:
        """An engine's Progress: shown, and renews the lease, at most once a second. Raises JobStopped."""
        if (timezone.now() - self._said).total_seconds() >= 1:
            self._save(done=done, total=total, unit=unit)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease from another thread while something works long without a word, such as one large item.

        No transaction may be open inside: the other thread has a connection of its own.
        """
        over = threading.Event()
        beats = threading.Thread(target=self._beat, args=(over,), daemon=True)
        beats.start()
        try:
            yield
        finally:
            over.set()
            beats.join()

    def _beat(self, over: threading.Event) -> None:
        try:
            while not over.wait(Job.LEASE.total_seconds() / 3):
                self._save()
        except JobStopped:
            logger.info("job %s stopped", self.job.pk)  # its own thread learns of it when it next commits
        finally:
            connection.close()

    def _save(self, **fields: object) -> None:
        with self._saving:
            self._save_alone(**fields)

    def _save_alone(self, **fields: object) -> None:
        self._said = timezone.now()
        lease = self._said + Job.LEASE
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, lease_until=self._lease)
        if not mine.update(lease_until=lease, **fields):
            raise JobStopped(str(self.job.pk))
        self._lease = lease
        for name, value in fields.items():
            setattr(self.job, name, value)


def start_job(
    kind: str,
    *,
    agency_id: UUID,
    subject: str,
    actor_id: UUID | None = None,
    case_id: UUID | None = None,
    parameters: dict[str, object] | None = None,
) -> Job:
    """Write the job and queue it once the surrounding transaction has committed."""
    if kind not in HANDLERS:
        raise ValueError(f"no handler does jobs of kind {kind!r}")
    job = Job.objects.create(
        kind=kind, agency_id=agency_id, case_id=case_id, actor_id=actor_id, subject=subject, parameters=parameters or {}
    )
    transaction.on_commit(lambda: run_job.enqueue(str(job.pk)))
    return job


def stop_job(job: Job) -> None:
    Job.objects.filter(pk=job.pk, state__in=[Job.State.WAITING, Job.State.RUNNING]).update(
        state=Job.State.STOPPED, finished=timezone.now()
    )


@task()
def run_job(job_id: str) -> None:
    """Take the job if nobody else holds its lease, and do it. Idempotent: a second delivery finds nothing to take."""
    now = timezone.now()
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    lease = now + Job.LEASE
    if not Job.objects.filter(free, pk=job_id).update(state=Job.State.RUNNING, lease_until=lease):
        return
    job = Job.objects.get(pk=job_id)
    job.started = job.started or now
    job.attempts += 1
    job.save(update_fields=["started", "attempts"])
    run = Run(job, lease)
    try:
        if job.attempts > MAX_ATTEMPTS and now - job.started < job.attempts * SHORT_LIFE:
            raise JobKeepsDying(attempts=job.attempts - 1)
        HANDLERS[job.kind](run)
    except JobStopped:
        logger.info("job %s stopped", job_id)
    except AmparoError as error:
        run.end(state=Job.State.FAILED, error_code=error.code, error=str(error)[:2000])
    except Exception:
        # A defect of ours: the job says so to the user, the task system keeps the traceback for the maintainer.
        run.end(state=Job.State.FAILED, error_code="W010", error="")
        raise
    else:
        run.end(state=Job.State.DONE)


class JobKeepsDying(AmparoError):
    code = "W011"
    sentence = gettext_noop("The work was started %(attempts)s times and its worker died each time.")
    advice = gettext_noop("Look into the worker's log for memory or disk trouble, then start it again.")


def take_up_stale_jobs() -> int:
    """Queue again every running job whose lease ran out, and every waiting job older than a lease. Returns how many.

    The worker's supervisor calls it at start and every few seconds; a job queued twice is done once (see run_job).
    One that still stands in the queue, behind longer work, is left there.
    """
    now = timezone.now()
    stale = Job.objects.filter(
        Q(state=Job.State.RUNNING, lease_until__lt=now) | Q(state=Job.State.WAITING, created__lt=now - Job.LEASE)
    )
    ids = {str(pk) for pk in stale.values_list("pk", flat=True)} - _queued()
    for pk in ids:
        run_job.enqueue(pk)
    return len(ids)


def _queued() -> set[str]:
    """The jobs that stand in the queue and were taken by no worker yet."""
    ready = DBTaskResult.objects.ready().filter(task_path=run_job.module_path)
    return {str(given["args"][0]) for given in ready.values_list("args_kwargs", flat=True)}
