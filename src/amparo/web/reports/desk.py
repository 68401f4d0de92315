"""What staff do with a report: read it in the reading room, move it, answer it, open a case from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import open_case
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotFound
from amparo.web.reports import news
from amparo.web.reports.answers import ANSWERS
from amparo.web.reports.errors import StateDoesNotFollow
from amparo.web.reports.forms.base import ADDRESSES
from amparo.web.reports.intake import read_parts
from amparo.web.reports.keys import hasher
from amparo.web.reports.messages import read_message, write_message
from amparo.web.reports.models import DangerBucket, DangerClock, Message, Report, ReportCopy, ReportIndicator
from amparo.web.reports.recognise import indicators, recognise
from amparo.web.reports.reporter import move
from amparo.web.reports.rooms import OpenRoom
from amparo.web.reports.states import follows


@dataclass(frozen=True, slots=True)
class ReadMessage:
    message: Message
    content: dict[str, Any]  # {"text": …} of a reporter, {"template": …} of staff


@dataclass(frozen=True, slots=True)
class ReadReport:
    """An opened report. Observables are dicts: kind, value, raw, question, offset, validity."""

    report: Report
    answers: dict[str, str]
    at: str
    contact: str
    observables: list[dict[str, Any]]
    messages: list[ReadMessage]


def reports_of(person: Person) -> QuerySet[Report]:
    """The reports of a person's agency, whose scope must be active. Raises NotAllowed."""
    require(person, "reports.queue")
    return Report.objects.filter(agency=person.agency)


def read_report(*, actor: Person, room: OpenRoom, report: Report) -> ReadReport:
    """Open a report's words. The log entry is committed before anything is opened. Raises NotAllowed, RoomClosed."""
    require(actor, "reports.read")
    key = room.key_of(report)
    with transaction.atomic():
        _note(actor, report, news.READ)
        _stop_danger_clock(report)
        report.messages.filter(sender=Message.Sender.REPORTER, seen=False).update(seen=True)
    return _open(report, key)


def _open(report: Report, key: bytes) -> ReadReport:
    parts = read_parts(report, key)
    messages = [ReadMessage(each, read_message(each, report, key)) for each in report.messages.all()]
    return ReadReport(report=report, messages=messages, **parts)


def _stop_danger_clock(report: Report) -> None:
    """Turn the minute a danger report came in into a count in a bucket, and forget the minute."""
    clock = DangerClock.objects.filter(report=report).first()
    if clock is None:
        return
    waited = (timezone.now() - clock.minute).total_seconds() / 60
    limit = next((limit for limit in DangerBucket.LIMITS if waited <= limit), -1)
    bucket, _ = DangerBucket.objects.get_or_create(agency=report.agency, minutes=limit)
    DangerBucket.objects.filter(pk=bucket.pk).update(count=F("count") + 1)
    clock.delete()


@transaction.atomic
def take_report(*, actor: Person, report: Report) -> None:
    """Take a report, also from a colleague, so that each is worked once."""
    require(actor, "reports.read")
    report.holder = actor
    report.save(update_fields=["holder"])
    _note(actor, report, news.TAKEN)


@transaction.atomic
def change_state(*, actor: Person, report: Report, state: str, reason: str = "") -> None:
    """Move a report; needs no key, so the reporter sees it at once. Raises NotAllowed, StateDoesNotFollow."""
    require(actor, "reports.answer")
    if state not in follows(report):
        raise StateDoesNotFollow(before=report.get_state_display(), after=state)
    before = report.state
    move(report, state)
    _note(actor, report, news.STATE_CHANGED, reason=reason or None, facts={"from": before, "to": state})


def record_export(*, actor: Person, count: int) -> None:
    """Note that somebody took the list of reports (without their words) out of the system."""
    require(actor, "reports.queue")
    record(
        news.EXPORTED,
        actor=actor.actor, agency_id=actor.agency_id, object=f"agency:{actor.agency_id}", facts={"reports": count},
    )  # fmt: skip


