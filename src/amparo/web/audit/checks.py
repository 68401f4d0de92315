"""Reading logs back: verify a chain, sign its head, list a history."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from amparo.custody import ChainReport, verify_chain
from amparo.web.audit.actions import agency_log, case_log
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


def history(*, agency_id: UUID, case_id: UUID | None = None, object: str | None = None, limit: int = 50) -> list[Any]:
    """The newest lines first, for the history at the end of an object's page."""
    lines = LogLine.objects.filter(log_id=case_log(case_id) if case_id else agency_log(agency_id))
    if object is not None:
        lines = lines.filter(object=object)
    return list(lines.order_by("-seq")[:limit])
