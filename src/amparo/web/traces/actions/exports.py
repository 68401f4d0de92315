"""What leaves as a file, each time with a line in the log."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.traces import news
from amparo.web.traces.models import TraceResult

COLUMNS: Final = (
    "hop",
    "output",
    "txid",
    "vout",
    "address",
    "traced_satoshi",
    "value_satoshi",
    "state",
    "stop",
    "spent_by",
)


def export_outputs(*, actor: Person, found: TraceResult) -> Iterator[str]:
    """Record the export, then return the outputs of one result as CSV lines. Raises NotAllowed."""
    require(actor, "traces.see")
    case = found.trace.case
    record(
        news.TRACE_EXPORTED,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"trace:{found.trace_id}",
        auth=found.trace.authorisations,
        facts={"number": found.trace.number, "rule": found.rule},
    )
    return _csv(found)


def _csv(found: TraceResult) -> Iterator[str]:
    """Engine values only (references, digests, checked addresses, integers): nothing a spreadsheet would run."""
    names = ("hop", "ref", "txid", "vout", "address", "tainted", "value", "state", "stop", "spent_by")
    for row in [COLUMNS, *([each[name] for name in names] for each in found.result["outputs"])]:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        yield line.getvalue()
