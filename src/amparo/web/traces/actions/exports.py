"""What leaves as a file, each time with a line in the log."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.traces import news
from amparo.web.traces.models import TraceResult
from amparo.web.traces.picture import ACCOUNTS
from amparo.web.traces.worklist import COLUMNS as WORKLIST
from amparo.web.traces.worklist import parties, rows_of

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
OUTPUTS: Final = ("hop", "ref", "txid", "vout", "address", "tainted", "value", "state", "stop", "spent_by")
TRANSFERS: Final = (
    *(
        "hop",
        "ledger",
        "time",
        "kind",
        "asset",
        "sender",
        "receiver",
        "traced",
        "amount",
        "end",
        "stop",
        "ref",
        "source",
    ),
)
FORMULAS: Final = frozenset("=+-@\t\r")


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
    """Engine values only (references, digests, checked addresses, integers): nothing a spreadsheet would run.

    Accounts and references of statements are foreign text: what a spreadsheet would take for a formula is quoted.
    """
    if found.recipe["tool"] == ACCOUNTS:
        names, rows = TRANSFERS, found.result["steps"]
        yield _line(names)
    else:
        names, rows = OUTPUTS, found.result["outputs"]
        yield _line(COLUMNS)
    for row in rows:
        yield _line([_plain(row[name]) for name in names])


def _plain(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULAS else value


def _line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def export_worklist(*, actor: Person, found: TraceResult) -> Iterator[str]:
    """Record the export, then return whom to ask about what, as CSV lines. Raises NotAllowed."""
    require(actor, "traces.see")
    case = found.trace.case
    record(
        news.WORKLIST_EXPORTED,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"trace:{found.trace_id}",
        auth=found.trace.authorisations,
        facts={"number": found.trace.number, "rule": found.rule},
    )
    rows = [WORKLIST, *rows_of(parties(found))]
    return (_line([_plain(cell) for cell in row]) for row in rows)
