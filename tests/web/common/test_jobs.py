"""Jobs survive the death of their worker: the lease runs out, the job is taken up from its cursor, nothing twice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from amparo.base import Skipped
from amparo.web.common import jobs
from amparo.web.common.jobs import HANDLERS, Run, handler, start_job, take_up_stale_jobs
from amparo.web.common.models import Job

DONE: list[int] = []


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


@pytest.fixture
def count_to_ten() -> Iterator[None]:
    DONE.clear()

    @handler("test.count")
    def count(run: Run) -> None:
        for number in range(int(run.cursor or 0), 10):
            if number == 5 and run.job.attempts == 1:
                raise Killed
            DONE.append(number)
            run.skip(Skipped(str(number), "odd" if number % 2 else "even"))
            run.commit(cursor=str(number + 1), done=number + 1, total=10, unit="numbers")

    yield
    del HANDLERS["test.count"]


@pytest.mark.django_db(transaction=True)
def test_a_killed_job_goes_on_where_it_was(count_to_ten: None) -> None:
    job = Job.objects.create(kind="test.count", agency_id=uuid4(), subject="counting")
    with pytest.raises(Killed):
        jobs.run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 5)
    assert take_up_stale_jobs() == 0  # the lease still runs: perhaps the worker lives
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert take_up_stale_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.skipped) == ("done", 10, {"even": 5, "odd": 5})
    assert list(range(10)) == DONE


@pytest.mark.django_db(transaction=True)
def test_a_job_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no handler"):
        start_job("test.unknown", agency_id=uuid4(), subject="s")


@pytest.mark.django_db(transaction=True)
def test_a_second_delivery_does_nothing(count_to_ten: None) -> None:
    job = Job.objects.create(kind="test.count", agency_id=uuid4(), subject="s", attempts=1)
    jobs.run_job.enqueue(str(job.pk))
    jobs.run_job.enqueue(str(job.pk))
    assert len(DONE) == 10


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_lease_stops(count_to_ten: None) -> None:
    job = Job.objects.create(kind="test.count", agency_id=uuid4(), subject="s", state=Job.State.RUNNING)
    run = Run(job, timezone.now())
    with pytest.raises(jobs.JobStopped):
        run.commit(cursor="1", done=1)


@pytest.mark.django_db(transaction=True)
def test_how_a_job_ended_is_said_by_the_worker_that_holds_it() -> None:
    def slow(run: Run) -> None:
        later = timezone.now() + timedelta(seconds=60)
        Job.objects.filter(pk=run.job.pk).update(lease_until=later)  # another worker took it meanwhile
        raise jobs.JobKeepsDying(attempts=1)

    handler("test.slow")(slow)
    try:
        job = Job.objects.create(kind="test.slow", agency_id=uuid4(), subject="s")
        jobs.run_job.call(str(job.pk))
    finally:
        del HANDLERS["test.slow"]
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("running", "")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_waits_behind_longer_work_is_queued_once(count_to_ten: None, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    job = start_job("test.count", agency_id=uuid4(), subject="s")
    Job.objects.update(created=timezone.now() - timedelta(hours=1))
    assert take_up_stale_jobs() == 0
    DBTaskResult.objects.all().delete()  # the queue lost it
    assert take_up_stale_jobs() == 1
    assert [each.args_kwargs["args"] for each in DBTaskResult.objects.all()] == [[str(job.pk)]]
