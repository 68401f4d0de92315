"""Backward on accounts: worked by hand, and the law that both ways count the same units between two transfers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.accounts.test_trace import at, built, join, ledgers, line, opened, seed

from amparo.ledger.accounts import (
    Account,
    AccountSeed,
    AccountStops,
    AccountStore,
    AccountTrace,
    Kind,
    Side,
    errors,
    rerun_account_trace,
    trace_accounts,
)


@pytest.fixture
def store(tmp_path):
    """A shop holds 60 of a mule's 150, of which 100 are the victim's, who had 70 and was paid 30 in cash."""
    lines = [
        line(1, None, "victim", 30, kind=Kind.CASH),
        line(2, "victim", "mule", 100),
        line(3, "mule", "shop", 60),
        line(4, "mule", "other", 90),
    ]
    openings = [*opened("victim", amount=70), *opened("mule", amount=50), *opened("shop", "other")]
    return AccountStore.build(tmp_path / "store", lines, openings)


@pytest.mark.parametrize(
    ("rule", "ends"),
    [
        ("fifo", {("mule", "opening"): 50, ("victim", "opening"): 10}),
        ("lifo", {("victim", "opening"): 60}),
        ("haircut", {("mule", "opening"): 20, ("victim", "opening"): 28, (None, "entered"): 12}),
    ],
)
def test_where_a_payment_came_from(store, rule, ends):
    found = trace_accounts([store], [seed(3)], rule, backward=True)
    assert {(leaf.account, leaf.state): leaf.amount for leaf in found.leaves} == ends
    assert rerun_account_trace([store.folder], found.recipe.parameters) == found.digest
    assert AccountTrace.from_dict(found.as_dict(), inputs=found.inputs) == found
    assert "start-of-ledger" in [note.name for note in found.notes]


def test_where_a_balance_came_from(store):
    held = [AccountSeed(Account("bank", "shop"), side=Side.BALANCE)]
    found = trace_accounts([store], held, "fifo", backward=True)
    assert [step.position.height for step in found.steps] == [2, 3]
    early = [AccountSeed(Account("bank", "shop"), side=Side.BALANCE, since=100)]
    assert trace_accounts([store], early, "fifo", backward=True).totals[0].claims == 0


def test_it_ends_at_services_and_dates(store):
    stops = AccountStops(since=150)
    found = trace_accounts([store], [seed(3)], "lifo", backward=True, stops=stops)
    assert [(leaf.account, leaf.state, leaf.stop) for leaf in found.leaves] == [("mule", "stopped", "date")]
    stops = AccountStops(services=frozenset({Account("bank", "victim")}))
    found = trace_accounts([store], [seed(3)], "lifo", backward=True, stops=stops)
    assert [(leaf.account, leaf.state, leaf.stop) for leaf in found.leaves] == [("victim", "stopped", "service")]


@pytest.mark.parametrize("rule", ["tiho", "libr"])
def test_rules_whose_order_depends_on_what_is_traced_are_refused(store, rule):
    with pytest.raises(errors.RuleNotBackward, match=rule):
        trace_accounts([store], [seed(3)], rule, backward=True)


def test_back_over_a_join(tmp_path):
    bank = AccountStore.build(
        tmp_path / "bank",
        [line(1, "v", "mule", 100), line(2, "mule", None, 80)],
        [*opened("v", amount=100), *opened("mule")],
    )
    mobile = AccountStore.build(
        tmp_path / "mobile",
        [line(1, None, "m1", 40, ledger="mobile"), line(2, "m1", "m2", 30, ledger="mobile")],
        opened("m1", "m2", ledger="mobile"),
    )
    passage = join(at(2), at(1, ledger="mobile"), 80, 40)
    found = trace_accounts([mobile, bank], [seed(2, ledger="mobile")], "fifo", joins=[passage], backward=True)
    assert {(leaf.ledger, leaf.account, leaf.state): leaf.amount for leaf in found.leaves} == {
        ("bank", "v", "opening"): 60
    }
    assert [(total.converted_in, total.converted_out) for total in found.totals] == [(60, 0), (0, 30)]
    alone = trace_accounts([mobile], [seed(2, ledger="mobile")], "fifo", joins=[passage], backward=True)
    assert [(leaf.state, leaf.to, leaf.amount) for leaf in alone.leaves] == [("elsewhere", "bank@2:0:0", 30)]


@settings(max_examples=10)
@given(ledgers(overdrafts=True), st.sampled_from(["fifo", "lifo"]), st.sampled_from(["first", "last"]))
def test_both_ways_count_the_same_units(tmp_path_factory, made, rule, fee):
    """Units of transfer s that travel with transfer t, forward from s, are those of t that came with s, back from t."""
    openings, lines = made
    store, _ = built(tmp_path_factory.mktemp("s") / "store", openings, lines)
    worth = [place for place, each in lines if each.amount and not each.fee]  # both ways end at fees
    there, back = {}, {}
    for one in worth:
        start = [seed(one[0], log=one[1])]
        for step in trace_accounts([store], start, rule, fee=fee).steps:
            there[one, (step.position.height, step.position.log)] = step.traced
        for step in trace_accounts([store], start, rule, fee=fee, backward=True).steps:
            back[(step.position.height, step.position.log), one] = step.traced
    there, back = ({pair: found for pair, found in each.items() if {*pair} <= {*worth}} for each in (there, back))
    assert there == back
