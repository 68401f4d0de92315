"""TRON: addresses, TronGrid's lists, tables, and the laundering of the EVM test once more in TRON's shape."""

import json

import pytest
from tests.ledger.accounts.fake_grid import FakeGrid, token_row

from amparo.ledger.accounts import (
    Account,
    AccountStops,
    AccountStore,
    Asset,
    Kind,
    TransferRef,
    TransferSeed,
    errors,
    trace_accounts,
)
from amparo.ledger.accounts.tron import KNOWN_ASSETS, USDT, PageState, TronGrid, read_tron_table, tron_address
from amparo.ledger.errors import BadAddress

A, B, C = (tron_address("0x" + digit * 40) for digit in "abc")
LATE = 1_900_000_000_000
DAY = 1_700_000_000_000


def grid(site, **options):
    return TronGrid("https://grid.example", site, pause=0, sleep=lambda _: None, **options)


def test_one_address_in_three_forms():
    assert tron_address("0xa614f803B6FD780986A42c78Ec9c7f77e6DeD13C") == USDT
    assert tron_address("41a614f803b6fd780986a42c78ec9c7f77e6ded13c") == USDT
    assert tron_address(f" {USDT} ") == USDT


@pytest.mark.parametrize("text", ["", USDT[:-1] + "k", "42" + "00" * 20, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"])
def test_what_is_no_tron_address(text):
    with pytest.raises(BadAddress):
        tron_address(text)


def test_a_list_is_read_page_by_page_and_continued_where_it_stopped():
    rows = [token_row(n, A, B, 10 + n, USDT) for n in range(7)]
    site = FakeGrid(rows)
    state = grid(site).start(A, "trc20", LATE)
    first = grid(site).page(state)
    kept = PageState.from_dict(json.loads(json.dumps(state.as_dict())))
    rest = list(grid(site).transfers(kept))
    assert [each.amount for each in [*first, *rest]] == list(range(10, 17))
    assert (kept.pages, kept.done) == (3, True)
    assert all("max_timestamp=1900000000000" in url for url in site.asked)


def test_a_transfer_in_the_lists_of_both_accounts_counts_once(tmp_path):
    rows = [token_row(1, A, B, 10, USDT), token_row(1, A, B, 10, USDT), token_row(2, B, C, 20, USDT)]
    site = FakeGrid(rows)
    reader = grid(site)
    states = [reader.start(each, "trc20", LATE) for each in (A, B)]
    transfers = [each for state in states for each in reader.transfers(state)]
    store = AccountStore.build(tmp_path / "s", transfers, reader.openings(states), reader.assets)
    assert [(each.sender, each.amount) for each in store.transfers()] == [(A, 10), (A, 10), (B, 20)]
    assert store.balance(Account("tron", B), USDT) == 0
    assert store.balance(Account("tron", C), USDT) is None


def test_mint_burn_and_approvals():
    zero = "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"
    rows = [
        token_row(1, zero, A, 5, USDT),
        token_row(2, A, zero, 5, USDT),
        token_row(3, A, B, 2**256 - 1, USDT, type="Approval"),
    ]
    found = grid(FakeGrid(rows)).page(grid(FakeGrid(rows)).start(A, "trc20", LATE))
    assert [(each.kind, each.sender, each.receiver) for each in found] == [(Kind.MINT, None, A), (Kind.BURN, A, None)]


def transaction(number, kind, value, **changes):
    row = {
        "txID": f"{number:064x}",
        "block_timestamp": DAY + number,
        "ret": [{"contractRet": "SUCCESS", "fee": 1100}],
        "raw_data": {"contract": [{"type": kind, "parameter": {"value": value}}]},
    }
    return {**row, **changes}


def test_the_coin_moves_by_transactions_and_inside_them_and_fees_are_burnt():
    hexed = {name: "41" + digit * 40 for name, digit in zip("ABC", "abc", strict=True)}
    sent = {"owner_address": hexed["A"], "to_address": hexed["B"], "amount": 50}
    called = {"owner_address": hexed["A"], "contract_address": hexed["B"], "call_value": 30}
    inner = {"from_address": hexed["B"], "to_address": hexed["C"], "data": {"rejected": False, "call_value": {"_": 29}}}
    undone = {**inner, "data": {"rejected": True, "call_value": {"_": 1}}}
    rows = [
        transaction(1, "TransferContract", sent),
        transaction(2, "TransferContract", sent, ret=[{"contractRet": "OUT_OF_ENERGY", "fee": 7}]),
        transaction(3, "TriggerSmartContract", called, internal_transactions=[inner, undone]),
        transaction(4, "VoteWitnessContract", {"owner_address": hexed["A"]}, ret=[{"contractRet": "SUCCESS"}]),
    ]
    reader = grid(FakeGrid(trx_rows=rows))
    found = list(reader.transfers(reader.start(A, "trx", LATE)))
    assert [(each.kind.value, each.sender, each.receiver, each.amount) for each in found] == [
        *[("fee", A, None, 1100), ("native", A, B, 50)],
        ("fee", A, None, 7),
        *[("fee", A, None, 1100), ("native", A, B, 30), ("internal", B, C, 29)],
    ]


class Says(FakeGrid):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def get(self, url, *, timeout):
        return self.answer


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>", "not JSON"),
        (b"[]", "no object"),
        (b'{"success": false, "error": "rate"}', "no list"),
        (b'{"data": [3]}', "row 1"),
        (json.dumps({"data": [token_row(1, A, B, "1.5", USDT)]}).encode(), "value"),
        (json.dumps({"data": [token_row(1, A, "T123", 1, USDT)]}).encode(), "row 1: to"),
        (json.dumps({"data": [token_row(2, A, B, 1, USDT), token_row(1, A, B, 1, USDT)]}).encode(), "order"),
        (json.dumps({"data": [token_row(1, A, B, 1, USDT, transaction_id="xx")]}).encode(), "transaction"),
    ],
)
def test_pages_that_cannot_be_used(answer, why):
    state = grid(Says(answer)).start(A, "trc20", LATE)
    with pytest.raises(errors.ExplorerPage, match=why):
        grid(Says(answer)).page(state)
    assert state.pages == 0


