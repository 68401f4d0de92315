"""Traces on accounts: worked by hand, then against a unit-by-unit ledger on small books."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import accounts as reference

from amparo.bundle import TOOLS
from amparo.bundle.errors import InputNotGiven
from amparo.ledger.accounts import (
    ACCOUNT_RULES,
    Account,
    AccountSeed,
    AccountStop,
    AccountStops,
    AccountStore,
    AccountTrace,
    Join,
    JoinKind,
    JoinLevel,
    Kind,
    Opening,
    OutputRef,
    Position,
    Side,
    Transfer,
    TransferRef,
    TransferSeed,
    errors,
    rerun_account_trace,
    trace_accounts,
)

EXACT = ("fifo", "lifo", "tiho", "libr")


def line(number, sender, receiver, amount, *, ledger="bank", asset="EUR", kind=Kind.BANK, tx=0, log=0, time=None):
    time = number * 60 if time is None else time
    place = Position(number, tx, log)
    return Transfer(ledger, place, time, kind, asset, sender, receiver, amount, f"{ledger}{number}", f"{ledger}.csv")


def opened(*names, amount=0, ledger="bank", asset="EUR"):
    return [Opening(ledger, name, asset, amount, "statement") for name in names]


def seed(number, amount=None, *, ledger="bank", tx=0, log=0):
    return TransferSeed(TransferRef(ledger, Position(number, tx, log)), amount)


def join(out, into, amount_out, amount_in, **changes):
    facts = {"level": JoinLevel.DERIVED, "kind": JoinKind.PAYMENT, "reason": "same-reference", "confidence": 90}
    return Join(out, into, amount_out, amount_in, **{**facts, **changes})


def at(number, *, ledger="bank", tx=0, log=0):
    return TransferRef(ledger, Position(number, tx, log))


@pytest.fixture
def store(tmp_path):
    """Victim pays mule 100 (who holds 50); mule pays 60 on to shop, then 90 to cash."""
    lines = [
        line(1, "victim", "mule", 100),
        line(2, "mule", "shop", 60),
        line(3, "mule", None, 90, kind=Kind.CASH),
    ]
    openings = [*opened("victim", amount=1000), *opened("mule", amount=50), *opened("shop")]
    return AccountStore.build(tmp_path / "store", lines, openings)


@pytest.mark.parametrize(
    ("rule", "shop", "cash"),
    [("fifo", 10, 90), ("lifo", 60, 40), ("tiho", 60, 40), ("libr", 10, 90), ("haircut", 40, 60)],
)
def test_what_each_rule_says_of_a_mixed_account(store, rule, shop, cash):
    found = trace_accounts([store], [seed(1)], rule)
    leaves = {(leaf.account, leaf.state): leaf.amount for leaf in found.leaves}
    assert leaves == {("shop", "held"): shop, (None, "left"): cash}
    (total,) = found.totals
    assert (total.claims, total.held, total.left) == (100, shop, cash)
    assert [step.hop for step in found.steps] == [0, 1, 1]


def test_a_result_reads_back_and_runs_again(store):
    found = trace_accounts(
        [store], [seed(1, 70)], "fifo", stops=AccountStops(services=frozenset({Account("bank", "shop")}))
    )
    assert AccountTrace.from_dict(found.as_dict(), inputs=found.inputs) == found
    assert rerun_account_trace([store.folder], found.recipe.parameters) == found.digest
    assert found.recipe.tool == "ledger.trace-accounts"
    assert found.inputs == {"accounts:0": store.data_digest}
    assert found.parameters["stops"]["services"] == [["bank", "shop"]]


def test_a_bundles_recipe_runs_again_over_several_stores(tmp_path):
    stores = books(tmp_path)
    passage = join(at(2), at(1, ledger="mobile"), 80, 80)
    recipe = trace_accounts(stores, [seed(1)], "lifo", joins=[passage]).recipe
    given_stores = {name: next(s.folder for s in stores if s.data_digest == sha) for name, sha in recipe.inputs.items()}
    assert TOOLS["ledger.trace-accounts"].rerun(recipe, given_stores) == recipe.output
    with pytest.raises(InputNotGiven, match="accounts:1"):
        TOOLS["ledger.trace-accounts"].rerun(recipe, {"accounts:0": stores[0].folder})


def test_units_that_arrive_where_they_are_claimed_are_absorbed(store):
    found = trace_accounts([store], [seed(1), seed(2)], "tiho")
    (total,) = found.totals
    assert (total.claims, total.absorbed, total.held, total.left) == (160, 60, 60, 40)


def test_a_part_of_a_transfer_that_also_carries_other_money_is_refused_in_proportion(store):
    with pytest.raises(errors.AmbiguousTransferClaim, match="bank@2:0:0"):
        trace_accounts([store], [seed(1), seed(2, 10)], "haircut")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ([], errors.NoAccountSeeds),
        ([AccountSeed(Account("bank", "nobody"))], errors.NoAccountSeeds),
        ([seed(9)], errors.UnknownLedgerPlace),
        ([seed(1, ledger="other")], errors.UnknownLedgerPlace),
        ([seed(1, 101)], errors.TransferClaimOutOfRange),
        ([seed(1, 0)], errors.TransferClaimOutOfRange),
        ([seed(1, 5), seed(1, 6)], errors.TransferClaimedTwice),
    ],
)
def test_seeds_that_cannot_be(store, wanted, error):
    with pytest.raises(error):
        trace_accounts([store], wanted, "fifo")


def test_what_an_account_received_sent_or_held_in_a_time(store):
    mule = Account("bank", "mule")
    received = trace_accounts([store], [AccountSeed(mule, "EUR")], "fifo").totals[0]
    sent = trace_accounts([store], [AccountSeed(mule, "EUR", Side.SENT, since=180)], "fifo").totals[0]
    held = trace_accounts([store], [AccountSeed(mule, "EUR", Side.BALANCE, since=100)], "fifo").totals[0]
    at_end = trace_accounts([store], [AccountSeed(mule, "EUR", Side.BALANCE, since=60), seed(1)], "fifo").totals[0]
    assert (received.claims, sent.claims, held.claims) == (100, 90, 150)
    assert (held.held, held.left) == (60, 90)
    assert (at_end.claims, at_end.absorbed) == (150, 0)


def test_stop_rules_end_a_trace_and_say_so(tmp_path):
    zero = "0x" + "0" * 40
    lines = [
        line(1, "v", "a", 100),
        line(2, "a", "exchange", 30),
        line(3, "a", "tumbler", 20),
        line(4, "a", zero, 10),
        line(5, "a", "b", 5),
        line(6, "a", "c", 35),
        line(7, "c", "d", 35),
        line(8, "exchange", "e", 30),
    ]
    names = ("v", "a", "exchange", "tumbler", zero, "b", "c", "d", "e")
    store = AccountStore.build(tmp_path / "store", lines, opened(*names, amount=0)[1:] + opened("v", amount=100))
    stops = AccountStops(
        max_hops=2,
        floors={"EUR": 6},
        services=frozenset({Account("bank", "exchange")}),
        mixers=frozenset({Account("bank", "tumbler")}),
    )
    found = trace_accounts([store], [seed(1)], "fifo", stops=stops)
    assert found.totals[0].stopped == {
        AccountStop.SERVICE: 30,
        AccountStop.MIXER: 20,
        AccountStop.NOBODY: 10,
        AccountStop.FLOOR: 5,
        AccountStop.HOPS: 35,
    }
    early = trace_accounts([store], [seed(1)], "fifo", stops=AccountStops(until=300))
    assert early.totals[0].stopped == {AccountStop.NOBODY: 10, AccountStop.DATE: 65}
    assert early.totals[0].held == 25
    short = trace_accounts([store], [seed(1)], "fifo", stops=AccountStops(max_transfers=2))
    assert short.totals[0].stopped == {AccountStop.BUDGET: 100}


def test_an_unknown_opening_is_a_gap_or_the_least_possible(tmp_path):
    lines = [line(1, "v", "a", 100), line(2, "a", "b", 130), line(3, "c", "a", 7)]
    store = AccountStore.build(tmp_path / "store", lines, opened("v", amount=100))
    gap = trace_accounts([store], [seed(1)], "fifo")
    assert (gap.totals[0].gap, gap.totals[0].held) == (100, 0)
    assert [(leaf.account, leaf.state) for leaf in gap.leaves] == [("a", "gap")]
    assert "gap" in [note.name for note in gap.notes]
    least = trace_accounts([store], [seed(1)], "fifo", unknown="least")
    assert (least.totals[0].gap, least.totals[0].held) == (0, 100)
    assert "least-opening" in [note.name for note in least.notes]
    with pytest.raises(errors.BalanceNotKnown):
        trace_accounts([store], [AccountSeed(Account("bank", "a"), side=Side.BALANCE)], "fifo")


def test_what_pays_a_debt_back_leaves_the_trace(tmp_path):
    lines = [line(1, "a", "shop", 50), line(2, "v", "a", 80), line(3, "a", "b", 30)]
    store = AccountStore.build(tmp_path / "store", lines, [*opened("a", "b", "shop"), *opened("v", amount=80)])
    found = trace_accounts([store], [seed(2)], "fifo")
    assert {(leaf.account, leaf.state): leaf.amount for leaf in found.leaves} == {
        ("a", "repaid"): 50,
        ("b", "held"): 30,
    }


def test_fees_are_taken_first_or_last_in_their_transaction(tmp_path):
    eth = {"ledger": "eth", "asset": "ETH"}
    lines = [
        line(1, "v", "a", 10, **eth),
        line(2, "a", "miner", 4, kind=Kind.FEE, log=0, **eth),
        line(2, "a", "b", 6, kind=Kind.NATIVE, log=1, **eth),
        line(3, "miner", "c", 4, **eth),
    ]
    openings = opened("v", amount=10, **eth) + opened("a", amount=3, **eth) + opened("b", "c", "miner", **eth)
    store = AccountStore.build(tmp_path / "store", lines, openings)
    start = [seed(1, ledger="eth")]
    first = trace_accounts([store], start, "fifo", fee="first").totals[0]
    last = trace_accounts([store], start, "fifo", fee="last").totals[0]
    assert (first.fee, first.held) == (1, 9)
    assert (last.fee, last.held) == (4, 6)
    with pytest.raises(errors.UnknownFeePlace):
        trace_accounts([store], start, "fifo", fee="prorata")


def test_poison_needs_a_limit(store):
    with pytest.raises(errors.PoisonNeedsStop):
        trace_accounts([store], [seed(1)], "poison")
    found = trace_accounts([store], [seed(1)], "poison", stops=AccountStops(max_hops=5))
    assert [step.traced for step in found.steps] == [100, 60, 90]


def test_a_swap_whose_pool_pays_out_before_it_is_paid(tmp_path):
    """In one transaction the log has the payment out first; the join still comes after what it takes."""
    token = {"ledger": "eth", "kind": Kind.TOKEN}
    lines = [
        line(1, "v", "a", 40, asset="USDT", **token),
        line(2, "pool", "a", 30, asset="WETH", log=0, **token),
        line(2, "a", "pool", 40, asset="USDT", log=1, **token),
        line(3, "a", "b", 30, asset="WETH", **token),
    ]
    openings = [
        *opened("v", amount=40, ledger="eth", asset="USDT"),
        *opened("a", "pool", ledger="eth", asset="USDT"),
        *opened("a", "b", ledger="eth", asset="WETH"),
        *opened("pool", amount=500, ledger="eth", asset="WETH"),
    ]
    store = AccountStore.build(tmp_path / "store", lines, openings)
    swap = join(at(2, ledger="eth", log=1), at(2, ledger="eth", log=0), 40, 30, kind=JoinKind.SWAP)
    found = trace_accounts([store], [seed(1, 20, ledger="eth")], "fifo", joins=[swap])
    usdt, weth = found.totals
    assert (usdt.claims, usdt.converted_out, weth.converted_in, weth.held) == (20, 20, 15, 15)
    assert [leaf.account for leaf in found.held] == ["b"]
    assert [each["kind"] for each in found.joins] == ["swap"]
    assert rerun_account_trace([store.folder], found.recipe.parameters) == found.digest


def books(tmp_path, mobile_time=0):
    """Bank pays into mobile money, which pays an exchange; times of the second book may lie before the first's."""
    bank = [line(1, "v", "mule", 100), line(2, "mule", None, 80)]
    mobile = [
        line(1, None, "m1", 80, ledger="mobile", time=mobile_time),
        line(2, "m1", "m2", 80, ledger="mobile", time=mobile_time + 1),
    ]
    first = AccountStore.build(tmp_path / "bank", bank, [*opened("v", amount=100), *opened("mule")])
    second = AccountStore.build(tmp_path / "mobile", mobile, opened("m1", "m2", ledger="mobile"))
    return first, second


