"""Records that an exchange discloses: deposits, withdrawals and trades of its customers, with txid and address.

Columns: time, type (deposit, withdrawal, buy, sell, trade, transfer), account (the customer), asset, amount; and as
they are there: fee, fee_asset, counter_asset, counter_amount, txid, output, address, network, ref, bank_reference,
bank_account, counterparty, status, decimals. buy and sell: `amount` of `asset` is the coin, `counter_amount` of
`counter_asset` what was paid or got. trade: `amount` of `asset` was given for `counter_amount` of `counter_asset`.
A made-up common form, since every exchange writes its own: rename the columns to these.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from amparo.ledger.accounts import Kind, Position, Transfer
from amparo.ledger.statements.columns import BadCell, Cells, cells, names_in
from amparo.ledger.statements.errors import NeedsFact
from amparo.ledger.statements.records import Options, Problem, Read, StatementExample, StatementForm, piece

_NEEDED: Final = frozenset({"time", "type", "account", "asset", "amount"})
_TYPES: Final = frozenset({"deposit", "withdrawal", "buy", "sell", "trade", "transfer"})
_DONE: Final = frozenset({"", "completed", "complete", "success", "successful", "done", "filled"})
_KEPT: Final = ("txid", "output", "address", "network", "bank_reference", "bank_account")


class ExchangeRecords(StatementForm):
    """An exchange's own table of its customers' deposits, withdrawals and trades."""

    name = "exchange"

    def recognises(self, head: bytes) -> bool:
        return names_in(head) >= _NEEDED

    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        ledger = options.ledger or (f"exchange:{options.service}" if options.service else None)
        if ledger is None:
            raise NeedsFact(file=name, fact="service")
        for number, row in enumerate(cells(stream, name, self.name, _NEEDED, options), 1):
            status = row.text("status")
            if status.casefold() not in _DONE:
                yield Problem(row.place, "not-booked", "", piece(status), grave=False, lost=True)
                continue
            try:
                yield from _booked(row, number, ledger)
            except BadCell as bad:
                yield Problem(row.place, bad.reason, piece(bad.expected), piece(bad.found), lost=True)

    def examples(self) -> list[StatementExample]:
        head = b"time,type,account,asset,amount,counter_asset,counter_amount,txid,status\n"
        options = Options(service="example")
        rows = b"2026-01-02T10:00:00Z,buy,u1,USDT,10,USD,10.10,,completed\n"
        return [
            StatementExample(head + rows, options, 2, ()),
            StatementExample(head + rows.replace(b"completed", b"cancelled"), options, 0, ("not-booked",)),
        ]


def _booked(row: Cells, number: int, ledger: str) -> Iterator[Transfer]:
    """The transfers of one row: one, or both sides of a trade, and the fee. Raises BadCell."""
    word, account, asset = row.text("type").casefold(), row.text("account"), row.text("asset").upper()
    if word not in _TYPES:
        raise BadCell("unknown-kind", row.text("type"), ", ".join(sorted(_TYPES)))
    if not account:
        raise BadCell("no-account", "")
    sides = [_side(word, row, account, asset, row.amount("amount", asset))]
    if word in {"buy", "sell", "trade"}:
        other = row.text("counter_asset").upper()
        counter = (None, account, other, row.amount("counter_amount", other))
        paid = sides[0]
        # First what was given, then what was got for it.
        sides = [(account, None, other, counter[3]), (None, account, *paid[2:])] if word == "buy" else [paid, counter]
    if any(amount < 0 for *_, amount in sides):
        raise BadCell("sign-unclear", row.text("amount"))
    fee_asset = row.text("fee_asset").upper() or asset
    fee = abs(row.amount("fee", fee_asset)) if row.text("fee") else 0
    if fee:
        sides.append((account, None, fee_asset, fee))
    for log, (sender, receiver, unit, amount) in enumerate(sides):
        last_fee = bool(fee) and log == len(sides) - 1
        yield _transfer(row, ledger, (number, log), word, (sender, receiver, unit, amount), fee=last_fee)


_Side = tuple[str | None, str | None, str, int]


def _side(word: str, row: Cells, account: str, asset: str, amount: int) -> _Side:
    if word == "deposit":
        return None, account, asset, amount
    return account, row.text("counterparty") or None if word == "transfer" else None, asset, amount


def _transfer(row: Cells, ledger: str, at: tuple[int, int], word: str, side: _Side, *, fee: bool) -> Transfer:
    moment = row.moment()
    sender, receiver, asset, amount = side
    extra: dict[str, Any] = {"type": word, "decimals": row.digits(asset)}
    extra |= {name: text for name in _KEPT if (text := row.text(name))}
    if word != "transfer" and row.text("counterparty"):
        extra["counterparty"] = row.text("counterparty")
    return Transfer(
        ledger=ledger,
        position=Position(moment.time, *at),
        time=moment.time,
        kind=Kind.FEE if fee else Kind.BANK,
        asset=asset,
        sender=sender,
        receiver=receiver,
        amount=amount,
        ref=row.text("ref", "txid", "bank_reference"),
        source=str(row.place),
        precise=moment.precise,
        remarks=row.text("remarks"),
        extra=extra,
    )
