"""Mutations of exhibits. Bytes go into the write-once store before the transaction that makes the rows; a store file
whose transaction failed is named by its digest and harms nobody."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from amparo.base import AmparoError, Blob, Progress, silent
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits import inbox, news, rules
from amparo.web.exhibits.catalogue import unsaved_row
from amparo.web.exhibits.errors import ItemClosed, NothingToDeposit
from amparo.web.exhibits.models import Exhibit, ExhibitFile, Item
from amparo.web.exhibits.problems import as_problem
from amparo.web.exhibits.segments import order
from amparo.web.exhibits.sources import Inspected, inspect, item_blob
from amparo.web.exhibits.storing import Taken, store_chunks, store_path

DEPOSIT, CHECK, CATALOGUE = "exhibits.deposit", "exhibits.check", "exhibits.catalogue"


def deposit_file(
    *,
    actor: Person,
    case: Case,
    files: Sequence[tuple[str, Iterable[bytes]]],
    label: str,
    declared_sha256: str | None = None,
    token: str | None = None,
    **about: Any,
) -> Exhibit:
    """Deposit uploaded files, (name, chunks) each: one file, or all segments of one image, as one exhibit.

    Every byte is hashed while it is read. `about`: source, provider, acquired_on, acquired_by, acquired_where, tool.
    Raises NotAllowed, NothingToDeposit, or evidence.ExhibitAltered, evidence.DiskFull: then no exhibit was made.
    """
    require(actor, "exhibits.deposit")
    if made := _same_form(case, token):
        return made
    if not files:
        raise NothingToDeposit
    in_order = [files[place] for place in order([name for name, _ in files])]
    expected = declared_sha256.strip().lower() if declared_sha256 else None
    taken = store_chunks(case.agency_id, in_order, expected)
    return _make(actor, case, taken, token=token, label=label, **about)


def deposit_path(
    *,
    actor: Person,
    case: Case,
    path: Path,
    label: str = "",
    token: str | None = None,
    progress: Progress = silent,
    **about: Any,
) -> Exhibit:
    """Deposit a folder, a file or an image with its segments from this machine (the command line; not the desk).

    Raises as `deposit_file`, and SourceGone for what cannot be read.
    """
    require(actor, "exhibits.deposit")
    if made := _same_form(case, token):
        return made
    taken = store_path(case.agency_id, path, progress)
    return _make(actor, case, taken, token=token, label=label or taken.files[0].name, **about)


def deposit_stored(
    *, actor: Person, case: Case, taken: Taken, label: str, token: str | None = None, **about: Any
) -> Exhibit:
    """Deposit what lies in the agency's store already, as a tip's files do. Raises NotAllowed."""
    require(actor, "exhibits.deposit")
    return _same_form(case, token) or _make(actor, case, taken, token=token, label=label, **about)


def deposit_from_inbox(*, actor: Person, case: Case, entry: str, label: str, token: str, **about: Any) -> Exhibit:
    """Begin the deposit of an inbox entry (its key) as a job; the exhibit is seen at once, as being taken in.

    Raises NotAllowed, NotInTheInbox.
    """
    require(actor, "exhibits.deposit")
    if made := _same_form(case, token):
        return made
    found = inbox.entry_for(case.agency, entry)
    try:
        return _begin(actor, case, found, token=token, label=label, **about)
    except IntegrityError:
        return Exhibit.objects.get(case=case, token=token)


@transaction.atomic
def _begin(actor: Person, case: Case, entry: inbox.Entry, **fields: Any) -> Exhibit:
    exhibit = _new(actor, case, **fields)
    _note(exhibit, news.DEPOSITED, actor, facts={"exhibit": exhibit.number, "from": "inbox"})
    _queue(exhibit, DEPOSIT, actor, entry=entry.key)
    return exhibit


def _make(actor: Person, case: Case, taken: Taken, **fields: Any) -> Exhibit:
    """Make the exhibit of files that are stored already, sealed; or return the one the same form made meanwhile."""
    inspected = inspect(case.agency_id, taken.files)
    try:
        with transaction.atomic():
            exhibit = _new(actor, case, **fields)
            _note(exhibit, news.DEPOSITED, actor, facts={"exhibit": exhibit.number, "files": len(taken.files)})
            seal(exhibit, taken, inspected, actor)
            return exhibit
    except IntegrityError:
        made = _same_form(case, fields.get("token"))
        if made is None:
            raise
        return made


def _new(actor: Person, case: Case, **fields: Any) -> Exhibit:
    number = f"EX{next_number(case.agency, f'exhibits:{case.pk}')}"
    return Exhibit.objects.create(case=case, number=number, deposited_by=actor, **fields)


def _same_form(case: Case, token: str | None) -> Exhibit | None:
    return Exhibit.objects.filter(case=case, token=token).first() if token else None


@transaction.atomic
def seal(exhibit: Exhibit, taken: Taken, inspected: Inspected, actor: Person) -> None:
    """Write down what was stored, record the seal, and start checking and cataloguing. For deposits and their job."""
    ExhibitFile.objects.filter(exhibit=exhibit).delete()  # of a deposit that was killed half-way
    ExhibitFile.objects.bulk_create(
        [
            ExhibitFile(exhibit=exhibit, position=position, **file._asdict())
            for position, file in enumerate(taken.files)
        ],
        batch_size=500,
    )
    exhibit.sha256, exhibit.size = taken.sha256, taken.size
    exhibit.kind = inspected.kind
    exhibit.facts = inspected.facts
    exhibit.stored_hashes = inspected.stored_hashes
    exhibit.problems = inspected.problems
    exhibit.state = Exhibit.State.INCOMPLETE if inspected.problems else Exhibit.State.SEALED
    exhibit.save()
    facts = {"exhibit": exhibit.number, "files": len(taken.files), "size": exhibit.size, "kind": exhibit.kind}
    _note(exhibit, news.SEALED, actor, facts=facts, after=f"sha256:{exhibit.sha256}")
    if exhibit.problems:
        codes = sorted({each["code"] for each in exhibit.problems})
        _note(exhibit, news.INCOMPLETE, actor, facts={"exhibit": exhibit.number, "problems": codes})
    _queue(exhibit, CHECK, actor)
    _queue(exhibit, CATALOGUE, actor)


@transaction.atomic
def fail(exhibit: Exhibit, error: AmparoError, actor: Person) -> None:
    """A deposit that could not be done: the exhibit stays, saying why; nothing of it counts as stored."""
    exhibit.state = Exhibit.State.FAILED
    exhibit.problems = [as_problem(error)]
    exhibit.save(update_fields=["state", "problems"])
    _note(exhibit, news.FAILED, actor, facts={"exhibit": exhibit.number, "error": error.code})


@transaction.atomic
def check_again(*, actor: Person, exhibit: Exhibit) -> Job:
    """Hash every stored file, and the disk inside an image, again. Raises NotAllowed."""
    require(actor, "exhibits.see")
    return _queue(exhibit, CHECK, actor)


@transaction.atomic
def catalogue_again(*, actor: Person, exhibit: Exhibit) -> Job:
    """Catalogue an exhibit whose cataloguing failed or was stopped. Raises NotAllowed."""
    require(actor, "exhibits.deposit")
    return _queue(exhibit, CATALOGUE, actor)


def _queue(exhibit: Exhibit, kind: str, actor: Person, **parameters: object) -> Job:
    """Start a job on the exhibit, or return the one under way."""
    running = Job.objects.filter(
        kind=kind, parameters__exhibit=str(exhibit.pk), state__in=[Job.State.WAITING, Job.State.RUNNING]
    ).first()
    return running or start_job(
        kind,
        agency_id=exhibit.case.agency_id,
        case_id=exhibit.case_id,
        actor_id=actor.pk,
        subject=exhibit.number,
        parameters={"exhibit": str(exhibit.pk), **parameters},
    )


def _note(exhibit: Exhibit, action: str, actor: Person, **fields: Any) -> None:
    record(
        action, actor=actor.actor, agency_id=exhibit.case.agency_id, case_id=exhibit.case_id,
        object=f"exhibit:{exhibit.pk}", **fields,
    )  # fmt: skip


@transaction.atomic
def mark_restricted(*, actor: Person, item: Item, why: str) -> None:
    """Make an item restricted for good: it leaves by no route from now on, nor do the same bytes elsewhere.

    `item` is a row of `catalogue.item_row`. Raises NotAllowed.
    """
    require(actor, "matches.review")
    if item.is_restricted:
        return
    same = Item.objects.filter(sha256=item.sha256) if item.sha256 else Item.objects.filter(pk=item.pk)
    same.exclude(item_class=Item.Class.RESTRICTED).update(
        item_class=Item.Class.RESTRICTED, restricted_by=actor, restricted_at=timezone.now(), restricted_why=why[:200]
    )
    item.refresh_from_db()
    _note_item(item, news.RESTRICTED, actor, reason=why)


def open_item(*, actor: Person, exhibit: Exhibit, path: str) -> tuple[Item, Blob]:
    """Open an item's content for a preview; recorded before a byte is shown.

    Raises NotAllowed, NoSuchItem, ItemClosed.
    """
    require(actor, "exhibits.see")
    return _opened(actor, exhibit, path, news.OPENED, reason=None)


def take_item(*, actor: Person, exhibit: Exhibit, path: str, reason: str) -> tuple[Item, Blob]:
    """Take a copy of an item out of the system, with a reason. Raises NotAllowed, NoSuchItem, ItemClosed."""
    require(actor, "items.take")
    return _opened(actor, exhibit, path, news.TAKEN, reason=reason)


def _opened(actor: Person, exhibit: Exhibit, path: str, action: str, reason: str | None) -> tuple[Item, Blob]:
    allowed = rules.allowance(exhibit)
    item = unsaved_row(exhibit, path)
    if why := rules.why_closed(item, allowed):
        _note_item(item, news.STOPPED, actor, reason=why)
        raise ItemClosed(why=why)
    blob = item_blob(exhibit, path)
    _note_item(item, action, actor, reason=reason, auth=allowed.numbers)
    return item, blob


@transaction.atomic
def _note_item(item: Item, action: str, actor: Person, **fields: Any) -> None:
    exhibit = item.exhibit
    record(
        action, actor=actor.actor, agency_id=exhibit.case.agency_id, case_id=exhibit.case_id, object=str(item),
        before=f"sha256:{item.sha256}" if item.sha256 else None, facts={"exhibit": exhibit.number}, **fields,
    )  # fmt: skip
