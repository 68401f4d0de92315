"""Reading EVM blocks: what moves value and what does not, events, and nodes that answer late or wrongly."""

import hashlib
import urllib.error

import pytest
from tests.ledger.accounts.fake_node import MINER, FakeNode, block, frame, log, topic, transaction

from amparo.ledger.accounts import Account, JoinKind, Kind, Position, check_balances, errors
from amparo.ledger.accounts.evm import EvmNode, Rpc, checksum, events, ingest, is_checksummed
from amparo.ledger.accounts.evm.keccak import keccak256, sponge
from amparo.ledger.errors import BadAddress

A, B, C, TOKEN, POOL, OTHER = (checksum("0x" + digit * 40) for digit in "abcdef")
ZERO = "0x" + "0" * 40


def node(*blocks, **options):
    fake = FakeNode(blocks, **options)
    return fake, EvmNode(Rpc("https://node.example/secret", fake, sleep=lambda _: None), "ethereum")


def read(*transactions, **changes):
    _, client = node(block(1, transactions, **changes))
    (found,) = client.blocks(1, 1)
    return found


def moves(found):
    return [
        (each.kind.value, each.sender, each.receiver, each.amount)
        for each in found.transfers
        if each.kind is not Kind.FEE
    ]


def test_keccak_is_not_sha3():
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    for size in (0, 1, 135, 136, 137, 500):
        data = bytes(range(256))[:size] * 2
        assert sponge(data, 0x06) == hashlib.sha3_256(data).digest() != keccak256(data)


@pytest.mark.parametrize(
    ("topic0", "signature"),
    [
        (events.TRANSFER, b"Transfer(address,address,uint256)"),
        (events.DEPOSIT, b"Deposit(address,uint256)"),
        (events.WITHDRAWAL, b"Withdrawal(address,uint256)"),
        (events.SWAP_V2, b"Swap(address,uint256,uint256,uint256,uint256,address)"),
        (events.SWAP_V3, b"Swap(address,address,int256,int256,uint160,uint128,int24)"),
    ],
)
def test_topics_are_the_hashes_of_their_signatures(topic0, signature):
    assert keccak256(signature).hex() == topic0


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_the_checksums_of_eip_55(address):
    assert checksum(address.lower()) == address
    assert is_checksummed(address)
    assert is_checksummed(address.lower())
    assert not is_checksummed("0x" + address[2:].swapcase())


@pytest.mark.parametrize("text", ["", "0x12", "0x" + "g" * 40, "0X" + "a" * 40, " 0x" + "a" * 40])
def test_what_is_no_evm_address(text):
    assert not is_checksummed(text)
    with pytest.raises(BadAddress):
        checksum(text)


def test_a_fee_is_burnt_and_tipped_and_the_only_thing_left_of_a_failure():
    found = read(transaction(1, A, B, 50, status="0x0"))
    assert [(each.kind, each.sender, each.receiver, each.amount) for each in found.transfers] == [
        (Kind.FEE, A, None, 70),
        (Kind.FEE, A, checksum(MINER), 20),
    ]


def test_frames_that_move_value_and_frames_that_do_not():
    frames = [
        frame((0,), B, C, 5),
        frame((1,), B, C, 5, call="delegatecall"),
        frame((2,), B, C, 0, call="staticcall"),
        frame((3,), B, C, 4, error="Reverted"),
        frame((3, 0), C, A, 3),
        frame((3, 0, 1), A, B, 2),
        {
            "type": "create",
            "action": {"from": B, "value": "0x2"},
            "result": {"address": OTHER},
            "traceAddress": [4],
        },
        {
            "type": "suicide",
            "action": {"address": OTHER, "refundAddress": A, "balance": "0x2"},
            "traceAddress": [5],
        },
        frame((6,), B, B, 9),
    ]
    found = read(transaction(1, A, B, 50, traces=frames))
    assert moves(found) == [
        ("native", A, B, 50),
        ("internal", B, C, 5),
        ("internal", B, OTHER, 2),
        ("internal", OTHER, A, 2),
    ]
    assert found.transfers[-1].extra == {"depth": 1}


def test_a_contract_that_is_made_receives_the_value():
    tx, receipt, traces = transaction(1, A, None, 6, contractAddress=OTHER.lower())
    assert moves(read((tx, receipt, traces))) == [("native", A, OTHER, 6)]


def test_withdrawals_are_in_gwei_and_rewards_come_from_nobody():
    paid = [{"index": "0x0", "address": A, "amount": "0x3"}]
    found = read(withdrawals=paid)
    assert moves(found) == [("reward", None, A, 3 * 10**9)]
    assert found.transfers[0].position == Position(1, 0, 1 << 24)