def test_a_page_that_leads_to_itself_and_a_site_that_is_late():
    loop = json.dumps({"data": [], "meta": {"fingerprint": "f1"}}).encode()
    state = grid(Says(loop)).start(A, "trc20", LATE)
    grid(Says(loop)).page(state)
    with pytest.raises(errors.ExplorerPage, match="itself"):
        grid(Says(loop)).page(state)
    site = FakeGrid([token_row(1, A, B, 1, USDT)])
    site.fail = 2
    assert len(grid(site).page(grid(site).start(A, "trc20", LATE))) == 1
    site.fail = 3
    with pytest.raises(errors.ExplorerPage, match="TimeoutError"):
        grid(site).page(grid(site).start(A, "trc20", LATE))


def table(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assets: dict[str, Asset] = {}
    return list(read_tron_table(path, assets)), assets


HEAD = "Txn Hash,Time(UTC),From,To,Amount,Token,Contract,Status\n"


def test_tables_with_decimal_amounts(tmp_path):
    text = HEAD + f"{1:064x},2023-11-14 22:13:20,{A},{B},1234.56,USDT,{USDT},SUCCESS\n"
    text += f"{2:064x},1700000003000,{A},{B},7,TRX,,SUCCESS\n{3:064x},1700000006,{A},{B},7,TRX,,FAILED\n"
    found, assets = table(tmp_path, text)
    assert [(each.asset, each.amount, each.time) for each in found] == [
        (USDT, 1_234_560_000, 1_700_000_000),
        ("TRX", 7_000_000, 1_700_000_003),
    ]
    assert assets == KNOWN_ASSETS
    assert found[0].source == "t.csv line 2"


def test_tables_as_json_lines_give_the_same_places_as_the_site(tmp_path):
    row = token_row(1, A, B, 10, USDT)
    found, _ = table(tmp_path, json.dumps(row) + "\n\n", "t.jsonl")
    site = FakeGrid([row])
    (other,) = grid(site).page(grid(site).start(A, "trc20", LATE))
    assert (found[0].position, found[0].amount) == (other.position, other.amount)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f'{1:064x},2023-11-14,{A},{B},"1.234,56",USDT,{USDT},', "plain number"),
        (f"{1:064x},2023-11-14,{A},{B},1.2345678,USDT,{USDT},", "more decimals"),
        (f"{1:064x},2023-11-14,{A},{B},1,USDT,,", "contract"),
        (f"{1:064x},2023-11-14,{A},{B},1,ABC,{A},", "decimals"),
        (f"{1:064x},yesterday,{A},{B},1,TRX,,", "time"),
        (f"xyz,2023-11-14,{A},{B},1,TRX,,", "transaction id"),
        (f"{1:064x},2023-11-14,{A},0x12,1,TRX,,", "valid address"),
        (f"{1:064x},2023-11-14,{A},{B},1", "columns"),
    ],
)
def test_table_lines_that_cannot_be_used_are_named(tmp_path, row, why):
    with pytest.raises(errors.BadTronRow, match=f"line 2.*{why}"):
        table(tmp_path, HEAD + row + "\n")


def test_the_same_script_in_tron_shape_gives_the_same_trace(laundering, loaded, tmp_path):
    """The token's transfers of the EVM script, as a TronGrid-shaped site would list them."""
    contract, chain = laundering.who["usdt"], "anvil"
    told = [each for each in loaded.transfers(limit=None) if each.asset == contract]
    zero = "0x" + "0" * 40
    rows = [
        token_row(n, tron_address(each.sender or zero), tron_address(each.receiver or zero), each.amount, USDT)
        for n, each in enumerate(told)
    ]
    reader = grid(FakeGrid(rows))
    accounts = sorted({each for t in told for each in (t.sender, t.receiver) if each})
    states = [reader.start(each, "trc20", LATE) for each in accounts]
    transfers = [each for state in states for each in reader.transfers(state)]
    store = AccountStore.build(tmp_path / "tron", transfers, reader.openings(states), reader.assets)
    assert len(store) == len(told)

    def traced(of, ledger, asset, shown):
        theft = laundering.who["victim"], laundering.who["thief"]
        wanted = tuple(map(shown, theft))
        (start,) = [t for t in of.transfers(limit=None) if (t.sender, t.receiver) == wanted and t.asset == asset]
        stops = AccountStops(services=frozenset({Account(ledger, shown(laundering.who["hot"]))}))
        found = trace_accounts([of], [TransferSeed(TransferRef(ledger, start.position))], "fifo", stops=stops)
        steps = [(step.sender, step.receiver, step.amount, step.traced, step.hop, step.end) for step in found.steps]
        return steps, [(leaf.account, leaf.state, leaf.amount) for leaf in found.leaves]

    evm_steps, evm_leaves = traced(loaded, chain, contract, lambda address: address)
    tron_steps, tron_leaves = traced(store, "tron", USDT, tron_address)
    assert len(evm_steps) == 8
    assert [(tron_address(a), tron_address(b), *rest) for a, b, *rest in evm_steps] == tron_steps
    assert sorted((tron_address(a), *rest) for a, *rest in evm_leaves) == sorted(tron_leaves)
