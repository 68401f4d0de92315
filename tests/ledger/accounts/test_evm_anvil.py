"""A scripted laundering on a real node: all units balance with it, the trace is the script, reorgs are followed."""

import pytest
from tests.ledger.accounts.laundering import ETHER, STOLEN, WORTH

from amparo.ledger.accounts import (
    Account,
    AccountStops,
    Balance,
    JoinKind,
    Kind,
    Position,
    TransferRef,
    TransferSeed,
    check_balances,
    errors,
    rerun_account_trace,
    trace_accounts,
)
from amparo.ledger.accounts.evm import EvmNode, ingest

CHAIN = "anvil"


@pytest.fixture(scope="module")
def node(anvil):
    return EvmNode(anvil, CHAIN, chain_id=31337, coin="ETH")


def transfers_of(store, laundering, name):
    ref = laundering.receipts[name]["transactionHash"]
    height = laundering.height(name)
    return [each for each in store.transfers(limit=None) if each.ref == ref and each.position.height == height]


def moved(store, laundering, name):
    names = {address: who for who, address in laundering.who.items()}
    return [
        (each.kind.value, names.get(each.sender), names.get(each.receiver), each.amount)
        for each in transfers_of(store, laundering, name)
        if each.kind is not Kind.FEE
    ]


def theft(store, laundering):
    (each,) = [each for each in transfers_of(store, laundering, "theft") if each.kind is Kind.TOKEN]
    return TransferSeed(TransferRef(CHAIN, each.position))


def test_every_native_internal_and_token_unit_balances_with_the_node(loaded, node):
    span = loaded.spans[CHAIN]
    assert check_balances(loaded, node.balances(loaded)) == span.end_purse - span.first_purse > 25
    loaded.verify()


def test_a_balance_that_differs_names_the_account(loaded, laundering):
    heir = laundering.who["heir"]
    end = Position(loaded.tip(CHAIN).height, 9, 0)
    with pytest.raises(errors.BalanceMismatch, match=heir):
        check_balances(loaded, [Balance(CHAIN, heir, "ETH", end, 1, "node")])


def test_what_the_traps_moved(loaded, laundering):
    assert moved(loaded, laundering, "delegate") == [("native", "noise", "delegator", 3 * ETHER)]
    assert moved(loaded, laundering, "undone inside") == [("native", "noise", "tolerant", ETHER)]
    assert moved(loaded, laundering, "die") == [("internal", "mortal", "heir", 7 * ETHER)]
    assert moved(loaded, laundering, "fail") == moved(loaded, laundering, "too much") == []
    assert moved(loaded, laundering, "deploy usdt") == [("mint", None, "issuer", 10**12)]
    assert moved(loaded, laundering, "cash out") == [
        ("native", "thief", "forwarder", WORTH),
        ("internal", "forwarder", "c", WORTH),
    ]
    fees = [each for each in transfers_of(loaded, laundering, "fail") if each.kind is Kind.FEE]
    assert sum(each.amount for each in fees) == laundering.cost("fail")


def test_assets_are_what_the_contracts_say(loaded, laundering):
    usdt = loaded.assets[laundering.who["usdt"]]
    assert (usdt.decimals, usdt.symbol, usdt.contract) == (6, "USDT", laundering.who["usdt"])


def test_swaps_and_wrapping_are_seen_by_their_logs(loaded, laundering):
    joins = list(loaded.joins())
    assert sorted((join.kind, join.amount_out, join.amount_in) for join in joins) == [
        (JoinKind.SWAP, 1_000_000_000, WORTH),
        (JoinKind.WRAP, WORTH, WORTH),
        (JoinKind.WRAP, 100 * ETHER, 100 * ETHER),
    ]
    assert {join.level for join in joins} == {"derived"}


@pytest.mark.parametrize("rule", ["lifo", "tiho"])
def test_the_trace_equals_the_script(loaded, laundering, rule):
    who = laundering.who
    stops = AccountStops(services=frozenset({Account(CHAIN, who["hot"])}))
    found = trace_accounts([loaded], [theft(loaded, laundering)], rule, joins=list(loaded.joins()), stops=stops)
    totals = {total.asset: total for total in found.totals}
    usdt, weth, eth = totals[who["usdt"]], totals[who["weth"]], totals["ETH"]
    assert (usdt.claims, usdt.converted_out, sum(usdt.stopped.values())) == (STOLEN, 1_000_000_000, 3_000_000_000)
    assert (weth.converted_in, weth.converted_out) == (WORTH, WORTH)
    gas = laundering.cost("unwrap")  # paid after the coin came in, so out of it
    assert (eth.converted_in, eth.fee, eth.held) == (WORTH, gas, WORTH - gas)
    assert [(leaf.account, leaf.amount) for leaf in found.held] == [(who["c"], WORTH - gas)]
    names = {address: name for name, address in who.items()}
    path = {
        (names[step.sender], names[step.receiver])
        for step in found.steps
        if step.kind is not Kind.FEE and step.sender and step.receiver
    }
    assert path == {
        ("victim", "thief"),
        *{("thief", "a"), ("thief", "b"), ("a", "d1"), ("b", "d2"), ("d1", "hot"), ("d2", "hot")},
        *{("thief", "pool"), ("pool", "thief"), ("weth", "thief"), ("thief", "forwarder"), ("forwarder", "c")},
    }
    assert rerun_account_trace([loaded.folder], found.recipe.parameters) == found.digest


def test_another_chain_and_a_wrong_answer_are_refused(anvil, tmp_path):
    with pytest.raises(errors.OtherChain, match="31337"):
        ingest(tmp_path / "store", EvmNode(anvil, "ethereum"))
    assert not (tmp_path / "store").exists()


def test_a_reorg_is_followed(loaded, laundering, node, tmp_path):
    """Last of all that use the node: it changes the chain."""
    folder = tmp_path / "store"
    store, before = ingest(folder, node, step=7)
    again, nothing = ingest(folder, node)
    assert nothing.transfers == 0
    assert again.data_digest == store.data_digest
    laundering.other_ending()
    store, after = ingest(folder, node)
    assert after.dropped == 1
    assert after.first == before.last
    assert check_balances(store, node.balances(store)) > 25
    stops = AccountStops(services=frozenset({Account(CHAIN, laundering.who["hot"])}))
    found = trace_accounts([store], [theft(store, laundering)], "lifo", joins=list(store.joins()), stops=stops)
    assert [leaf.account for leaf in found.held] == [laundering.who["e"]]
    laundering.rpc.call("anvil_reorg", 3, [])
    store, shorter = ingest(folder, node)
    assert shorter.dropped >= 1
    assert check_balances(store, node.balances(store)) > 25
