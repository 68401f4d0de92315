"""What `amparo ledger follow` takes and says: seeds in books and on chains, every end, what joins carried."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from amparo.cli.teller import Teller
from amparo.ledger import Look, Seed, StopRules, Store, draw_flow, flow_of_joined, overview
from amparo.ledger.accounts import (
    Account,
    AccountSeed,
    AccountStops,
    AccountStore,
    AccountTrace,
    Side,
    TransferRef,
    TransferSeed,
    read_transfer_ref,
)
from amparo.ledger.accounts.errors import UnknownLedgerPlace
from amparo.ledger.joins import JoinedTrace

AccountSeeds = list[TransferSeed | AccountSeed]


def told_seeds(
    stores: Sequence[AccountStore], chains: Mapping[str, Store], texts: Sequence[str], side: str
) -> tuple[AccountSeeds, dict[str, list[Seed]]]:
    """Seeds in books, and on chains by network. Raises UnknownLedgerPlace, naming the text."""
    accounts: AccountSeeds = []
    on_chain: dict[str, list[Seed]] = defaultdict(list)
    for text in texts:
        network, _, place = text.partition("=")
        if place and network in chains:
            on_chain[network].append(Seed(place))
            continue
        found = _transfers(stores, text) or _accounts(stores, text, side)
        if not found:
            raise UnknownLedgerPlace(place=text[:100])
        accounts.extend(found)
    return accounts, dict(on_chain)


def _transfers(stores: Sequence[AccountStore], text: str) -> AccountSeeds:
    """A place in a book, or every line of it with this reference."""
    ledger, _, reference = text.rpartition("@")
    holding = [store for store in stores if ledger in store.ledgers]
    if not holding:
        return []
    try:
        return [TransferSeed(read_transfer_ref(text))]
    except UnknownLedgerPlace:
        lines = (each for store in holding for each in store.transfers(ledger=ledger, limit=None))
        named = [each for each in lines if each.ref == reference]
        return [TransferSeed(TransferRef(each.ledger, each.position)) for each in named]


def _accounts(stores: Sequence[AccountStore], text: str, side: str) -> AccountSeeds:
    places = ((store, Account(ledger, text)) for store in stores for ledger in store.ledgers)
    return [AccountSeed(account, side=Side(side)) for store, account in places if store.purses(account)]


def stops_until(max_hops: int | None, until: datetime | None) -> tuple[AccountStops, StopRules]:
    """The same limits for books and for chains; a day ends at midnight UTC."""
    last = None if until is None else int((until.replace(tzinfo=UTC) + timedelta(days=1)).timestamp()) - 1
    return AccountStops(max_hops=max_hops, until=last), StopRules(max_hops=max_hops, last_time=last)


def tell_joined(teller: Teller, found: JoinedTrace) -> None:
    """Every end in every book and chain, the joins that were crossed, and sums that add up."""
    if found.accounts is not None:
        _tell_accounts(teller, found.accounts)
    for network, result in found.chains.items():
        for output in result.outputs:
            if output.state.value != "spent":
                row = {"type": "output", "network": network, **output.as_dict()}
                teller.row(row, f"{network} {output.ref}: {output.tainted:,} sat {output.state} {output.address or ''}")
        totals = result.totals
        plain = f"{network}: {totals.claims:,} sat came, {totals.found:,} found"
        teller.row({"type": "totals", "network": network, **totals.as_dict()}, plain)
    for join in found.joins:
        facts = f"{join['level']} {join['confidence']}, {join['reason']}"
        teller.row({"type": "join", **join}, f"join {_ref(join['out'])} -> {_ref(join['into'])}: {facts}")
    for note in found.notes:
        teller.note(note.sentence % note.facts)
    row = {"type": "trace", "rule": found.parameters["rule"], "digest": found.digest}
    teller.row({**row, "joins": len(found.joins)}, f"{len(found.joins)} joins were crossed; digest {found.digest}")


def _tell_accounts(teller: Teller, result: AccountTrace) -> None:
    shown = {name: _shown(each) for name, each in result.assets.items()}
    for step in result.steps:
        teller.row({"type": "step", **step.as_dict()}, _step(step.as_dict(), shown))
    for leaf in result.leaves:
        amount = _amount(leaf.amount, *shown[leaf.asset])
        who = leaf.account or "outside the known books"
        stop = f" ({leaf.stop})" if leaf.stop else ""
        teller.row({"type": "end", **leaf.as_dict()}, f"{leaf.ledger}: {amount} {leaf.state} {who}{stop}")
    for total in result.totals:
        came, went = (_amount(each, *shown[total.asset]) for each in (total.came, total.found))
        teller.row({"type": "totals", **total.as_dict()}, f"{total.ledger}: {came} came = {went} found")
    for note in result.notes:
        teller.note(note.sentence % note.facts)


def _step(step: Mapping[str, object], shown: Mapping[str, tuple[int, str]]) -> str:
    day = datetime.fromtimestamp(int(str(step["time"])), UTC).date().isoformat()
    amounts = (_amount(int(str(step[name])), *shown[str(step["asset"])]) for name in ("traced", "amount"))
    ends = f"{step['sender'] or 'outside'} -> {step['receiver'] or 'outside'}"
    return f"{day}  {step['ledger']}  {ends}  {' of '.join(amounts)}  {step['ref']}"


def _shown(asset: Mapping[str, object]) -> tuple[int, str]:
    return int(str(asset["decimals"])), str(asset["symbol"] or "")


def _amount(amount: int, decimals: int, symbol: str) -> str:
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}d} {symbol}" if decimals else f"{whole:,} {symbol}"


def _ref(value: Mapping[str, object]) -> str:
    if "txid" in value:
        return f"{value['network']}@{value['txid']}:{value['vout']}"
    position = value["position"]
    return f"{value['ledger']}@{':'.join(map(str, position if isinstance(position, list) else ()))}"


def draw_joined(path: Path, found: JoinedTrace) -> None:
    path.write_text(draw_flow(overview(flow_of_joined(found)), Look("Flow of money")), encoding="utf-8")