def amounts(*values):
    return b"".join(value.to_bytes(32, "big", signed=value < 0) for value in values)


def test_only_three_topics_and_one_word_are_a_token_transfer():
    logs = [
        log(TOKEN, events.TRANSFER, topic(A), topic(B), data=amounts(2**256 - 1)),
        log(TOKEN, events.TRANSFER, topic(A), topic(B), "11".rjust(64, "0")),
        log(TOKEN, events.TRANSFER, data=amounts(1, 2, 3)),
        log(TOKEN, events.TRANSFER, topic(A), "f" * 64, data=amounts(1)),
        log(TOKEN, events.TRANSFER, topic(ZERO), topic(B), data=amounts(7)),
        log(TOKEN, events.TRANSFER, topic(B), topic(ZERO), data=amounts(8)),
    ]
    found = read(transaction(1, A, B, logs=logs))
    assert moves(found) == [
        ("token", A, B, 2**256 - 1),
        ("mint", None, B, 7),
        ("burn", B, None, 8),
    ]
    assert found.tokens == {TOKEN}


def test_a_wrapper_that_also_logs_a_transfer_counts_once():
    deposit = log(TOKEN, events.DEPOSIT, topic(A), data=amounts(5))
    told = log(TOKEN, events.TRANSFER, topic(ZERO), topic(A), data=amounts(5))
    once, twice = (
        read(transaction(1, A, TOKEN, 5, logs=[deposit])),
        read(transaction(1, A, TOKEN, 5, logs=[told, deposit])),
    )
    for found in (once, twice):
        assert moves(found) == [("native", A, TOKEN, 5), ("mint", None, A, 5)]
        (join,) = found.joins
        assert (join.kind, join.amount_out, join.amount_in, join.confidence) == (JoinKind.WRAP, 5, 5, 95)


def token_log(asset, sender, receiver, amount):
    return log(asset, events.TRANSFER, topic(sender), topic(receiver), data=amounts(amount))


@pytest.mark.parametrize(
    "swap",
    [
        log(POOL, events.SWAP_V2, topic(A), topic(A), data=amounts(0, 40, 30, 0)),
        log(POOL, events.SWAP_V3, topic(A), topic(A), data=amounts(-30, 40, 1, 1, 1)),
    ],
)
def test_a_pools_event_joins_what_it_took_and_gave(swap):
    logs = [token_log(OTHER, POOL, A, 30), token_log(TOKEN, A, POOL, 40), swap]
    (join,) = read(transaction(1, A, POOL, logs=logs)).joins
    assert (join.kind, join.amount_out, join.amount_in) == (JoinKind.SWAP, 40, 30)
    assert (join.out.position.log, join.into.position.log) == ((1 << 24) + 1, 1 << 24)
    assert (join.level, join.reason, join.facts["pool"]) == ("derived", "swap-event", POOL)


@pytest.mark.parametrize(
    "logs",
    [
        [token_log(OTHER, POOL, A, 31), token_log(TOKEN, A, POOL, 40)],  # another amount
        [token_log(OTHER, B, A, 30), token_log(TOKEN, A, POOL, 40)],  # another payer
        [token_log(TOKEN, POOL, A, 30), token_log(TOKEN, A, POOL, 40)],  # one asset
        [],
    ],
)
def test_an_event_that_no_transfers_fit_joins_nothing(logs):
    swap = log(POOL, events.SWAP_V2, topic(A), topic(A), data=amounts(0, 40, 30, 0))
    assert read(transaction(1, A, POOL, logs=[*logs, swap])).joins == []


def test_two_pairs_that_fit_make_a_join_less_sure():
    swap = log(POOL, events.SWAP_V2, topic(A), topic(A), data=amounts(0, 40, 30, 0))
    logs = [token_log(OTHER, POOL, A, 30), token_log(TOKEN, A, POOL, 40), token_log(TOKEN, B, POOL, 40), swap]
    (join,) = read(transaction(1, A, POOL, logs=logs)).joins
    assert join.confidence == 70


def test_a_flash_loan_that_gives_and_takes_both_is_no_swap():
    swap = log(POOL, events.SWAP_V2, topic(A), topic(A), data=amounts(5, 40, 30, 4))
    logs = [token_log(OTHER, POOL, A, 30), token_log(TOKEN, A, POOL, 40), swap]
    assert read(transaction(1, A, POOL, logs=logs)).joins == []


PAID = transaction(1, A, B, 50)


