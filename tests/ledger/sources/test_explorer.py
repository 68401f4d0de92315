"""An explorer over HTTP on loopback: what is fetched is proved, what changes is noticed, nothing is asked unasked."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest
from tests.ledger.sources import esplora as double

from amparo.base import SkipCount, silent
from amparo.ledger import Seed, Store, load, trace
from amparo.ledger.errors import BadAddress
from amparo.ledger.nodes import HttpTransport, Permission
from amparo.ledger.nodes import errors as err
from amparo.ledger.sources import source_of
from amparo.ledger.sources.explorer import Explorer
from amparo.ledger.sources.explorer_window import NAME, read_window, txids

ORDER = Permission("2026-0042/A1", "trace the stolen coins")


@pytest.fixture
def known(economy):
    return double.Esplora(economy[0])


@pytest.fixture
def busy(known):
    """The address with the most transactions that still fit one page, and one with more than a page."""
    counts = {address: len(listed) for address, listed in known.of_address.items()}
    return max((address for address in counts if counts[address] <= double.PAGE), key=counts.get)


def ask(url, folder, log=None, **options):
    heard = [] if log is None else log
    options = {"network": "regtest", "interval": 0.0, "sleep": lambda _: None, "timeout": 5.0} | options
    permission = options.pop("permission", ORDER)
    return Explorer(url, HttpTransport("direct"), folder, permission, heard.append, **options)


def test_all_transactions_of_an_address_are_fetched_and_proved(known, busy, tmp_path):
    log = []
    with double.explorer(known) as url:
        report = ask(url, tmp_path, log).fetch(addresses=[busy])
    assert sorted(txids(report.window)) == sorted(known.of_address[busy])
    assert (report.transactions, report.unconfirmed) == (len(known.of_address[busy]), 0)
    assert [each.question for each in log] == known.asked
    assert {(each.permission, each.problem) for each in log} == {(ORDER, None)}
    first = next(each for each in log if each.question == "/block-height/0")
    assert first.sha256 == hashlib.sha256(known.answer("/block-height/0")[1]).hexdigest()


def test_the_window_is_loaded_as_what_it_is(known, busy, tmp_path):
    with double.explorer(known) as url:
        ask(url, tmp_path / "kept").fetch(addresses=[busy])
    scan = source_of(tmp_path / "kept").scan(tmp_path / "kept", SkipCount(), silent, window=False)
    assert (scan.partial, scan.complete, scan.source) == (True, False, "explorer")
    report = load(tmp_path / "kept", tmp_path / "s")
    assert (report.source, report.transactions) == ("explorer", len(known.of_address[busy]))
    assert report.given == report.unresolved
    store = Store.open(tmp_path / "s")
    table = pq.read_table(store.tables("block")[0]).to_pylist()
    heights = {known.where[store.txid(tx)][0] for tx in range(report.transactions)}
    assert [row["height"] for row in table] == sorted(heights)
    said = {store.given(number)[2] for number in range(report.inputs)} - {None}
    assert said == {"explorer"}


def test_the_real_chain_hop_by_hop_gives_the_same_trace(shared, tmp_path):
    """From the coinbase of block 9: the five unspent leaves known from the whole chain."""
    path = shared / "chain/blk00TEST00.dat"
    scan = source_of(path).scan(path, SkipCount(), silent, window=False)
    known = double.Esplora([scan.raw(record) for record in scan.records[:500]], "bitcoin")
    start = next(txid for txid, place in known.where.items() if place == (9, 0))
    with double.explorer(known) as url:
        report = ask(url, tmp_path / "kept", network="bitcoin").fetch(txids=[start], follow=8)
    load(report.window, tmp_path / "s")
    store = Store.open(tmp_path / "s")
    held = [
        (known.where[store.txid(tx)], output - store.outputs_of(tx).start, store.value(output))
        for tx in range(report.transactions)
        for output in store.outputs_of(tx)
        if store.spender(output) is None
    ]
    result = trace(store, [Seed(start)], "fifo")
    assert result.totals.held == 5_000_000_000
    assert "source-explorer" in [note.name for note in result.notes]
    assert held == [
        ((170, 1), 0, 1_000_000_000),
        ((181, 1), 0, 1_000_000_000),
        ((221, 1), 0, 100_000_000),
        ((248, 1), 1, 1_800_000_000),
        ((496, 1), 0, 6_100_000_000),  # eleven coins of the start's fifty, and fifty of block 360
    ]


# Under which conditions anything is asked at all.


@pytest.mark.parametrize("words", [("", "why"), ("order", " ")])
def test_without_order_or_purpose_there_is_no_permission(words):
    with pytest.raises(err.NotPermitted):
        Permission(*words)


def test_without_permission_nothing_is_asked(known, tmp_path):
    with double.explorer(known) as url, pytest.raises(err.NotPermitted):
        ask(url, tmp_path, permission=None)
    assert known.asked == []


def test_without_an_exit_nothing_is_asked(known, busy, tmp_path):
    with double.explorer(known) as url, pytest.raises(err.NoExit):
        Explorer(
            url, HttpTransport(None), tmp_path, ORDER, lambda _: None, network="regtest", sleep=lambda _: None
        ).fetch(addresses=[busy])
    assert known.asked == []


@pytest.mark.parametrize("address", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vd"])
def test_a_wrong_address_never_leaves_the_house(known, busy, tmp_path, address):
    with double.explorer(known) as url, pytest.raises(BadAddress):
        ask(url, tmp_path).fetch(addresses=[busy, address])
    assert known.asked == []


def test_another_chain_is_refused(known, busy, tmp_path):
    with double.explorer(known) as url, pytest.raises(err.OtherChain):
        ask(url, tmp_path, network="testnet3").fetch(txids=["00" * 32])


# Kept answers.


def test_it_goes_on_where_the_limit_ended_it(known, busy, tmp_path):
    log = []
    with double.explorer(known) as url:
        with pytest.raises(err.BudgetSpent):
            ask(url, tmp_path, limit=9).fetch(addresses=[busy])
        before = len(known.asked)
        report = ask(url, tmp_path, log).fetch(addresses=[busy])
    again = set(known.asked[:before]) & set(known.asked[before:])
    assert before == 9
    assert all(path.startswith("/address/") for path in again)
    assert report.transactions == len(known.of_address[busy])


def test_questions_are_slow(known, busy, tmp_path):
    pauses = []
    with double.explorer(known) as url:
        report = ask(url, tmp_path, interval=5.0, sleep=pauses.append).fetch(addresses=[busy])
    assert len(pauses) == report.asked - 1
    assert all(4.0 < pause <= 5.0 for pause in pauses)


def test_a_damaged_answer_on_disk_is_an_error(known, busy, tmp_path):
    with double.explorer(known) as url:
        ask(url, tmp_path).fetch(addresses=[busy])
        kept = next(path for path in (tmp_path / "answers").glob("*.answer") if b"/hex" in path.read_bytes())
        kept.write_bytes(kept.read_bytes()[:-1] + b"f")
        with pytest.raises(err.CacheDamaged, match=kept.name):
            ask(url, tmp_path).fetch(addresses=[busy])


# Pages that change.


@pytest.fixture
def long_list(known):
    """An address whose list has three pages (made by giving it other addresses' transactions)."""
    address = next(iter(known.of_address))
    listed = sorted(known.txs, key=known.where.get)[1:64]
    known.of_address[address] = listed
    return address


def fetch_while(known, tmp_path, address, change, **options):
    """Fetch, with `change(count of pages served)` called before each page."""
    pages = []

    def spoil(path, answer):
        if "/txs/chain" in path:
            pages.append(path)
            change(len(pages))
        return answer

    with double.explorer(known, spoil) as url:
        return ask(url, tmp_path, **options).fetch(addresses=[address]), pages


def test_pages_are_walked_by_the_last_one_seen(known, long_list, tmp_path):
    report, pages = fetch_while(known, tmp_path, long_list, lambda _: None)
    assert (report.transactions, len(pages)) == (63, 4)
    assert sorted(txids(report.window)) == sorted(known.of_address[long_list])


def test_a_transaction_that_arrives_while_paging_is_seen(known, long_list, tmp_path):
    newest = sorted(known.txs, key=known.where.get)[70]

    def change(number):
        if number == 2:
            known.of_address[long_list].append(newest)

    report, _ = fetch_while(known, tmp_path, long_list, change)
    assert newest in txids(report.window)
    assert report.transactions == 64


def test_a_transaction_that_vanishes_while_paging_is_seen(known, long_list, tmp_path):
    gone = known.of_address[long_list][5]

    def change(number):
        if number == 2 and gone in known.of_address[long_list]:
            known.of_address[long_list].remove(gone)

    report, _ = fetch_while(known, tmp_path, long_list, change)
    assert gone not in txids(report.window)
    assert report.transactions == 62


def test_one_that_arrives_while_another_vanishes_is_seen(known, long_list, tmp_path):
    newest = sorted(known.txs, key=known.where.get)[70]

    def change(number):
        if number == 3 and newest not in known.of_address[long_list]:
            known.of_address[long_list].append(newest)
            known.of_address[long_list].pop(0)

    report, _ = fetch_while(known, tmp_path, long_list, change)
    assert sorted(txids(report.window)) == sorted(known.of_address[long_list])


def test_the_last_one_seen_may_vanish_itself(known, long_list, tmp_path):
    def change(number):
        if number == 1:
            known.of_address[long_list].remove(known.of_address[long_list][-25])

    report, _ = fetch_while(known, tmp_path, long_list, change)
    assert report.transactions == 62


def test_a_list_that_never_rests_is_an_error(known, long_list, tmp_path):
    order = iter(sorted(known.txs, key=known.where.get)[64:])
    with pytest.raises(err.PageChanged, match=long_list):
        fetch_while(known, tmp_path, long_list, lambda _: known.of_address[long_list].append(next(order)))


# Wrong answers.


def changed(ending, change):
    def spoil(path, answer):
        return change(answer) if path.endswith(ending) else answer

    return spoil


def edited(**fields):
    return lambda answer: {**answer, **fields}


def in_first(key, change):
    """Change one field of the first transaction of a page."""
    return lambda page: [{**page[0], key: change(page[0][key])}, *page[1:]]


WRONG = {
    "not-json": ("/txs/chain", lambda _: b"<html>", err.NotAnExplorer),
    "deep": ("/txs/chain", lambda _: b"[" * 100_000, err.NotAnExplorer),
    "no-list": ("/txs/chain", lambda _: {}, err.NotAnExplorer),
    "no-id": ("/txs/chain", in_first("txid", lambda _: "zz"), err.NotAnExplorer),
    "no-status": ("/txs/chain", in_first("status", lambda _: None), err.NotAnExplorer),
    "no-block": ("/txs/chain", in_first("status", lambda _: {"confirmed": True}), err.NotAnExplorer),
    "no-inputs": ("/txs/chain", in_first("vin", lambda _: None), err.NotAnExplorer),
    "amount": ("/txs/chain", in_first("vout", lambda rows: [{**rows[0], "value": 2**63}]), err.NotAnExplorer),
    "float": ("/txs/chain", in_first("vout", lambda rows: [{**rows[0], "value": 1.5}]), err.NotAnExplorer),
    "other-amount": (
        "/txs/chain",
        in_first("vout", lambda rows: [{**rows[0], "value": rows[0]["value"] + 1}, *rows[1:]]),
        err.WordDiffers,
    ),
    "other-bytes": ("/hex", lambda body: body[:20] + b"0" + body[21:], Exception),
    "no-hex": ("/hex", lambda _: b"zz", err.NotAnExplorer),
    "header": ("/header", lambda body: body[:-2] + b"77", err.NotAnExplorer),
    "short-header": ("/header", lambda _: b"00", err.NotAnExplorer),
    "branch": ("/merkle-proof", lambda said: {**said, "merkle": ["11" * 32, *said["merkle"][1:]]}, err.ProofFails),
    "position": ("/merkle-proof", lambda said: {**said, "pos": said["pos"] + 1024}, err.ProofFails),
    "height": ("/merkle-proof", lambda said: {**said, "block_height": said["block_height"] + 1}, err.WordDiffers),
    "no-proof": ("/merkle-proof", lambda _: {"merkle": "x"}, err.NotAnExplorer),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_answers_are_named_and_not_kept(known, busy, tmp_path, case):
    ending, change, error = WRONG[case]
    log = []
    with double.explorer(known, changed(ending, change)) as url, pytest.raises(error):
        ask(url, tmp_path, log).fetch(addresses=[busy])
    assert not (tmp_path / NAME).exists()
    assert log[-1].sha256 is not None


def test_bytes_of_another_transaction_are_refused(known, busy, tmp_path):
    other = known.about(next(iter(known.txs)), "hex")
    with double.explorer(known, changed("/hex", lambda _: other)) as url, pytest.raises(err.WrongTransaction):
        ask(url, tmp_path).fetch(addresses=[busy])


def test_a_transaction_nobody_knows_is_said(known, tmp_path):
    with double.explorer(known) as url, pytest.raises(err.NothingFound):
        ask(url, tmp_path).fetch(txids=["ab" * 32])


def test_a_spender_that_does_not_spend_is_refused(known, tmp_path):
    spent, spender = next(iter(known.spent_by.items()))
    other = next(txid for txid in known.txs if known.where[txid] == (0, 0))
    assert spender != other

    def spoil(path, answer):
        return [{**row, "txid": other} if row["spent"] else row for row in answer] if "outspends" in path else answer

    with double.explorer(known, spoil) as url, pytest.raises(err.WordDiffers, match="does not spend"):
        ask(url, tmp_path).fetch(txids=[spent[0]], follow=1)


def test_unconfirmed_transactions_are_counted_and_left_out(known, tmp_path):
    some = sorted(known.txs, key=known.where.get)[110:113]
    known.unconfirmed = {some[0]}
    with double.explorer(known) as url:
        report = ask(url, tmp_path).fetch(txids=some)
        assert (report.transactions, report.unconfirmed) == (2, 1)
        with pytest.raises(err.NothingFound):
            ask(url, tmp_path / "other").fetch(txids=some[:1])


def test_an_explorer_that_refuses_is_waited_for(known, busy, tmp_path):
    refusals, pauses, log = iter([429, 503]), [], []

    def spoil(path, answer):
        status = next(refusals, None)
        return answer if status is None else (status, b"later")

    with double.explorer(known, spoil) as url:
        report = ask(url, tmp_path, log, sleep=pauses.append).fetch(addresses=[busy])
    assert pauses[:2] == [1.0, 2.0]
    assert report.asked == len(known.asked)


# The window file.


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace(b"regtest", b"mainnet"), *lines[1:]],
        lambda lines: [b"{}\n", *lines[1:]],
        lambda lines: [lines[0], b"{}\n"],
        lambda lines: [lines[0], *lines[:0:-1]],
        lambda lines: [lines[0], lines[1], *lines[1:]],
        lambda lines: [lines[0], json.dumps({**json.loads(lines[1]), "spent": [None] * 99}).encode() + b"\n"],
        lambda lines: [lines[0], lines[1][:-40]],
    ],
    ids=["network", "head", "row", "order", "twice", "spent", "cut"],
)
def test_a_changed_window_is_refused(known, busy, tmp_path, change):
    with double.explorer(known) as url:
        window = ask(url, tmp_path).fetch(addresses=[busy]).window
    window.write_bytes(b"".join(change(window.read_bytes().splitlines(keepends=True))))
    with pytest.raises(err.CacheDamaged):
        source_of(window).scan(window, SkipCount(), silent, window=False)


def test_a_forged_transaction_in_the_window_fails_its_proof(known, busy, tmp_path):
    with double.explorer(known) as url:
        window = ask(url, tmp_path).fetch(addresses=[busy]).window
    head, *lines = window.read_bytes().splitlines(keepends=True)
    row = json.loads(lines[0])
    row["raw"] = row["raw"][:-1] + ("0" if row["raw"][-1] != "0" else "1")
    window.write_bytes(head + json.dumps(row).encode() + b"\n" + b"".join(lines[1:]))
    with pytest.raises(err.ProofFails):
        list(read_window(window))
