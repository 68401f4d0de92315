"""What a reporter does with a receipt code: open, write again, withdraw. Leaves days, never moments.

Unknown, malformed and withdrawn-for-ever codes take the same road and the same time: an Argon2id on a dummy.
"""

import threading
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Max

from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.audit.actors import REPORTER
from amparo.web.reports import news, sealing
from amparo.web.reports.codes import normalise_code
from amparo.web.reports.days import today
from amparo.web.reports.errors import StateDoesNotFollow
from amparo.web.reports.keys import hasher
from amparo.web.reports.messages import cleaned_message, read_message, write_message
from amparo.web.reports.models import Message, Report, ReportKey, StateChange

#: Two slow hashes at once spare a small server's memory; guesses may hold one of the two places only, so that a
#: flood of them cannot starve somebody with a real code.
_GATE: Final = threading.BoundedSemaphore(2)
_GUESSES: Final = threading.BoundedSemaphore(1)
_DUMMY_SALT: Final = bytes(sealing.SALT_BYTES)


@dataclass(frozen=True, slots=True)
class Opened:
    """A report opened by its code, with its key."""

    report: Report
    key: bytes


def open_report_by_code(agency: Agency, typed: str) -> Opened | None:
    """Return the report a typed code opens, or None, which takes the same time."""
    code = normalise_code(typed)
    copy = _copy_of(agency, code) if code else None
    if code is None or copy is None:
        _pretend()
        return None
    try:
        return Opened(copy.report, _open_copy(copy, code))
    except sealing.DoesNotOpen:
        return None


def _copy_of(agency: Agency, code: str) -> ReportKey | None:
    copies = ReportKey.objects.filter(report__agency=agency, lookup_hash=hasher(agency).of_code(code))
    return copies.select_related("report__agency").first()


def _open_copy(copy: ReportKey, code: str) -> bytes:
    kdf = sealing.Kdf.parse(copy.kdf)
    with _GATE:
        key = sealing.unwrap(kdf.derive(code, bytes(copy.salt)), copy.report_id, bytes(copy.sealed_key))
        if kdf != sealing.CODE_KDF:
            _harden(copy, code, key)
    return key


def _harden(copy: ReportKey, code: str, key: bytes) -> None:
    """Raise a copy made in haste, or under older parameters, to today's slow hash."""
    wrapping_key = sealing.CODE_KDF.derive(code, bytes(copy.salt))
    ReportKey.objects.filter(pk=copy.pk).update(
        sealed_key=sealing.wrap(wrapping_key, copy.report_id, key), kdf=str(sealing.CODE_KDF)
    )


def _pretend() -> None:
    with _GUESSES, _GATE:
        sealing.CODE_KDF.derive("0" * 20, _DUMMY_SALT)


@transaction.atomic
def write_message_as_reporter(opened: Opened, *, text: str) -> Message:
    """Seal what the reporter writes. A report that waited for an answer goes on. Raises MessageDoesNotFit."""
    report = opened.report
    message = write_message(report, opened.key, Message.Sender.REPORTER, {"text": cleaned_message(text)})
    if report.state == Report.State.NEED_ANSWER:
        move(report, Report.State.TRIAGED)
    record(
        news.WRITTEN,
        actor=REPORTER, agency_id=report.agency_id, object=f"report:{report.pk}", day_only=True,
    )  # fmt: skip
    return message


@transaction.atomic
def withdraw(opened: Opened) -> None:
    """The reporter takes the report back. Raises StateDoesNotFollow if that was done already."""
    report = opened.report
    if report.state == Report.State.WITHDRAWN:
        raise StateDoesNotFollow(before=report.state, after=report.state)
    move(report, Report.State.WITHDRAWN)
    record(
        news.WITHDRAWN,
        actor=REPORTER, agency_id=report.agency_id, object=f"report:{report.pk}", day_only=True,
    )  # fmt: skip


def move(report: Report, state: str) -> None:
    """Write a new state and the change that the reporter can follow. The caller checked that it may follow."""
    last = StateChange.objects.filter(report=report).aggregate(last=Max("seq"))["last"] or 0
    StateChange.objects.create(report=report, seq=last + 1, before=report.state, after=state, day=today(report.agency))
    report.state = state
    report.save(update_fields=["state"])


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the reporter sees it: `text` of their own, or the name of the staff's `template`."""

    seq: int
    mine: bool
    day: date
    text: str
    template: str


def messages_for(opened: Opened) -> list[Shown]:
    """Return the messages in order, and note that the staff's were seen."""
    messages = list(opened.report.messages.all())
    opened.report.messages.filter(sender=Message.Sender.STAFF, seen=False).update(seen=True)
    return [_shown(each, read_message(each, opened.report, opened.key)) for each in messages]


def _shown(message: Message, content: dict[str, str]) -> Shown:
    mine = message.sender == Message.Sender.REPORTER
    return Shown(message.seq, mine, message.day, content.get("text", ""), content.get("template", ""))
