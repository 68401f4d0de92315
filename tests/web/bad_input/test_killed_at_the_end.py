"""A worker killed between the end of the work and the word that it is done, and one killed with news in its hands."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Case
from amparo.web.common import events
from amparo.web.common.events import deliver, take_up_stale_news
from amparo.web.common.jobs import HANDLERS, Run, handler, run_job, take_up_stale_jobs
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import import_list, start_scan

pytestmark = pytest.mark.django_db
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


@pytest.fixture
def tells_a_result(agency: Agency) -> Iterator[None]:
    @handler("test.tell")
    def tell(run: Run) -> None:
        record("person.added", actor=SYSTEM, agency_id=agency.pk, facts={"told": "once"})
        run.finish()

    yield
    del HANDLERS["test.tell"]


def told() -> int:
    return LogLine.objects.filter(line__contains='"told":"once"').count()


def test_a_result_is_told_once_though_the_worker_died_before_it_could_say_done(
    tells_a_result: None, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job.objects.create(kind="test.tell", agency_id=agency.pk, subject="tells")

    def dies(run: Run, **fields: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Run, "end", dies)
        with pytest.raises(Killed):
            run_job.call(str(job.pk))
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts, told()) == ("done", 1, 1)
    assert job.finished is not None


def test_news_is_in_the_queue_as_soon_as_its_line_is_in_the_log(
    agency: Agency, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No moment between the commit and the queue at which a killed process would lose it."""
    settings.TASKS = QUEUE
    monkeypatch.setitem(events._SUBSCRIBERS, "person.added", ["amparo.web.sightings.subscribers.exhibit_catalogued"])
    record("person.added", actor=SYSTEM, agency_id=agency.pk)
    (row,) = DBTaskResult.objects.filter(task_path=deliver.module_path)
    assert row.status == "READY"
    assert row.args_kwargs["args"][1]["name"] == "person.added"


def test_news_that_a_dead_worker_held_is_delivered_again(agency: Agency, settings: Any) -> None:
    settings.TASKS = QUEUE
    for _ in range(2):
        deliver.enqueue("amparo.web.sightings.subscribers.exhibit_catalogued", {"name": "x", "agency_id": "y"})
    held, fresh = DBTaskResult.objects.all()
    held.claim("dead")
    fresh.claim("alive")
    DBTaskResult.objects.filter(pk=held.pk).update(started_at=timezone.now() - Job.LEASE - timedelta(seconds=1))
    assert take_up_stale_news() == 1
    assert list(DBTaskResult.objects.ready()) == [held]


def test_a_killed_job_s_page_says_that_it_waits_or_runs_never_that_it_is_done(
    lead: Person, case: Case, signed_in: Any
) -> None:
    job = Job.objects.create(
        kind="test.page", agency_id=case.agency_id, subject="EX1", state="running", done=3, total=10, unit="items",
        attempts=2, lease_until=timezone.now() - timedelta(minutes=5),
    )  # fmt: skip
    page = signed_in(lead).get(f"/jobs/{job.pk}/").content.decode()
    assert "3 of 10 items" in page
    assert "finished" not in page


def test_no_room_tells_a_result_twice(
    lead: Person, case: Case, home: Path, in_agency: None, at_once: Callable[[], Any], taken_in: Callable[..., Exhibit],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Every job dies after its last commit and is taken up again: the custody log is that of an undisturbed run."""
    (tmp_path / "list.csv").write_text(f"sha256\n{'0' * 64}\n")
    with monkeypatch.context() as dying:
        dying.setattr(Run, "end", lambda self, **fields: None)
        exhibit = taken_in(lead, case, {"a.txt": b"write to a@shop.example.com"})
        known = import_list(
            actor=lead, path=tmp_path / "list.csv", name="K", version="1", purpose="csam", source="made up"
        )
        with at_once():
            start_scan(actor=lead, exhibit=exhibit, lists=[known])
    before = Counter(LogLine.objects.filter(case_id=case.pk).values_list("action", flat=True))
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(hours=1))
    with at_once():
        take_up_stale_jobs()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert {"exhibit.checked", "exhibit.catalogued", "sightings.extracted", "scan.done"} <= set(before)
    assert Counter(LogLine.objects.filter(case_id=case.pk).values_list("action", flat=True)) == before


@pytest.mark.parametrize(
    ("days", "state", "code"),
    [
        pytest.param(21, "done", "", id="a-machine-switched-off-each-evening"),
        pytest.param(0, "failed", "W011", id="the-same-item-kills-each-worker"),
    ],
)
def test_a_job_is_given_up_only_if_its_workers_die_soon(
    tells_a_result: None, agency: Agency, days: int, state: str, code: str
) -> None:
    started = timezone.now() - timedelta(days=days, minutes=11)
    job = Job.objects.create(
        kind="test.tell", agency_id=agency.pk, subject="tells", state="running", attempts=20, started=started,
        lease_until=timezone.now() - timedelta(minutes=1),
    )  # fmt: skip
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.error_code) == (state, code)
