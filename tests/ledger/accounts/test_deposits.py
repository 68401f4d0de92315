"""Deposit addresses, hot-wallet candidates and bridges on small made books, and on the scripted node."""

from tests.ledger.accounts.test_trace import line

from amparo.base import SkipCount
from amparo.ledger.accounts import (
    Account,
    AccountStore,
    BridgeRules,
    BridgeSide,
    DepositRules,
    Kind,
    bridge_joins,
    deposit_addresses,
    hot_wallet_candidates,
    shared_users,
)

EXCHANGE = Account("eth", "hot")
RULES = DepositRules(max_fee={"USDT": 5}, max_wait=600)


def paid(number, sender, receiver, amount, **changes):
    return line(number, sender, receiver, amount, **{"ledger": "eth", "asset": "USDT", "kind": Kind.TOKEN, **changes})


def found(tmp_path, *lines):
    store = AccountStore.build(tmp_path / "s", lines)
    return list(deposit_addresses(store, [EXCHANGE], RULES)), store


def test_what_passes_an_amount_on_to_an_exchange_is_a_deposit_address(tmp_path):
    (deposit,), store = found(
        tmp_path,
        paid(1, "u1", "d", 100),
        paid(2, "d", "hot", 97),
        paid(3, "u2", "d", 50),
        paid(4, "d", "hot", 50),
        paid(5, "hot", "u3", 40),
    )
    assert (deposit.account.id, deposit.exchange, deposit.asset, deposit.users) == ("d", EXCHANGE, "USDT", ("u1", "u2"))
    assert [(store.row(a).amount, store.row(b).amount) for a, b in deposit.matches] == [(100, 97), (50, 50)]
    assert shared_users([deposit]) == {deposit.account: ("u1", "u2")}


def test_the_latest_earlier_payment_that_fits_is_taken(tmp_path):
    (deposit,), _ = found(tmp_path, paid(1, "u1", "d", 100), paid(2, "u2", "d", 101), paid(3, "d", "hot", 100))
    assert deposit.users == ("u2",)


def test_what_is_no_deposit_address(tmp_path):
    late = paid(99, "d", "hot", 100)
    for number, lines in enumerate(
        (
            [paid(1, "u", "d", 100), late],  # too late
            [paid(1, "u", "d", 100), paid(2, "d", "hot", 94)],  # too much is missing
            [paid(1, "u", "d", 100), paid(2, "d", "hot", 101)],  # more than came
            [paid(1, "u", "d", 100), paid(2, "d", "hot", 100), paid(3, "d", "x", 1)],  # it pays others too
            [paid(1, "u", "d", 100), paid(2, "d", "other", 100)],  # another receiver
            [paid(1, None, "d", 100, kind=Kind.MINT), paid(2, "d", "hot", 100)],  # nobody paid it
            [paid(1, "u", "0x" + "0" * 40, 100), paid(2, "0x" + "0" * 40, "hot", 100)],  # nobody's
        )
    ):
        assert found(tmp_path / str(number), *lines)[0] == []


def test_fees_paid_in_the_asset_are_no_other_receiver(tmp_path):
    lines = [paid(1, "u", "d", 100), paid(2, "d", "hot", 97), paid(2, "d", "miner", 3, kind=Kind.FEE, log=1)]
    assert [each.account.id for each in found(tmp_path, *lines)[0]] == ["d"]


def test_an_account_that_collects_from_many_is_a_candidate_only(tmp_path):
    lines = [each for n in range(12) for each in (paid(n, f"u{n}", f"d{n}", 9), paid(n, f"d{n}", "collector", 9, tx=1))]
    _, store = found(tmp_path, *lines)
    (candidate,) = hot_wallet_candidates(store, RULES)
    assert (candidate.account.id, candidate.deposits) == ("collector", 12)
    assert hot_wallet_candidates(store, RULES, least=13) == []


def test_the_scripts_deposit_addresses_are_found(loaded, laundering):
    who = laundering.who
    some = deposit_addresses(loaded, [Account("anvil", who["hot"])], DepositRules(max_wait=3600))
    assert {(each.account.id, each.users) for each in some} == {(who["d1"], (who["a"],)), (who["d2"], (who["b"],))}


def test_bridges_are_joined_by_id_receiver_amount_and_time(tmp_path):
    from dataclasses import replace

    numbered = [replace(paid(4, "0xcc", "bridge", 70), extra={"bridge_id": "7"})]
    ins = [paid(1, "0xaa", "bridge", 100), paid(2, "0xbb", "bridge", 100), paid(3, "0xdd", "bridge", 55), *numbered]
    far = {"ledger": "bsc", "asset": "BUSD"}
    outs = [
        paid(2, "exit", "0xaa", 100, time=200, **far),
        paid(3, "exit", "0xbb", 100, time=210, **far),
        replace(paid(4, "exit", "0xee", 70, time=9_000_000, **far), extra={"bridge_id": "7"}),
        paid(5, "exit", "0xff", 55, time=300, **far),
        paid(6, "exit", "0xgg", 55, time=300, **far),
    ]
    first = BridgeSide(AccountStore.build(tmp_path / "a", ins), Account("eth", "bridge"))
    second = BridgeSide(AccountStore.build(tmp_path / "b", outs), Account("bsc", "exit"))
    skipped = SkipCount()
    joins = list(bridge_joins(first, second, BridgeRules({"USDT": "BUSD"}), skipped))
    assert [(each.out.position.height, each.into.position.height, each.reason, each.level.value) for each in joins] == [
        (1, 2, "amount-time-receiver", "inferred"),
        (2, 3, "amount-time-receiver", "inferred"),
        (4, 4, "bridge-id", "derived"),
    ]
    assert [each.confidence for each in joins] == [60, 80, 95]
    assert skipped.counts == {"bridge-unclear": 1}