@pytest.mark.parametrize(
    ("method", "change", "why"),
    [
        ("eth_getBlockByNumber", lambda r: None, "number is missing"),
        ("eth_getBlockByNumber", lambda r: {**r, "number": "0x2"}, "not block 1"),
        ("eth_getBlockByNumber", lambda r: {**r, "timestamp": "soon"}, "timestamp is no number"),
        ("eth_getBlockByNumber", lambda r: {**r, "miner": "0x12"}, "no address"),
        ("eth_getBlockReceipts", lambda r: [], "not as many receipts"),
        ("eth_getBlockReceipts", lambda r: [{**r[0], "blockHash": "0x1"}], "not of block 1"),
        ("eth_getBlockReceipts", lambda r: [{**r[0], "gasUsed": None}], "gasUsed is missing"),
        ("eth_getBlockReceipts", lambda r: [{**r[0], "logs": None}], "logs is missing"),
        ("trace_block", lambda r: [], "have no trace"),
        ("trace_block", lambda r: [{**r[0], "blockHash": "0x1"}], "not of block 1"),
        ("trace_block", lambda r: "later", "no list"),
    ],
)
def test_a_node_that_answers_wrongly_is_named_with_what_is_wrong(method, change, why):
    fake, client = node(block(1, [PAID]))
    fake.change = lambda asked, result: change(result) if asked == method else result
    with pytest.raises(errors.NodeWrong, match=why) as caught:
        list(client.blocks(1, 1))
    assert "node.example" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("mangle", "error", "why"),
    [
        (lambda a: b"<html>busy</html>", errors.NodeWrong, "not JSON"),
        (lambda a: b"[" * 100_000, errors.NodeWrong, "not JSON"),
        (lambda a: [3], errors.NodeWrong, "neither an object"),
        (lambda a: [{**each, "id": each["id"] + 100} for each in a], errors.NodeWrong, "another id"),
        (lambda a: [{"id": each["id"]} for each in a], errors.NodeWrong, "neither result nor error"),
        (
            lambda a: [{"id": e["id"], "error": {"code": -32601, "message": "no such"}} for e in a],
            errors.NodeRefused,
            "no such",
        ),
        (lambda a: {"id": None, "error": "batch refused"}, errors.NodeWrong, "another id"),
    ],
)
def test_answers_that_are_no_answers(mangle, error, why):
    fake, client = node(block(1, [PAID]))
    fake.mangle = mangle
    with pytest.raises(error, match=why):
        client.check()


def test_a_late_node_is_asked_again_and_then_given_up():
    fake, client = node(block(1, [PAID]))
    fake.errors = [TimeoutError(), urllib.error.URLError("refused")]
    assert client.check() == 1
    fake.errors = [TimeoutError()] * 3
    with pytest.raises(errors.NodeLate, match="30 seconds, 3 times"):
        client.check()
    fake.errors = [urllib.error.URLError("refused")] * 3
    with pytest.raises(errors.NodeUnreachable, match="refused"):
        client.check()


def test_a_chain_that_changes_while_it_is_read():
    _, client = node(block(1), block(2, mark=7))
    with pytest.raises(errors.ChainMoved, match="Block 2"):
        list(client.blocks(1, 2))


def test_an_early_end_is_continued_and_old_states_that_are_missing_are_counted(tmp_path):
    blocks = [block(n, [transaction(n, A, B, n)]) for n in range(1, 6)]
    fake, client = node(*blocks)

    def answer(asked, result):
        return None if asked == "trace_block" and fake.late else result

    fake.late, fake.change = False, answer
    store, report = ingest(tmp_path / "s", client, last=2)
    assert (report.first, report.last, len(store)) == (1, 2, 6)
    refused = FakeNode(blocks)
    refused.mangle = lambda a: [
        {"id": e["id"], "error": {"message": "missing trie node"}} if e["result"] == "0x0" else e for e in a
    ]
    old = EvmNode(Rpc("http://other", refused, sleep=lambda _: None), "ethereum")
    store, report = ingest(tmp_path / "t", old)
    assert report.skipped.counts == {"no-old-state": 3}
    assert store.opening(Account("ethereum", A), "ETH") is None
    store, report = ingest(tmp_path / "s", client)
    assert (report.first, report.last, len(store), store.tip("ethereum").height) == (3, 5, 15, 5)


def test_a_chain_with_no_common_block_is_refused(tmp_path):
    _, client = node(block(1), block(2))
    ingest(tmp_path / "s", client)
    _, other = node(block(1, mark=5), block(2, mark=5))
    with pytest.raises(errors.NoCommonBlock):
        ingest(tmp_path / "s", other)


def test_a_balance_the_node_gives_differently_stops_the_use_of_the_store(tmp_path):
    _, client = node(block(1, [transaction(1, A, B, 50)]))
    store, _ = ingest(tmp_path / "s", client)
    with pytest.raises(errors.BalanceMismatch, match="add up to"):
        check_balances(store, client.balances(store))
