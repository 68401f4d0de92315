"""Joins that an exchange's own records tell: trades, and deposits and withdrawals with their transaction or payment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from amparo.ledger.accounts import Join, JoinKind, JoinLevel, OutputRef, Transfer
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.addresses import normal
from amparo.ledger.errors import BadReference, NotLoaded
from amparo.ledger.joins.candidates import Flows, in_time, is_statement, plain, ref_of, symbol_of
from amparo.ledger.joins.settings import Settings
from amparo.ledger.statements.money import MINOR_UNITS
from amparo.ledger.store import Store

_TRADES: Final = frozenset({"buy", "sell", "trade"})
#: Bitcoin's coin is named alike in every book: 8 decimals.
_SATOSHI: Final = 8


def trades(flows: Flows) -> Iterator[Join]:
    """Both sides of a trade are one row of the exchange's table: same time, same number."""
    rows: dict[tuple[str, int, int], list[Transfer]] = defaultdict(list)
    for each in flows.all:
        if each.extra.get("type") in _TRADES and each.kind != "fee":
            rows[each.ledger, each.position.height, each.position.tx].append(each)
    for sides in rows.values():
        given = [each for each in sides if each.receiver is None]
        got = [each for each in sides if each.sender is None]
        if len(given) == len(got) == 1 and given[0].amount:
            yield Join(
                out=ref_of(given[0]),
                into=ref_of(got[0]),
                amount_out=given[0].amount,
                amount_in=got[0].amount,
                level=JoinLevel.OBSERVED,
                kind=_trade_kind(given[0].asset, got[0].asset),
                reason="exchange-trade",
                confidence=100,
                facts={"record": given[0].source},
            )


def _trade_kind(given: str, got: str) -> JoinKind:
    if given in MINOR_UNITS and got not in MINOR_UNITS:
        return JoinKind.PURCHASE
    return JoinKind.SALE if got in MINOR_UNITS and given not in MINOR_UNITS else JoinKind.SWAP


def on_chain(flows: Flows, stores: Sequence[AccountStore], settings: Settings) -> Iterator[Join]:
    """Deposits and withdrawals whose record names a txid, or at least an address, found in loaded account chains."""
    by_txid: dict[str, list[Transfer]] = defaultdict(list)
    by_address: dict[str, list[Transfer]] = defaultdict(list)
    for each in flows.all:
        if each.extra.get("type") in {"deposit", "withdrawal"} and each.kind != "fee":
            if each.extra.get("txid"):
                by_txid[_txid(each.extra["txid"])].append(each)
            elif each.extra.get("address"):
                by_address[normal(each.extra["address"])].append(each)
    if not by_txid and not by_address:
        return
    for store in stores:
        for ledger in store.ledgers:
            if is_statement(ledger):
                continue
            for moved in store.transfers(ledger=ledger, limit=None):
                yield from _matches(flows, moved, by_txid.get(_txid(moved.ref), ()), settings, named=True)
                for end in {normal(moved.sender or ""), normal(moved.receiver or "")}:
                    yield from _matches(flows, moved, by_address.get(end, ()), settings, named=False)


def _matches(
    flows: Flows, moved: Transfer, records: Sequence[Transfer], settings: Settings, *, named: bool
) -> Iterator[Join]:
    for record in records:
        deposit = record.sender is None
        address = record.extra.get("address")
        fits = not address or normal(address) == normal((moved.receiver or "") if deposit or named else "")
        if not named and not deposit:
            fits = normal(str(address)) == normal(moved.receiver or "")
        same = symbol_of(moved.asset, flows.assets) == symbol_of(record.asset, flows.assets)
        equal = flows.scaled(moved.amount, moved.asset) == flows.scaled(record.amount, record.asset)
        out, into = (moved, record) if deposit else (record, moved)
        if fits and same and equal and moved.kind != "fee" and (named or in_time(out, into, settings)):
            yield _record_join(out, into, record, named=named)


def _record_join(out: Transfer, into: Transfer, record: Transfer, *, named: bool) -> Join:
    facts = {"record": record.source, **{key: record.extra[key] for key in ("txid", "address") if key in record.extra}}
    return Join(
        out=ref_of(out),
        into=ref_of(into),
        amount_out=out.amount,
        amount_in=into.amount,
        level=JoinLevel.OBSERVED if named else JoinLevel.DERIVED,
        kind=JoinKind.PAYMENT,
        reason="exchange-record" if named else "named-account",
        confidence=100 if named else 80,
        facts=facts,
    )


def on_outputs(flows: Flows, chains: Mapping[str, Store]) -> Iterator[Join]:
    """Deposits and withdrawals whose record names a transaction of a loaded UTXO chain; one join an output."""
    for record in flows.all:
        txid, kind = record.extra.get("txid"), record.extra.get("type")
        if not txid or kind not in {"deposit", "withdrawal"} or record.kind == "fee":
            continue
        for network, store in chains.items():
            if record.extra.get("network", network) != network:
                continue
            for output in _outputs(store, record, str(txid)):
                yield _output_join(record, OutputRef(network, output[0], output[1]), output[2])


def _outputs(store: Store, record: Transfer, txid: str) -> Iterator[tuple[str, int, int]]:
    """(txid, vout, satoshi) of the outputs the record means: its number, else its address, else its exact amount."""
    number = record.extra.get("output")
    try:
        rows = store.find(txid.lower() if number is None else f"{txid.lower()}:{number}")
    except (BadReference, NotLoaded):
        return
    address = record.extra.get("address")
    for row in rows:
        if row.value == record.amount and (address is None or normal(row.address or "") == normal(str(address))):
            yield row.txid, row.vout, row.value


def _output_join(record: Transfer, output: OutputRef, value: int) -> Join:
    deposit = record.sender is None
    return Join(
        out=output if deposit else ref_of(record),
        into=ref_of(record) if deposit else output,
        amount_out=value,
        amount_in=value,
        level=JoinLevel.OBSERVED,
        kind=JoinKind.PAYMENT,
        reason="exchange-record",
        confidence=100,
        facts={"record": record.source, "txid": output.txid},
    )


def payments(flows: Flows, settings: Settings) -> Iterator[Join]:
    """Deposits and withdrawals of money whose record names the bank's or operator's reference."""
    by_ref: dict[str, list[Transfer]] = defaultdict(list)
    for flow in (*flows.out, *flows.into):
        if flow.transfer.ref and "type" not in flow.transfer.extra:
            by_ref[plain(flow.transfer.ref)].append(flow.transfer)
    for record in flows.all:
        reference = record.extra.get("bank_reference")
        if not reference or record.extra.get("type") not in {"deposit", "withdrawal"} or record.kind == "fee":
            continue
        for other in by_ref.get(plain(str(reference)), ()):
            deposit = record.sender is None
            out, into = (other, record) if deposit else (record, other)
            if (out.receiver is None) and (into.sender is None) and out.asset == into.asset:
                equal = out.amount == into.amount
                if equal and out.ledger != into.ledger and in_time(out, into, settings):
                    yield _payment_join(out, into, record, str(reference))


def _payment_join(out: Transfer, into: Transfer, record: Transfer, reference: str) -> Join:
    return Join(
        out=ref_of(out),
        into=ref_of(into),
        amount_out=out.amount,
        amount_in=into.amount,
        level=JoinLevel.OBSERVED,
        kind=JoinKind.PAYMENT,
        reason="exchange-record",
        confidence=100,
        facts={"record": record.source, "reference": reference},
    )


def _txid(text: str) -> str:
    return text.lower().removeprefix("0x")
