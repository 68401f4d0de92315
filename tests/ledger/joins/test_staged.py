"""A trace over account ledgers and a UTXO chain: money to coins, coins on the chain, coins to money."""

from pathlib import Path

import pytest
from tests.ledger import made_blocks as made

from amparo.ledger import Seed, Store, load
from amparo.ledger.accounts import Asset, Kind, OutputRef, Position, Transfer, TransferRef, TransferSeed
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins import propose, rerun_joined, trace_joined
from amparo.ledger.joins.errors import SeedLeavesTheChain

COIN = made.COIN
T = 1_700_000_000
HOT, USER, DEPOSIT, OTHER = 1, 2, 3, 4


def chain(folder: Path) -> tuple[Store, bytes, bytes]:
    """The exchange pays 20 coins to a customer; 12 go to another exchange, which sweeps them; the fee is 0.1."""
    bodies: list[list[bytes]] = [[]]
    coins = made.dsha(made.coinbase(1))
    paid = made.tx([(coins, 0)], [made.pays(20 * COIN, USER), made.pays(30 * COIN, HOT)])
    spent = made.tx([(made.dsha(paid), 0)], [made.pays(12 * COIN, DEPOSIT), made.pays(79 * COIN // 10, OTHER)])
    swept = made.tx([(made.dsha(spent), 0)], [made.pays(12 * COIN, HOT)])
    bodies += [[paid], [spent], [swept]]
    folder.mkdir()
    path = made.write(folder / "blk00000.dat", [made.genesis_block(), *made.chain(bodies)])
    load(path, folder / "store")
    return Store.open(folder / "store"), made.dsha(paid), made.dsha(spent)


def row(ledger: str, number: int, log: int, asset: str, amount: int, sender: str | None, receiver: str | None,
        **extra: str) -> Transfer:  # fmt: skip
    time = T + 60 * number
    return Transfer(
        ledger,
        Position(time, number, log),
        time,
        Kind.BANK,
        asset,
        sender,
        receiver,
        amount,
        "",
        "f:1",
        True,
        "",
        extra,
    )


def books(folder: Path, store: Store, paid: bytes, spent: bytes) -> AccountStore:
    address = store.find(f"{spent[::-1].hex()}:0")[0].address or ""
    network = store.network.name
    rows = [
        row("exchange:one", 1, 0, "KES", 900_000, None, "u1", type="deposit"),
        row("exchange:one", 2, 0, "KES", 900_000, "u1", None, type="buy"),
        row("exchange:one", 2, 1, "BTC", 20 * COIN, None, "u1", type="buy"),
        row("exchange:one", 3, 0, "BTC", 20 * COIN, "u1", None, type="withdrawal", txid=paid[::-1].hex(), output="0",
            network=network),
        row("exchange:two", 9, 0, "BTC", 12 * COIN, None, "c7", type="deposit", txid=spent[::-1].hex(),
            address=address, network=network),
        row("exchange:two", 10, 0, "BTC", 12 * COIN, "c7", None, type="sell"),
        row("exchange:two", 10, 1, "KES", 500_000, None, "c7", type="sell"),
    ]  # fmt: skip
    return AccountStore.build(folder, rows, (), {"KES": Asset(2, "KES"), "BTC": Asset(8, "BTC")})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, AccountStore]:
    folder = tmp_path_factory.mktemp("staged")
    store, paid, spent = chain(folder / "chain")
    return store, books(folder / "books", store, paid, spent)


def test_records_that_name_outputs_are_proposed(world: tuple[Store, AccountStore]) -> None:
    store, accounts = world
    proposals = propose([accounts], chains={store.network.name: store})
    ends = {(type(p.join.out).__name__, type(p.join.into).__name__) for p in proposals}
    assert ends == {("TransferRef", "OutputRef"), ("OutputRef", "TransferRef"), ("TransferRef", "TransferRef")}
    assert {p.join.level.value for p in proposals} == {"observed"}
    elsewhere = propose([accounts], chains={"testnet4": store})
    assert {p.join.reason for p in elsewhere} == {"exchange-trade"}


@pytest.mark.parametrize("rule", ["fifo", "haircut"])
def test_money_goes_into_coins_over_the_chain_and_back_into_money(world: tuple[Store, AccountStore], rule: str) -> None:
    store, accounts = world
    network = store.network.name
    joins = [p.join for p in propose([accounts], chains={network: store})]
    seed = TransferSeed(TransferRef("exchange:one", Position(T + 60, 1, 0)), 450_000)
    result = trace_joined([accounts], [seed], rule, chains={network: store}, joins=joins, unknown="least")
    assert [(each.left, each.arrived) for each in result.crossings if isinstance(each.join.into, OutputRef)] == [
        (10 * COIN, 10 * COIN)
    ]
    back = [each for each in result.crossings if isinstance(each.join.out, OutputRef)]
    expected = {"fifo": 10 * COIN, "haircut": 6 * COIN}[rule]
    assert [(each.left, each.arrived) for each in back] == [(expected, expected)]
    on_chain = result.chains[network]
    assert [each.stop for each in on_chain.outputs if each.tainted and each.state.value == "stopped"] == ["service"]
    assert result.accounts is not None
    sold = next(leaf for leaf in result.accounts.leaves if leaf.account == "c7" and leaf.asset == "KES")
    assert sold.amount == expected * 500_000 // (12 * COIN)
    assert len(result.joins) == 4
    for total in result.accounts.totals:
        assert total.came == total.found
    folders = [accounts.folder], {network: store.folder}
    assert rerun_joined(*folders, result.recipe.parameters) == result.digest


def test_a_trace_may_begin_on_the_chain(world: tuple[Store, AccountStore]) -> None:
    store, accounts = world
    network = store.network.name
    joins = [p.join for p in propose([accounts], chains={network: store})]
    seeds = {network: [Seed("2:1/0")]}
    result = trace_joined(
        [accounts], [], "fifo", chains={network: store}, chain_seeds=seeds, joins=joins, unknown="least"
    )
    assert result.accounts is not None
    assert {(leaf.account, leaf.asset, leaf.amount) for leaf in result.accounts.leaves} == {("c7", "KES", 500_000)}


def test_a_trace_that_meets_no_join_has_one_segment(world: tuple[Store, AccountStore]) -> None:
    store, accounts = world
    network = store.network.name
    result = trace_joined([accounts], [], "fifo", chains={network: store}, chain_seeds={network: [Seed("2:1/1")]})
    assert result.accounts is None
    assert result.joins == ()
    assert result.as_dict()["accounts"] is None


def test_a_seed_that_a_join_takes_off_the_chain_is_refused(world: tuple[Store, AccountStore]) -> None:
    store, accounts = world
    network = store.network.name
    joins = [p.join for p in propose([accounts], chains={network: store})]
    with pytest.raises(SeedLeavesTheChain, match="3:1/0"):
        trace_joined(
            [accounts], [], "fifo", chains={network: store}, chain_seeds={network: [Seed("3:1/0")]}, joins=joins
        )


def test_coins_paid_straight_from_one_exchange_to_another(world: tuple[Store, AccountStore], tmp_path: Path) -> None:
    store, _ = world
    network, paid = store.network.name, store.find("2:1/0")[0]
    names = {"txid": paid.txid, "output": "0", "network": network}
    rows = [
        row("exchange:one", 2, 1, "BTC", 20 * COIN, None, "u1"),
        row("exchange:one", 3, 0, "BTC", 20 * COIN, "u1", None, type="withdrawal", **names),
        row("exchange:two", 9, 0, "BTC", 20 * COIN, None, "c7", type="deposit", **names),
    ]
    accounts = AccountStore.build(tmp_path / "s", rows, (), {"BTC": Asset(8, "BTC")})
    joins = [p.join for p in propose([accounts], chains={network: store})]
    assert {p.amount_out for p in joins} == {20 * COIN}
    seed = TransferSeed(TransferRef("exchange:one", rows[0].position), 7 * COIN)
    result = trace_joined([accounts], [seed], "fifo", chains={network: store}, joins=joins, unknown="least")
    assert [(each.left, each.arrived) for each in result.crossings] == [(7 * COIN, 7 * COIN)] * 2
    assert result.chains == {}
    assert result.accounts is not None
    assert [(leaf.account, leaf.amount) for leaf in result.accounts.leaves if leaf.state == "held"] == [
        ("c7", 7 * COIN)
    ]
