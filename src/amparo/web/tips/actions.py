"""Mutations of tips: take a delivery in, take a tip, move it, take it into a case."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction

from amparo.base import visible
from amparo.web.accounts.actions import change_policy
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number, open_case
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.common.models import Job
from amparo.web.exhibits import inbox
from amparo.web.exhibits.storing import Kept, Taken, store_chunks, store_manifest
from amparo.web.reports.days import today
from amparo.web.tips import news
from amparo.web.tips.errors import DeliveryHereAlready, NothingDelivered, TipInCaseAlready, TipStateDoesNotFollow
from amparo.web.tips.known import POLICY
from amparo.web.tips.models import WORDS, Delivery, Tip
from amparo.web.tips.names import free_name
from amparo.web.tips.taking import exhibit_of

IMPORT: Final = "tips.import"
#: From which states a person may move a tip to which. "In a case" and back is no button: see take_into_case.
FOLLOWS: Final = {
    Tip.State.LOOKED_AT: {Tip.State.NEW, Tip.State.NO_ACTION, Tip.State.DUPLICATE},
    Tip.State.NO_ACTION: {Tip.State.NEW, Tip.State.LOOKED_AT, Tip.State.DUPLICATE},
}


def compares_unviewed(agency: Agency) -> bool:
    """Are files that nobody viewed compared by their hashes before an authorisation allows to open them?"""
    return bool(agency.policy.get(POLICY, True))


def set_comparing(*, actor: Person, compare: bool, reason: str) -> None:
    """Decide whether files nobody viewed are compared from now on: a legal question, so with a reason, in the log."""
    change_policy(actor=actor, permission="tips.policy", wanted={POLICY: compare}, usual={POLICY: True}, reason=reason)


def import_upload(
    *,
    actor: Person,
    files: Sequence[tuple[str, Iterable[bytes]]],
    source: str,
    legal_basis: str,
    token: str | None = None,
) -> Delivery:
    """Store an uploaded delivery, (name, chunks) each, and queue its reading.

    Several files are kept as one folder: a report and what came with it. Raises NotAllowed, NothingDelivered,
    DeliveryHereAlready, or evidence.DiskFull: then no delivery was made.
    """
    require(actor, "tips.import")
    if made := _same_form(actor.agency, token):
        return made
    taken = store_chunks(actor.agency_id, files) if files else Taken([], 0)
    if not taken.size:
        raise NothingDelivered
    if len(taken.files) > 1:
        names: set[str] = set()
        together = [each._replace(name=free_name(names, each.name)) for each in taken.files]
        name = f"{visible(together[0].name)} (+{len(together) - 1})"
        taken = store_manifest(actor.agency_id, name, together)
    return _make(actor, taken.files[0].name, taken=taken, source=source, legal_basis=legal_basis, token=token)


def import_from_inbox(
    *, actor: Person, entry: str, source: str, legal_basis: str, token: str | None = None
) -> Delivery:
    """Queue the import of an inbox entry (its key): stored and hashed first, then read.

    Raises NotAllowed, NotInTheInbox.
    """
    require(actor, "tips.import")
    if made := _same_form(actor.agency, token):
        return made
    found = inbox.entry_for(actor.agency, entry)
    return _make(actor, found.name, inbox_key=found.key, source=source, legal_basis=legal_basis, token=token)


def _make(actor: Person, name: str, *, taken: Taken | None = None, **fields: Any) -> Delivery:
    try:
        with transaction.atomic():
            year = today(actor.agency).year
            number = f"D{year}-{next_number(actor.agency, f'delivery:{year}'):04d}"
            made = Delivery.objects.create(agency=actor.agency, number=number, name=name, imported_by=actor, **fields)
            if taken is not None:
                received(made, taken)
            _queue(made, actor)
            return made
    except IntegrityError:
        same = _same_form(actor.agency, fields.get("token"))
        if same is None:
            raise
        return same


def _queue(delivery: Delivery, actor: Person) -> None:
    job = start_job(
        IMPORT,
        agency_id=delivery.agency_id, actor_id=actor.pk, subject=delivery.number,
        parameters={"delivery": str(delivery.pk)},
    )  # fmt: skip
    delivery.job_id = job.pk
    delivery.save(update_fields=["job_id"])


@transaction.atomic
def read_again(*, actor: Person, delivery: Delivery) -> None:
    """Go on with a delivery whose reading failed or was stopped; what was read stays. Raises NotAllowed."""
    require(actor, "tips.import")
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != Delivery.State.DONE and not Job.objects.filter(
        pk=delivery.job_id, state__in=[Job.State.WAITING, Job.State.RUNNING]
    ):
        _queue(delivery, actor)


def _same_form(agency: Agency, token: str | None) -> Delivery | None:
    return Delivery.objects.filter(agency=agency, token=token).first() if token else None


@transaction.atomic
def received(delivery: Delivery, taken: Taken) -> None:
    """Write down what was stored of a delivery, and record it. Raises DeliveryHereAlready for the same bytes again."""
    before = Delivery.objects.filter(agency=delivery.agency, sha256=taken.sha256).exclude(pk=delivery.pk)
    if first := before.exclude(state=Delivery.State.FAILED).first():
        raise DeliveryHereAlready(number=first.number)
    delivery.stored = [each._asdict() for each in taken.files]
    delivery.sha256, delivery.size = taken.sha256, taken.size
    delivery.save(update_fields=["stored", "sha256", "size"])
    record(
        news.RECEIVED,
        actor=delivery.imported_by.actor, agency_id=delivery.agency_id, object=f"delivery:{delivery.pk}",
        after=f"sha256:{delivery.sha256}", facts={"delivery": delivery.number, "size": delivery.size},
    )  # fmt: skip


def stored_files(delivery: Delivery) -> list[Kept]:
    return [Kept(**each) for each in delivery.stored]


@transaction.atomic
def open_tip(*, actor: Person, tip: Tip) -> Tip:
    """Show a tip: what it says of people is personal data, so each showing is recorded first."""
    require(actor, "tips.see")
    _note(actor, tip, news.OPENED)
    return tip


@transaction.atomic
def take(*, actor: Person, tip: Tip) -> None:
    """Take a tip, also from a colleague, so that each is worked once."""
    require(actor, "tips.work")
    tip.holder = actor
    tip.save(update_fields=["holder"])
    _note(actor, tip, news.TAKEN)


@transaction.atomic
def change_state(*, actor: Person, tip: Tip, state: str, reason: str = "") -> None:
    """Move a tip, with the reason that the sender's table is made of. Raises NotAllowed, TipStateDoesNotFollow."""
    require(actor, "tips.work")
    tip = _locked(tip)
    wanted = Tip.State(state)
    if tip.state not in FOLLOWS.get(wanted, set()):
        raise TipStateDoesNotFollow(before=WORDS[tip.state], after=WORDS[wanted])
    _move(actor, tip, wanted, reason)


