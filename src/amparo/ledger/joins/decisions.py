"""Decisions of people about proposed joins: who accepted or rejected which, when and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from amparo.base import canonical_digest, iso_ms
from amparo.ledger.accounts import Join, OutputRef, Ref, TransferRef
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins.errors import DecisionNeeds, JoinsClash
from amparo.ledger.joins.settings import Proposal


@dataclass(frozen=True, slots=True)
class Decision:
    """`who` and `why` in the person's words; `when` in UTC. `rivals`: how many other candidates were shown."""

    join: Join
    accepted: bool
    who: str
    why: str
    when: str
    rivals: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "join": self.join.as_dict(),
            "accepted": self.accepted,
            "who": self.who,
            "why": self.why,
            "when": self.when,
            "rivals": self.rivals,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Decision":
        return cls(**{**value, "join": Join.from_dict(value["join"])})


def join_id(join: Join) -> str:
    """A name for a join in forms and logs: 16 hex signs that depend on all it says."""
    return canonical_digest(join.as_dict())[:16]


def decide(proposal: Proposal, *, accepted: bool, who: str, why: str, when: datetime) -> Decision:
    """Record a decision. Raises DecisionNeeds; an ambiguous proposal needs a reason of more than one word."""
    if not who.strip():
        raise DecisionNeeds(fact="who")
    if not why.strip() or (accepted and proposal.ambiguous and len(why.split()) < 2):
        raise DecisionNeeds(fact="why")
    return Decision(proposal.join, accepted, who.strip(), why.strip(), iso_ms(when), proposal.rivals)


def accepted_joins(decisions: Iterable[Decision], stores: Sequence[AccountStore] = ()) -> list[Join]:
    """The joins to trace over; the last decision about a join counts. Each says who accepted it and why.

    Raises JoinsClash where they take more than moved (checked against `stores`).
    """
    last: dict[str, Decision] = {}
    for each in decisions:
        last[join_id(each.join)] = each
    joins = [_signed(each) for each in last.values() if each.accepted]
    _check(joins, stores)
    return joins


def _signed(decision: Decision) -> Join:
    said = {"accepted_by": decision.who, "accepted_why": decision.why, "accepted_at": decision.when}
    return replace(decision.join, facts={**decision.join.facts, **said})


def _check(joins: Sequence[Join], stores: Sequence[AccountStore]) -> None:
    taken: dict[tuple[Ref, bool], int] = defaultdict(int)
    for join in joins:
        taken[join.out, True] += join.amount_out
        taken[join.into, False] += join.amount_in
    books = {ledger: store for store in stores for ledger in store.ledgers}
    for (ref, _), amount in taken.items():
        if isinstance(ref, OutputRef) or not isinstance(ref, TransferRef) or ref.ledger not in books:
            continue
        value = books[ref.ledger].transfer(ref).amount
        if amount > value:
            raise JoinsClash(transfer=str(ref), joined=amount, value=value)
