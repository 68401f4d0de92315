"""The store of account ledgers: order, openings, balances, damage, append and rollback."""

import json

import pytest
from tests.ledger.accounts.test_trace import at, join, line, opened

from amparo.ledger.accounts import (
    Account,
    AccountStore,
    Asset,
    Balance,
    Block,
    Join,
    JoinKind,
    JoinLevel,
    Kind,
    Opening,
    OutputRef,
    Position,
    Transfer,
    TransferRef,
    check_balances,
    errors,
    read_transfer_ref,
)

LINES = [line(2, "a", "b", 5), line(1, None, "a", 7), line(1, "x", "y", 2**256 - 1, ledger="eth", asset="0xT")]


def build(folder, lines=LINES, openings=(), **options):
    return AccountStore.build(folder, lines, openings, {"EUR": Asset(2, "EUR")}, **options)


def chain(ledger, *marks, first=1):
    return [Block(ledger, n, f"{mark}{n}", f"{mark}{n - 1}", n) for n, mark in enumerate(marks, first)]


def test_lines_stand_in_the_ledgers_order_and_read_back(tmp_path):
    extra = line(3, "b", "a", 1)
    extra = Transfer(
        **{name: getattr(extra, name) for name in extra.__slots__}
        | {"extra": {"depth": 2}, "remarks": "ñ", "precise": False}
    )
    store = build(tmp_path / "s", [extra, *LINES])
    assert store.ledgers == ("bank", "eth")
    assert [each.position.height for each in store.transfers(ledger="bank")] == [1, 2, 3]
    assert list(store.transfers(ledger="bank"))[2] == extra
    (huge,) = store.transfers(ledger="eth")
    assert huge.amount == 2**256 - 1
    assert [each.amount for each in store.transfers(account=Account("bank", "a"))] == [7, 5, 1]
    assert list(store.transfers(account=Account("bank", "a"), asset="USD")) == []
    assert len(list(store.transfers(limit=2))) == 2
    assert list(store.accounts("bank")) == ["a", "b"]
    assert store.transfer(at(2)).sender == "a"
    assert store.assets == {"EUR": Asset(2, "EUR")}


def test_balances_from_the_opening_on(tmp_path):
    store = build(tmp_path / "s", openings=[Opening("bank", "a", "EUR", -3, "x"), Opening("bank", "c", "EUR", 9, "x")])
    a = Account("bank", "a")
    assert [store.balance(a, "EUR", Position(n, 9, 9)) for n in range(3)] == [-3, 4, -1]
    assert store.balance(Account("bank", "c"), "EUR") == 9
    assert store.balance(Account("bank", "b"), "EUR") is None
    assert store.balance(Account("bank", "nobody"), "EUR") is None


def said(number, account, amount):
    return Balance("bank", account, "EUR", Position(number, 0, 0), amount, f"bank.csv line {number}")


def test_what_a_statement_says_is_checked_line_by_line(tmp_path):
    store = build(tmp_path / "s", openings=opened("a"))
    assert check_balances(store, [said(1, "a", 7), said(2, "a", 2), said(9, "nobody", 0)]) == 3
    with pytest.raises(errors.BalanceMismatch, match=r"bank\.csv line 2"):
        check_balances(store, [said(1, "a", 7), said(2, "a", 3)])
    assert check_balances(store, [said(1, "b", 50), said(2, "b", 55)]) == 1  # the first gives the opening
    with pytest.raises(errors.BalanceMismatch):
        check_balances(store, [said(1, "b", 50), said(2, "b", 54)])


@pytest.mark.parametrize(
    ("lines", "error", "why"),
    [
        ([line(1, "a", "b", 1), line(1, "a", "c", 1)], errors.SamePosition, "1:0:0"),
        ([line(1, None, None, 1)], errors.BadTransfer, "neither payer nor payee"),
        ([line(1, "a", "b", -1)], errors.BadTransfer, "amount is -1"),
        ([line(1, "a", "b", 2**256)], errors.BadTransfer, "amount"),
        ([line(-1, "a", "b", 1, time=0)], errors.BadTransfer, "out of range"),
    ],
)
def test_lines_that_cannot_be_leave_nothing_behind(tmp_path, lines, error, why):
    with pytest.raises(error, match=why):
        build(tmp_path / "s", lines)
    assert not list((tmp_path / "s").iterdir())