@transaction.atomic
def open_case_from_tip(*, actor: Person, tip: Tip, title: str, authorisation: dict[str, Any]) -> Case:
    """Open a case from a tip: its report and files become the case's first exhibit.

    Raises NotAllowed, TipInCaseAlready, AuthorisationDoesNotFit.
    """
    require(actor, "tips.work")
    case = open_case(actor=actor, title=title, authorisation=authorisation, crime_types=[tip.incident_kind])
    take_into_case(actor=actor, tip=tip, case=case)
    return case


@transaction.atomic
def take_into_case(*, actor: Person, tip: Tip, case: Case) -> Tip:
    """Make one exhibit of the tip in a case of the actor's: its report and its files, each "viewed by the provider?"

    Files that nobody viewed stay closed there until an authorisation allows to open such files. Raises NotAllowed,
    TipInCaseAlready.
    """
    require(actor, "tips.work")
    tip = _locked(tip)
    if tip.case_id is not None:
        raise TipInCaseAlready(number=tip.number)
    made = exhibit_of(actor, tip, case)
    tip.case, tip.exhibit = case, made.exhibit
    tip.holder = tip.holder or actor
    tip.save(update_fields=["case", "exhibit", "holder"])
    _move(actor, tip, Tip.State.IN_CASE, "")
    record(
        news.INTO_CASE,
        actor=actor.actor, agency_id=tip.agency_id, case_id=case.pk, object=f"exhibit:{made.exhibit.pk}",
        before=f"sha256:{tip.delivery.sha256}", after=f"sha256:{made.exhibit.sha256}",
        facts={
            "tip": tip.number,
            "delivery": tip.delivery.number,
            "exhibit": made.exhibit.number,
            "files": made.files,
            "unviewed": made.unviewed,
        },
    )  # fmt: skip
    return tip


def _locked(tip: Tip) -> Tip:
    """The tip's row under a write lock, as it is now."""
    return Tip.objects.select_for_update(of=("self",)).select_related("agency", "delivery").get(pk=tip.pk)


def _move(actor: Person, tip: Tip, state: Tip.State, reason: str) -> None:
    before = tip.state
    tip.state, tip.is_over, tip.state_reason = state, state in Tip.OVER, reason[:300]
    tip.save(update_fields=["state", "is_over", "state_reason"])
    _note(actor, tip, news.STATE_CHANGED, reason=reason or None, facts={"from": before, "to": str(state)})


def _note(actor: Person, tip: Tip, action: str, **more: Any) -> None:
    record(action, actor=actor.actor, agency_id=tip.agency_id, object=f"tip:{tip.pk}", **more)
