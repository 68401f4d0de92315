"""Proposals of joins: reasons and levels by hand, rivals counted, nothing chosen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from amparo.ledger.accounts import (
    Asset,
    JoinLevel,
    Kind,
    OutputRef,
    Position,
    Transfer,
    TransferRef,
    TransferSeed,
)  # fmt: skip
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins import (
    REASONS,
    Decision,
    Proposal,
    Settings,
    accepted_joins,
    decide,
    join_id,
    propose,
    trace_joined,
)
from amparo.ledger.joins.errors import BookTooLong, DecisionNeeds, JoinsClash, TooManyProposals

T = 1_770_000_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def move(ledger: str, at: int, amount: int, *, out: bool, account: str = "A", ref: str = "", remarks: str = "",
         asset: str = "KES", precise: bool = True, **extra: str) -> Transfer:  # fmt: skip
    sides = (account, None) if out else (None, account)
    place = Position(T + at, abs(hash((ref, amount, at))) % 1000, 0)
    return Transfer(ledger, place, T + at, Kind.BANK, asset, *sides, amount, ref, "f:1", precise, remarks, extra)


def found(folder: Path, *transfers: Transfer, settings: Settings | None = None) -> list[tuple[str, str, int, int]]:
    store = AccountStore.build(folder / "s", transfers, (), {"KES": Asset(2, "KES"), "UGX": Asset(0, "UGX")})
    return [
        (p.join.level.value, p.join.reason, p.join.confidence, p.rivals) for p in propose([store], settings=settings)
    ]


OUT = {"out": True, "account": "0110000111"}
INTO = {"out": False, "account": "254700000101"}


@pytest.mark.parametrize(
    ("out", "into", "expected"),
    [
        pytest.param({"ref": "QWERTY1"}, {"ref": "qwerty-1"}, ("derived", "same-reference", 90), id="reference"),
        pytest.param({"remarks": "To 254700000101"}, {}, ("derived", "named-account", 80), id="names-receiver"),
        pytest.param({"remarks": "To 0700000101"}, {}, ("derived", "named-account", 80), id="national-number"),
        pytest.param({}, {"remarks": "from acct 0110000111"}, ("derived", "named-account", 80), id="names-sender"),
        pytest.param(
            {"ref": "QWERTY1"}, {"remarks": "ref QWERTY1"}, ("derived", "same-reference", 85), id="in-remarks"
        ),
        pytest.param({}, {}, ("inferred", "amount-and-time", 40), id="amount-and-time-only"),
        pytest.param({"remarks": "To 254700000102"}, {}, ("inferred", "amount-and-time", 40), id="names-another"),
        pytest.param({"ref": "1"}, {"ref": "1"}, ("inferred", "amount-and-time", 40), id="a-reference-too-short"),
    ],
)
def test_what_ties_two_transfers_of_one_amount(
    tmp_path: Path, out: dict[str, str], into: dict[str, str], expected: tuple[str, str, int]
) -> None:
    first = move("bank:0110000111", 0, 5000, **{**OUT, **out})  # type: ignore[arg-type]
    second = move("mobile:254700000101", 600, 5000, **{**INTO, **into})  # type: ignore[arg-type]
    assert found(tmp_path, first, second) == [(*expected, 0)]
    assert expected[1] in REASONS


def test_one_receipt_in_two_statements_of_an_operator_is_observed(tmp_path: Path) -> None:
    first = move("mobile:1", 0, 5000, out=True, ref="SB30AAA012")
    second = move("mobile:2", 0, 5000, out=False, ref="SB30AAA012")
    assert found(tmp_path, first, second) == [("observed", "same-receipt", 100, 0)]


def test_every_rival_is_given_and_lowers_what_amount_alone_can_say(tmp_path: Path) -> None:
    moves = [move("bank:1", 0, 5000, out=True)] + [move(f"mobile:{n}", 60 * n, 5000, out=False) for n in (1, 2, 3)]
    assert found(tmp_path, *moves) == [("inferred", "amount-and-time", 13, 2)] * 3


def test_money_that_a_record_explains_is_not_offered_again(tmp_path: Path) -> None:
    paid = move("mobile:1", 0, 5000, out=True, ref="SB30AAA012")
    record = move("exchange:x", 60, 5000, out=False, type="deposit", bank_reference="SB30AAA012")
    other = move("bank:9", 60, 5000, out=False)
    assert found(tmp_path, paid, record, other) == [("observed", "exchange-record", 100, 0)]


@pytest.mark.parametrize(
    ("at", "amount", "settings", "expected"),
    [
        pytest.param(-1, 5000, Settings(), 0, id="before-it-left"),
        pytest.param(73 * 3600, 5000, Settings(), 0, id="too-late"),
        pytest.param(73 * 3600, 5000, Settings(hours=80), 1, id="a-wider-window"),
        pytest.param(60, 5001, Settings(), 0, id="more-than-left"),
        pytest.param(60, 4900, Settings(), 1, id="less-a-fee"),
        pytest.param(60, 4900, Settings(fee_permille=10), 0, id="a-smaller-fee"),
        pytest.param(60, 4800, Settings(), 0, id="too-little"),
    ],
)
def test_windows(tmp_path: Path, at: int, amount: int, settings: Settings, expected: int) -> None:
    moves = move("bank:1", 0, 5000, out=True), move("mobile:1", at, amount, out=False)
    assert len(found(tmp_path, *moves, settings=settings)) == expected


def test_a_date_without_an_hour_may_stand_for_any_hour_of_its_day(tmp_path: Path) -> None:
    moves = move("bank:1", 3600, 5000, out=True), move("mobile:1", 0, 5000, out=False, precise=False)
    assert len(found(tmp_path, *moves)) == 1


def test_other_assets_and_the_same_book_are_never_joined_by_amount(tmp_path: Path) -> None:
    moves = move("bank:1", 0, 5000, out=True), move("mobile:1", 60, 5000, out=False, asset="UGX")
    assert not found(tmp_path, *moves)
    assert not found(tmp_path / "2", moves[0], move("bank:1", 60, 5000, out=False, ref="x"))


def test_too_many_pairs_are_an_error_not_a_selection(tmp_path: Path) -> None:
    moves = [move(f"bank:{n}", n, 5000, out=True) for n in range(9)]
    moves += [move(f"mobile:{n}", 60 + n, 5000, out=False) for n in range(9)]
    with pytest.raises(TooManyProposals):
        found(tmp_path, *moves, settings=Settings(most=80))
    assert len(found(tmp_path / "2", *moves)) == 81
    long = [move("bank:1", n, 5000, out=True, ref=f"r{n}") for n in range(4)]
    with pytest.raises(BookTooLong, match="bank:1"):
        found(tmp_path / "3", *long, settings=Settings(most_transfers=3))
    assert found(tmp_path / "4", *long, settings=Settings(most_transfers=4)) == []


def test_tokens_paid_straight_from_one_exchange_to_another(tmp_path: Path) -> None:
    """One transfer on the chain is both what left the first and what came to the second."""
    names = {"txid": "ab" * 32, "address": "TXa"}
    rows = [
        move("exchange:one", 0, 2_000_000, out=True, account="u1", asset="USDT", type="withdrawal", **names),
        move("exchange:two", 90, 2_000_000, out=False, account="c7", asset="USDT", type="deposit", **names),
    ]
    books = AccountStore.build(tmp_path / "x", rows, (), {"USDT": Asset(6, "USDT")})
    moved = chain_transfer("TXa", 2_000_000, "ab" * 32)
    chain = AccountStore.build(tmp_path / "c", [moved], (), {"TOKEN": Asset(6, "USDT")})
    joins = [each.join for each in propose([books, chain])]
    assert len(joins) == 2
    seed = TransferSeed(TransferRef("exchange:one", rows[0].position), 1_500_000)
    result = trace_joined([books, chain], [seed], "haircut", joins=joins, unknown="least").accounts
    assert result is not None
    assert [(leaf.account, leaf.amount) for leaf in result.leaves] == [("c7", 1_500_000)]


def chain_transfer(address: str, amount: int, ref: str, asset: str = "TOKEN") -> Transfer:
    return Transfer("tron", Position(T + 30, 1, 0), T + 30, Kind.TOKEN, asset, "HOT", address, amount, ref, "f:1")


@pytest.mark.parametrize(
    ("ref", "address", "amount", "expected"),
    [
        pytest.param("ab" * 32, "TXa", 2_000_000, [("observed", "exchange-record", 100, 0)], id="all-agree"),
        pytest.param("ab" * 32, "TXb", 2_000_000, [], id="another-address"),
        pytest.param("ab" * 32, "TXa", 2_000_001, [], id="another-amount"),
        pytest.param("cd" * 32, "TXa", 2_000_000, [], id="another-transaction"),
    ],
)
def test_an_exchanges_record_must_agree_with_the_chain(
    tmp_path: Path, ref: str, address: str, amount: int, expected: list[tuple[str, str, int, int]]
) -> None:
    record = move(
        "exchange:x", 0, 2_000_000, out=True, asset="USDT", type="withdrawal", txid="0x" + "AB" * 32, address="TXa"
    )
    books = AccountStore.build(tmp_path / "x", [record], (), {"USDT": Asset(6, "USDT")})
    chain = AccountStore.build(tmp_path / "c", [chain_transfer(address, amount, ref)], (), {"TOKEN": Asset(6, "USDT")})
    result = [(p.join.level.value, p.join.reason, p.join.confidence, p.rivals) for p in propose([books, chain])]
    assert result == expected


def test_an_address_without_transaction_is_derived_and_units_may_differ(tmp_path: Path) -> None:
    record = move("exchange:x", 90, 2_000_000, out=False, asset="USDT", type="deposit", address="TXa")
    books = AccountStore.build(tmp_path / "x", [record], (), {"USDT": Asset(6, "USDT")})
    chain = AccountStore.build(
        tmp_path / "c", [chain_transfer("TXa", 2 * 10**18, "r")], (), {"TOKEN": Asset(18, "USDT")}
    )
    (proposal,) = propose([books, chain])
    assert (proposal.join.level, proposal.join.reason) == (JoinLevel.DERIVED, "named-account")
    assert (proposal.join.amount_out, proposal.join.amount_in) == (2 * 10**18, 2_000_000)


def proposals(folder: Path) -> tuple[AccountStore, tuple[Proposal, ...]]:
    moves = [move("bank:1", 0, 5000, out=True)] + [move(f"mobile:{n}", 60 * n, 5000, out=False) for n in (1, 2)]
    store = AccountStore.build(folder, moves, (), {"KES": Asset(2, "KES")})
    return store, propose([store])


def test_a_decision_says_who_and_why_and_stands_in_the_join(tmp_path: Path) -> None:
    _, (first, second) = proposals(tmp_path / "s")
    with pytest.raises(DecisionNeeds, match="who"):
        decide(first, accepted=True, who=" ", why="the letter says so", when=NOW)
    with pytest.raises(DecisionNeeds, match="why"):
        decide(first, accepted=True, who="A. Officer", why="yes", when=NOW)  # it has a rival
    yes = decide(first, accepted=True, who="A. Officer", why="the letter says so", when=NOW)
    no = decide(second, accepted=False, who="A. Officer", why="no", when=NOW)
    (join,) = accepted_joins([yes, no])
    assert join.facts["accepted_by"] == "A. Officer"
    assert join.facts["accepted_why"] == "the letter says so"
    assert join.facts["rivals"] == 1
    assert Decision.from_dict(yes.as_dict()) == yes
    assert join_id(first.join) != join_id(second.join)


def test_the_last_decision_counts_and_the_same_money_cannot_go_on_twice(tmp_path: Path) -> None:
    store, (first, second) = proposals(tmp_path / "s")
    yes = [decide(each, accepted=True, who="A", why="the letter says", when=NOW) for each in (first, second)]
    with pytest.raises(JoinsClash, match="10000 units"):
        accepted_joins(yes, [store])
    undone = decide(first, accepted=False, who="B", why="the bank corrected it", when=NOW)
    assert [each.into for each in accepted_joins([*yes, undone], [store])] == [second.join.into]
    assert isinstance(first.join.out, tuple)
    assert not isinstance(first.join.out, OutputRef)
