"""Reading logs back: verify a chain, sign its head, list a history."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext

from amparo.custody import ChainReport, next_prev, verify_chain
from amparo.web.audit.actions import agency_log, case_log
from amparo.web.audit.catalogue import ACTIONS
from amparo.web.audit.models import LogHead, LogLine


def lines_of(log: str) -> Iterator[str]:
    """The canonical lines of a log, in order, streamed."""
    yield from LogLine.objects.filter(log_id=log).order_by("seq").values_list("line", flat=True).iterator(2000)


def verify_log(log: str) -> ChainReport:
    """Check the chain from its first line, and that the head row agrees with the last line."""
    report = verify_chain(lines_of(log), log)
    head = LogHead.objects.filter(log=log).first()
    if report.ok and head is not None and head.prev != report.head:
        return report._replace(ok=False, first_bad_seq=report.length + 1, why="the log ends before its recorded head")
    return report


class Past(NamedTuple):
    """One line of a history as a page shows it."""

    time: datetime  # intake lines: midnight of their day, nothing finer is known
    who: str
    sentence: str  # in the reader's language
    reason: str | None
    seal: str  # first 12 hex signs of the line's digest


def history(*, agency_id: UUID, case_id: UUID | None = None, object: str | None = None, limit: int = 50) -> list[Past]:
    """The newest lines first, for the history at the end of an object's page."""
    lines = LogLine.objects.filter(log_id=case_log(case_id) if case_id else agency_log(agency_id))
    if object is not None:
        lines = lines.filter(object=object)
    return [_past(line) for line in lines.order_by("-seq")[:limit]]


def _past(line: LogLine) -> Past:
    event = json.loads(line.line)
    sentence = gettext(ACTIONS[line.action].sentence) if line.action in ACTIONS else line.action
    time = datetime.fromisoformat(event["at"])
    return Past(time, event["actor"], sentence, event["reason"], next_prev(line.line)[:12])
