"""Bridges between chains: a payment into a bridge's account on one, the payment out of its account on the other.

Two sides are joined by the bridge's own id where both sides carry it (level derived), else by amount, time and
receiver (level inferred). Each payment is used once. What fits several payments equally is left out and counted,
because a wrong join follows somebody else's money.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from amparo.base import SkipCount, Skipped
from amparo.ledger.accounts.join import Join, JoinKind, JoinLevel, TransferRef
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.transfer import Account, Position, Transfer
from amparo.ledger.addresses import normal


@dataclass(frozen=True, slots=True)
class BridgeRules:
    """`max_wait`: seconds from the payment in to the payment out. `max_fee`: parts of a million the bridge may keep.

    `assets`: asset of the first chain -> the same asset on the second (a token's contract differs there).
    """

    assets: Mapping[str, str]
    max_wait: int = 3_600
    max_fee: int = 5_000


class Side(NamedTuple):
    """A bridge's account on one chain."""

    store: AccountStore
    account: Account


def bridge_joins(first: Side, second: Side, rules: BridgeRules, skipped: SkipCount | None = None) -> Iterator[Join]:
    """Joins from the first chain to the second; call it again with the sides changed over for the way back."""
    free = _Free([each for each in _of(second) if each.sender == second.account.id])
    for out in _of(first):
        if out.receiver != first.account.id or out.asset not in rules.assets:
            continue
        fitting = [into for into in free.near(out, rules) if _fits(out, into, rules)]
        best = _best(out, fitting)
        if len(best) > 1 and skipped is not None:
            skipped.add(Skipped(str(TransferRef(out.ledger, out.position)), "bridge-unclear", f"{len(best)} fit"))
        if len(best) == 1:
            free.used.add(best[0].position)
            yield _join(out, best[0], alone=len(fitting) == 1)


class _Free:
    """Payments out of a bridge that no join took yet, by time and by the bridge's id."""

    def __init__(self, transfers: list[Transfer]) -> None:
        self.by_time = sorted(transfers, key=lambda each: (each.time, each.position))
        self.times = [each.time for each in self.by_time]
        self.by_id = {_id(each): each for each in transfers if _id(each) is not None}
        self.used: set[Position] = set()

    def near(self, out: Transfer, rules: BridgeRules) -> list[Transfer]:
        low = bisect_left(self.times, out.time)
        found = {
            each.position: each for each in self.by_time[low : bisect_right(self.times, out.time + rules.max_wait)]
        }
        named = self.by_id.get(_id(out)) if _id(out) is not None else None
        if named is not None:
            found[named.position] = named
        return [each for position, each in found.items() if position not in self.used]


def _of(side: Side) -> Iterator[Transfer]:
    return side.store.transfers(account=side.account, limit=None)


def _fits(out: Transfer, into: Transfer, rules: BridgeRules) -> bool:
    same_id = _id(out) is not None and _id(out) == _id(into)
    if rules.assets[out.asset] != into.asset or (_id(out) and _id(into) and not same_id):
        return False
    kept = out.amount - into.amount
    in_time = 0 <= into.time - out.time <= rules.max_wait
    return (same_id or in_time) and 0 <= kept * 1_000_000 <= out.amount * rules.max_fee and out.amount > 0


def _best(out: Transfer, fitting: list[Transfer]) -> list[Transfer]:
    """Those that fit best: by id, then by receiver, then by amount."""
    tests: tuple[Callable[[Transfer], bool], ...] = (
        lambda into: _id(out) is not None and _id(out) == _id(into),
        lambda into: _same_owner(out, into),
        lambda into: into.amount == out.amount,
    )
    for test in tests:
        chosen = [into for into in fitting if test(into)]
        if len(chosen) == 1:
            return chosen
        fitting = chosen or fitting
    return fitting


def _same_owner(out: Transfer, into: Transfer) -> bool:
    """The same address on both chains: usual where both are EVM chains."""
    return out.sender is not None and into.receiver is not None and normal(out.sender) == normal(into.receiver)


def _id(each: Transfer) -> str | None:
    """The bridge's own number of a passage, where the source gave it."""
    found = each.extra.get("bridge_id")
    return None if found is None else str(found)


def _join(out: Transfer, into: Transfer, *, alone: bool) -> Join:
    by_id = _id(out) is not None and _id(out) == _id(into)
    owner = _same_owner(out, into)
    confidence = 95 if by_id else 80 if owner and alone else 60 if owner or alone else 40
    return Join(
        out=TransferRef(out.ledger, out.position),
        into=TransferRef(into.ledger, into.position),
        amount_out=out.amount,
        amount_in=into.amount,
        level=JoinLevel.DERIVED if by_id else JoinLevel.INFERRED,
        kind=JoinKind.BRIDGE,
        reason="bridge-id" if by_id else "amount-time-receiver" if owner else "amount-and-time",
        confidence=confidence,
        facts={
            "seconds": into.time - out.time,
            "kept": str(out.amount - into.amount),
            "out": out.ref,
            "into": into.ref,
        },
    )