@transaction.atomic
def answer_from_template(*, actor: Person, room: OpenRoom, report: Report, template: str) -> Message:
    """Answer the reporter. A question makes the report wait for them. Raises NotAllowed, RoomClosed, UnknownEntry."""
    require(actor, "reports.answer")
    chosen = ANSWERS[template]
    message = write_message(report, room.key_of(report), Message.Sender.STAFF, {"template": chosen.name})
    if chosen.asks and Report.State.NEED_ANSWER in follows(report):
        move(report, Report.State.NEED_ANSWER)
    elif report.state == Report.State.RECEIVED:
        move(report, Report.State.TRIAGED)
    _note(actor, report, news.ANSWERED, facts={"template": chosen.name})
    return message


@transaction.atomic
def open_case_from_report(
    *,
    actor: Person,
    room: OpenRoom,
    report: Report,
    title: str,
    authorisation: dict[str, Any],
    crime_types: Iterable[str] = (),
) -> Case:
    """Open a case from a report: what was said (without contact data) is copied into it, as an audited act.

    The authorisation must allow the kind of data "report". Raises NotAllowed, RoomClosed, AuthorisationDoesNotFit,
    OutsideAuthorisation.
    """
    require(actor, "cases.open")
    require(actor, "reports.read")
    opened = _open(report, room.key_of(report))
    case = open_case(
        actor=actor, title=title, authorisation=authorisation, crime_types=crime_types or [report.category]
    )
    allowed = require_authorisation(case, "report")
    copy = _copy_into(case, opened, actor)
    record(
        news.CASE_OPENED,
        actor=actor.actor, agency_id=case.agency_id, case_id=case.pk, object=f"report:{report.pk}",
        auth=", ".join(allowed.numbers),
        facts={"copy": str(copy.pk), "report": report.number, "observables": len(copy.observables)},
    )  # fmt: skip
    if Report.State.ACTING in follows(report):
        move(report, Report.State.ACTING)
    if report.holder_id is None:
        report.holder = actor
        report.save(update_fields=["holder"])
    return case


def _copy_into(case: Case, opened: ReadReport, actor: Person) -> ReportCopy:
    report = opened.report
    return ReportCopy.objects.create(
        case=case,
        report=report,
        number=report.number,
        category=report.category,
        schema_version=report.schema_version,
        language=report.language,
        day=report.day,
        answers=opened.answers,
        observables=opened.observables,
        copied_by=actor,
    )


def naming_the_same(report: Report) -> QuerySet[Report]:
    """Other reports of the agency that name something this one names, found by keyed hash alone."""
    query = Q()
    for purpose, keyed_hash in report.indicators.exclude(purpose="host").values_list("purpose", "keyed_hash"):
        query |= Q(purpose=purpose, keyed_hash=keyed_hash)
    if not query:
        return Report.objects.none()
    same = ReportIndicator.objects.filter(query, report__agency=report.agency).values("report")
    return Report.objects.filter(pk__in=same).exclude(pk=report.pk)


def reports_naming(person: Person, text: str) -> QuerySet[Report]:
    """Reports that name a wallet, link, number or address standing in `text`, found by keyed hash: no key is needed."""
    reports = reports_of(person)
    seen = recognise({"words": text[:ADDRESSES]}, person.agency.country)
    query = Q()
    for each in indicators(seen, hasher(person.agency)):
        query |= Q(purpose=each.purpose, keyed_hash=each.keyed_hash)
    if not query:
        return reports.none()
    return reports.filter(pk__in=ReportIndicator.objects.filter(query, report__agency=person.agency).values("report"))


def report_for(person: Person, report_id: Any) -> Report:
    """Return one report. Raises NotFound alike for a foreign agency's and a missing one."""
    found = reports_of(person).filter(pk=report_id).select_related("holder", "agency").first()
    if found is None:
        raise NotFound
    return found


def _note(actor: Person, report: Report, action: str, **more: Any) -> None:
    record(action, actor=actor.actor, agency_id=report.agency_id, object=f"report:{report.pk}", **more)