@pytest.mark.parametrize("mobile_time", [0, 10_000])
def test_one_trace_over_two_books_waits_for_the_join(tmp_path, mobile_time):
    stores = books(tmp_path, mobile_time)
    passage = join(at(2), at(1, ledger="mobile"), 80, 80)
    for order in (stores, stores[::-1]):
        found = trace_accounts(order, [seed(1)], "lifo", joins=[passage])
        assert {(leaf.ledger, leaf.account): leaf.amount for leaf in found.leaves} == {
            ("bank", "mule"): 20,
            ("mobile", "m2"): 80,
        }
        assert [note.facts for note in found.notes if note.name == "joins"] == [
            {"level": "derived", "count": 1, "confidence": 90}
        ]


def test_joins_that_contradict_the_order_or_claim_too_much(tmp_path):
    stores = books(tmp_path)
    there, back = join(at(2), at(1, ledger="mobile"), 80, 80), join(at(2, ledger="mobile"), at(1), 80, 100)
    with pytest.raises(errors.JoinOrder):
        trace_accounts(stores, [seed(1)], "fifo", joins=[there, back])
    with pytest.raises(errors.JoinTooLarge, match="81"):
        trace_accounts(stores, [seed(1)], "fifo", joins=[join(at(2), at(1, ledger="mobile"), 81, 80)])
    with pytest.raises(errors.JoinOrder):
        trace_accounts(stores, [seed(1)], "fifo", joins=[join(at(2), at(1), 10, 10)])
    with pytest.raises(errors.LedgerTwice):
        trace_accounts([stores[0], stores[0]], [seed(1)], "fifo")