def test_a_line_read_twice_counts_once_and_two_openings_must_agree(tmp_path):
    same = [line(1, "a", "b", 1), line(1, "a", "b", 1)]
    assert len(build(tmp_path / "s", same, [Opening("bank", "a", "EUR", 4, s) for s in "xy"])) == 1
    with pytest.raises(errors.TwoOpenings, match="4 and 5"):
        build(tmp_path / "t", same, [Opening("bank", "a", "EUR", amount, "x") for amount in (4, 5)])


def test_the_digest_names_the_data_and_not_how_it_came(tmp_path):
    one, other = build(tmp_path / "s"), build(tmp_path / "t", LINES[::-1], sources=["elsewhere"])
    assert one.data_digest == other.data_digest
    assert build(tmp_path / "u", LINES[:2]).data_digest != one.data_digest


def test_append_and_rollback_follow_the_chain(tmp_path):
    blocks = [line(n, "a", "b", n, ledger="eth") for n in range(1, 4)]
    passage = join(at(3, ledger="eth"), OutputRef("bitcoin", "ab" * 32, 0), 3, 1, kind=JoinKind.BRIDGE)
    store = build(tmp_path / "s", [*LINES[:2], *blocks], blocks=chain("eth", "a", "a", "a"), joins=[passage])
    assert store.tip("eth") == Block("eth", 3, "a3", "a2", 3)
    assert [each.as_dict() for each in store.joins()] == [passage.as_dict()]
    digest = store.data_digest
    cut = store.rollback("eth", 2, "a2")
    assert [each.amount for each in cut.transfers(ledger="eth")] == [1, 2]
    assert len(list(cut.transfers(ledger="bank"))) == 2
    assert list(cut.joins()) == []
    again = cut.append(blocks[2:], blocks=chain("eth", "a", first=3), joins=[passage])
    assert again.data_digest == digest
    assert len(list((tmp_path / "s").iterdir())) == 2  # one generation and the manifest
    for height, name in ((2, "b2"), (9, "a9")):
        with pytest.raises(errors.UnknownBlock):
            again.rollback("eth", height, name)


def test_damage_is_seen(tmp_path):
    store = build(tmp_path / "s")
    store.verify()
    path = store.generation / "amount.bin"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(errors.AccountStoreDamaged, match=r"amount\.bin"):
        AccountStore.open(tmp_path / "s").verify()
    path.write_bytes(data[:-1])
    with pytest.raises(errors.AccountStoreDamaged, match=r"amount\.bin"):
        AccountStore.open(tmp_path / "s")
    manifest = tmp_path / "s" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": "amparo-account-store/9"}))
    with pytest.raises(errors.AccountStoreVersion):
        AccountStore.open(tmp_path / "s")
    manifest.write_text("{")
    with pytest.raises(errors.NoAccountStore):
        AccountStore.open(tmp_path / "s")


def test_references_and_joins_read_back():
    ref = TransferRef("bank:DE89@x", Position(7, 0, 2))
    assert read_transfer_ref(str(ref)) == ref
    for text in ("", "bank", "bank@1:2", "@1:2:3", "bank@1:2:x"):
        with pytest.raises(errors.UnknownLedgerPlace):
            read_transfer_ref(text)
    made = Join(
        ref, OutputRef("bitcoin", "ab", 1), 5, 2**200, JoinLevel.OBSERVED, JoinKind.PURCHASE, "table", 100, {"a": 1}
    )
    assert Join.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    with pytest.raises(ValueError, match="confidence"):
        Join(ref, ref, 5, 5, JoinLevel.DERIVED, JoinKind.SWAP, "x", 101)


def test_an_empty_store_and_openings_alone(tmp_path):
    assert len(build(tmp_path / "s", [])) == 0
    store = build(tmp_path / "t", [], opened("a", amount=4))
    assert (store.ledgers, store.balance(Account("bank", "a"), "EUR")) == (("bank",), 4)
    assert Kind.CASH not in {each.kind for each in store.transfers()}
