"""A plain table of transfers: from, to, amount, asset, time, ref; the form to bring anything else into.

Further columns: ledger (name of the book, else `Options.ledger`), decimals, kind (a word of `Kind`), remarks, fee.
An empty from or to is value that enters or leaves the book.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from amparo.ledger.accounts import Kind, Position, Transfer
from amparo.ledger.statements.columns import BadCell, Cells, cells, names_in
from amparo.ledger.statements.errors import NeedsFact
from amparo.ledger.statements.records import Options, Problem, Read, StatementExample, StatementForm, piece

_NEEDED: Final = frozenset({"from", "to", "amount", "asset"})


class Transactions(StatementForm):
    """Rows of from, to, amount, asset, time, ref."""

    name = "transactions"

    def recognises(self, head: bytes) -> bool:
        return names_in(head) >= _NEEDED

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        seen: dict[tuple[object, ...], int] = {}
        for number, row in enumerate(cells(stream, name, self.name, _NEEDED, options), 1):
            try:
                yield from _transfers(row, number, name, options, seen)
            except BadCell as bad:
                yield Problem(row.place, bad.reason, piece(bad.expected), piece(bad.found), lost=True)

    def examples(self) -> list[StatementExample]:
        head = b"from,to,amount,asset,time,ref\n"
        options = Options(ledger="agent")
        return [
            StatementExample(head + b"A,B,12.50,EUR,2026-01-02T10:00:00Z,1\n", options, 1, ()),
            StatementExample(
                head + b"A,B,1.234,EUR,2026-01-02,1\nA,B,5,EUR,01/02/2026,2\n",
                options,
                0,
                ("too-precise", "unclear-date"),
            ),
        ]


def _transfers(
    row: Cells, number: int, name: str, options: Options, seen: dict[tuple[object, ...], int]
) -> Iterator[Read]:
    ledger = row.text("ledger") or options.ledger
    if not ledger:
        raise NeedsFact(file=name, fact="ledger")
    asset, moment = row.text("asset"), row.moment()
    amount, sender, receiver = row.amount("amount", asset), row.text("from") or None, row.text("to") or None
    ref = row.text("ref")
    if amount < 0 or (sender is None and receiver is None):
        raise BadCell("sign-unclear" if amount < 0 else "no-account", row.text("amount"))
    said = (ledger, moment.time, asset, amount, sender, receiver, ref)
    if len(seen) < 1_000_000 and (first := seen.setdefault(said, row.place.line)) != row.place.line:
        yield Problem(row.place, "same-as-line", f"{name}:{first}", ref or piece(row.text("amount")), grave=False)
    try:
        kind = Kind(row.text("kind") or Kind.BANK)
    except ValueError:
        raise BadCell("unknown-kind", row.text("kind"), ", ".join(Kind)) from None
    base = Transfer(
        ledger, Position(moment.time, number, 0), moment.time, kind, asset, sender, receiver, amount, ref,
        str(row.place), moment.precise, row.text("remarks"), {"decimals": row.digits(asset)},
    )  # fmt: skip
    yield base
    if sender is not None and row.text("fee") and (fee := row.amount("fee", asset)):
        yield Transfer(
            ledger, Position(moment.time, number, 1), moment.time, Kind.FEE, asset, sender, None, abs(fee), ref,
            str(row.place), moment.precise, row.text("remarks"), {"decimals": row.digits(asset)},
        )  # fmt: skip