def test_a_join_into_a_ledger_that_is_not_given_is_said(tmp_path):
    bank, _ = books(tmp_path)
    out = join(at(2), OutputRef("bitcoin", "ab" * 32, 1), 80, 1234, kind=JoinKind.PURCHASE)
    found = trace_accounts([bank], [seed(1)], "lifo", joins=[out])
    leaf = next(each for each in found.leaves if each.state == "elsewhere")
    assert (leaf.amount, leaf.to) == (80, f"bitcoin@{'ab' * 32}:1")
    assert found.totals[0].converted_out == 80


NAMES = ("a", "b", "c", "d")


@st.composite
def ledgers(draw, *, overdrafts):
    """Up to ten lines between four accounts, in transactions of up to three lines, with fees and claims."""
    openings = {name: draw(st.integers(-4 if overdrafts else 0, 8)) for name in NAMES}
    balance, lines, place = dict(openings), [], (0, 0)
    for _ in range(draw(st.integers(1, 10))):
        sender, receiver = draw(st.sampled_from((*NAMES, None))), draw(st.sampled_from((*NAMES, None)))
        if sender is None and receiver is None:
            continue
        most = 9 if sender is None or overdrafts else min(9, balance[sender])
        amount = draw(st.integers(0, most)) if most > 0 else 0
        fee = sender is not None and draw(st.integers(0, 4)) == 0
        claimed = (
            draw(st.sampled_from((0, 0, amount, amount // 2))) if overdrafts else draw(st.sampled_from((0, amount)))
        )
        place = (place[0], place[1] + 1) if draw(st.booleans()) and place[1] < 2 else (place[0] + 1, 0)
        lines.append((place, reference.Line(sender, receiver, amount, fee, claimed)))
        for name, change in ((sender, -amount), (receiver, amount)):
            if name is not None:
                balance[name] += change
    return openings, lines


def in_order(lines, fee):
    """The lines as the walk takes them: fees first or last inside their transaction (here: height)."""
    groups = {}
    for place, each in lines:
        groups.setdefault(place[0], []).append(each)
    found = []
    for group in groups.values():
        fees, rest = [each for each in group if each.fee], [each for each in group if not each.fee]
        found += [*fees, *rest] if fee == "first" else [*rest, *fees]
    return found


def built(folder, openings, lines):
    transfers = [
        line(
            place[0], each.sender, each.receiver, each.amount, log=place[1], kind=Kind.FEE if each.fee else Kind.NATIVE
        )
        for place, each in lines
    ]
    said = [Opening("bank", name, "EUR", amount, "x") for name, amount in openings.items()]
    seeds = [seed(place[0], each.claimed, log=place[1]) for place, each in lines if each.claimed]
    return AccountStore.build(folder, transfers, said), seeds


@settings(max_examples=30)
@given(ledgers(overdrafts=True), st.sampled_from(EXACT), st.sampled_from(["first", "last"]))
def test_exact_rules_equal_a_ledger_of_single_units(tmp_path_factory, made, rule, fee):
    openings, lines = made
    store, seeds = built(tmp_path_factory.mktemp("s") / "store", openings, lines)
    wanted = reference.ordered(in_order(lines, fee), openings, rule)
    if not seeds:
        return
    found = trace_accounts([store], seeds, rule, fee=fee)
    (total,) = found.totals
    assert (total.held, total.fee, total.left, total.absorbed) == (
        wanted.held,
        wanted.fee,
        wanted.left,
        wanted.absorbed,
    )
    held = Counter({leaf.account: leaf.amount for leaf in found.leaves if leaf.state == "held"})
    assert held == Counter({name: sum(purse) for name, purse in wanted.purses.items() if sum(purse)})
    assert sorted(step.traced for step in found.steps) == sorted(filter(None, wanted.traced))


@settings(max_examples=12)
@given(ledgers(overdrafts=False))
def test_haircut_equals_shares_rounded_by_hand(tmp_path_factory, made):
    openings, lines = made
    ordered_lines = [(place, each._replace(fee=False)) for place, each in lines]
    store, seeds = built(tmp_path_factory.mktemp("s") / "store", openings, ordered_lines)
    wanted = reference.shares([each for _, each in ordered_lines], openings)
    if not seeds:
        return
    (total,) = trace_accounts([store], seeds, "haircut").totals
    assert (total.held, total.left, total.absorbed) == (wanted.held, wanted.left, wanted.absorbed)


@settings(max_examples=20)
@given(st.data(), st.sampled_from(EXACT))
def test_joins_equal_the_ledger_of_single_units(tmp_path_factory, data, rule):
    openings, lines = data.draw(ledgers(overdrafts=False))
    lines = [((n, 0), each._replace(fee=False)) for n, (_, each) in enumerate(lines)]
    worth = [n for n, (_, each) in enumerate(lines) if each.amount]
    pairs = [(a, b) for a in worth for b in worth if a < b]
    joins = []
    for out, into in (
        data.draw(st.lists(st.sampled_from(pairs), max_size=2, unique_by=(lambda p: p[0], lambda p: p[1])))
        if pairs
        else []
    ):
        amounts = (data.draw(st.integers(1, lines[n][1].amount)) for n in (out, into))
        joins.append(reference.Join(out, into, *amounts))
    store, seeds = built(tmp_path_factory.mktemp("s") / "store", openings, lines)
    if not seeds:
        return
    wanted = reference.ordered([each for _, each in lines], openings, rule, joins)
    made = [join(at(each.out), at(each.into), each.amount_out, each.amount_in) for each in joins]
    (total,) = trace_accounts([store], seeds, rule, joins=made).totals
    assert (total.held, total.left, total.absorbed) == (wanted.held, wanted.left, wanted.absorbed)
    assert (total.converted_out, total.converted_in) == (wanted.converted_out, wanted.converted_in)


def test_every_rule_names_itself_and_publishes_examples():
    for rule in ACCOUNT_RULES:
        assert rule.meaning
        assert rule.legal
        (example,) = rule.examples()
        queue = rule.queue(example["balance"])
        amount, traced = example["in"]
        queue.put(amount, rule.claim(amount, traced))
        assert tuple(rule.size(queue.take(out), out) for out in example["out"]) == example["traced"]
