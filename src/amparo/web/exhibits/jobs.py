"""Jobs of exhibits: take in from the inbox, hash again, catalogue. Each can be killed at any moment and continued."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django_scopes import scope

from amparo.base import AmparoError
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM, Actor
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits import actions, cataloguing, inbox, news
from amparo.web.exhibits.errors import ImageProblem
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.exhibits.problems import as_problem
from amparo.web.exhibits.sources import check_media, inspect
from amparo.web.exhibits.storing import check_files, store_path


@contextmanager
def _exhibit_of(run: Run) -> Iterator[Exhibit]:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        yield Exhibit.objects.select_related("case__agency", "deposited_by").get(pk=run.job.parameters["exhibit"])


def _actor(run: Run) -> Actor:
    person = Person.objects.filter(pk=run.job.actor_id).first() if run.job.actor_id else None
    return person.actor if person else SYSTEM


@handler(actions.DEPOSIT)
def deposit(run: Run) -> None:
    """Store what the inbox entry holds. Continued: files that are stored already cost one reading, none is doubled."""
    with _exhibit_of(run) as exhibit:
        if exhibit.state != Exhibit.State.DEPOSITING:
            return
        try:
            entry = inbox.entry_for(exhibit.case.agency, str(run.job.parameters["entry"]))
            taken = store_path(exhibit.case.agency_id, entry.paths[0], run.progress)
            inspected = inspect(exhibit.case.agency_id, taken.files)
        except AmparoError as error:
            actions.fail(exhibit, error, exhibit.deposited_by)
            raise
        with transaction.atomic():
            actions.seal(exhibit, taken, inspected, exhibit.deposited_by)
            run.commit(cursor="sealed", done=exhibit.size, total=exhibit.size, unit="bytes")


@handler(actions.CHECK)
def check(run: Run) -> None:
    """Hash every stored file again, and the disk inside an image; say what differs."""
    with _exhibit_of(run) as exhibit:
        damaged = check_files(exhibit, run.progress)
        found = check_media(exhibit, run.progress)
        with transaction.atomic():
            exhibit.hash_verified = found.state
            exhibit.computed_hashes = found.computed
            exhibit.media_sha256 = found.computed.get("sha256", "")
            wrong = [as_problem(ImageProblem(problem=each)) for each in found.problems] + damaged
            exhibit.problems = _merged(exhibit.problems, wrong)
            if wrong:
                exhibit.state = Exhibit.State.INCOMPLETE
            exhibit.save()
            _say_checked(run, exhibit, bool(damaged))
            run.commit(cursor="checked", done=found.size, total=found.size, unit="bytes")
            run.finish()


def _merged(before: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return before + [each for each in new if each not in before]


def _say_checked(run: Run, exhibit: Exhibit, damaged: bool) -> None:
    facts = {"exhibit": exhibit.number, "stored_hash": exhibit.hash_verified, "stored_files_intact": not damaged}
    now = "damaged" if damaged else f"sha256:{exhibit.sha256}"
    record(
        news.CHECKED,
        actor=_actor(run), agency_id=exhibit.case.agency_id, case_id=exhibit.case_id, object=f"exhibit:{exhibit.pk}",
        before=f"sha256:{exhibit.sha256}", after=now, facts=facts,
    )  # fmt: skip


@handler(actions.CATALOGUE)
def catalogue(run: Run) -> None:
    """Walk the exhibit, hash every item, write the catalogue in parts, join them once all is read."""
    with _exhibit_of(run) as exhibit:
        if Catalogue.objects.filter(exhibit=exhibit).exists():
            return
        made = cataloguing.write(run, exhibit)
        facts = {"exhibit": exhibit.number, "id": str(exhibit.pk), "items": made["items"], "skipped": made["skipped"]}
        with transaction.atomic():
            Catalogue.objects.create(exhibit=exhibit, **made)
            record(
                news.CATALOGUED,
                actor=_actor(run), agency_id=exhibit.case.agency_id, case_id=exhibit.case_id,
                object=f"exhibit:{exhibit.pk}", before=f"sha256:{exhibit.sha256}", after=f"sha256:{made['sha256']}",
                facts=facts,
            )  # fmt: skip
            run.commit(cursor=run.cursor, done=made["rows"], total=made["rows"], unit="items")
        cataloguing.forget_parts(exhibit)
