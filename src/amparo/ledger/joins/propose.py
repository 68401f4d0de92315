"""Propose joins between books: every candidate with its level, reason and rivals; a person accepts or rejects.

Nothing is chosen here. Of one pair of transfers only the best reason is given; money that a record of the party in the
middle explains in full is not offered again by amount and time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from amparo.ledger.accounts import Join, JoinKind, JoinLevel, Ref
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins.candidates import ByAmount, Flow, Flows, plain, ref_of
from amparo.ledger.joins.errors import TooManyProposals
from amparo.ledger.joins.exchange_records import on_chain, on_outputs, payments, trades
from amparo.ledger.joins.settings import Proposal, Settings
from amparo.ledger.store import Store

_LEVELS: Final = (JoinLevel.OBSERVED, JoinLevel.DERIVED, JoinLevel.INFERRED)


def propose(
    stores: Sequence[AccountStore],
    *,
    chains: Mapping[str, Store] | None = None,
    settings: Settings | None = None,
) -> tuple[Proposal, ...]:
    """Candidates for joins between the books of `stores` and the UTXO `chains` (by network name), in order of `out`.

    Raises TooManyProposals, BookTooLong instead of leaving any out.
    """
    settings = settings or Settings()
    flows = Flows.of(stores, settings)
    found: dict[tuple[Ref, Ref], Join] = {}
    said = (
        trades(flows),
        payments(flows, settings),
        on_chain(flows, stores, settings),
        on_outputs(flows, chains or {}),
    )
    for group in said:
        _keep(found, group, settings)
    taken = {join.out for join in found.values() if join.level is JoinLevel.OBSERVED}
    taken |= {join.into for join in found.values() if join.level is JoinLevel.OBSERVED}
    _keep(found, _by_words(flows, settings, taken), settings)
    return _with_rivals(found.values())


def _keep(found: dict[tuple[Ref, Ref], Join], joins: Iterable[Join], settings: Settings) -> None:
    for join in joins:
        pair = join.out, join.into
        if pair not in found or _rank(join) < _rank(found[pair]):
            found[pair] = join
        if len(found) > settings.most:
            raise TooManyProposals(limit=settings.most)


def _rank(join: Join) -> tuple[int, int]:
    return _LEVELS.index(join.level), -join.confidence


def _by_words(flows: Flows, settings: Settings, taken: set[Ref]) -> Iterator[Join]:
    """Pairs of an outflow and an inflow in another book, by receipt, reference, named account, amount."""
    inflows = ByAmount(each for each in flows.into if ref_of(each.transfer) not in taken)
    for out in flows.out:
        if ref_of(out.transfer) in taken or not out.transfer.amount:
            continue
        for into in inflows.equal(out, settings):
            yield _equal(out, into)
        for into in inflows.a_little_less(out, settings):
            yield _join(out, into, JoinLevel.INFERRED, "amount-less-fee", 20)


def _equal(out: Flow, into: Flow) -> Join:
    """The best that ties an outflow to an inflow of the same amount in the same days."""
    first, second = plain(out.transfer.ref), plain(into.transfer.ref)
    if first and first == second and len(first) >= 5:
        if out.transfer.ledger.startswith("mobile:") and into.transfer.ledger.startswith("mobile:"):
            return _join(out, into, JoinLevel.OBSERVED, "same-receipt", 100, facts={"reference": out.transfer.ref})
        return _join(out, into, JoinLevel.DERIVED, "same-reference", 90, facts={"reference": out.transfer.ref})
    named = [each.account for each, other in ((into, out), (out, into)) if _names(other, each.account)]
    if named:
        return _join(
            out, into, JoinLevel.DERIVED, "named-account", 80 + 5 * (len(named) - 1), facts={"accounts": named}
        )
    if (first and first in into.tokens) or (second and second in out.tokens):
        return _join(
            out, into, JoinLevel.DERIVED, "same-reference", 85, facts={"reference": out.transfer.ref or second}
        )
    return _join(out, into, JoinLevel.INFERRED, "amount-and-time", 40)


def _names(flow: Flow, account: str) -> bool:
    """Whether the words of a transfer name `account` in full; telephone numbers with or without their country."""
    wanted = plain(account)
    if wanted in flow.tokens:
        return True
    # A national number is the international one without its country: the last nine digits must agree.
    return (
        wanted.isdigit()
        and len(wanted) >= 10
        and any(each.isdigit() and len(each) >= 9 and each[-9:] == wanted[-9:] for each in flow.tokens)
    )


def _join(
    out: Flow, into: Flow, level: JoinLevel, reason: str, confidence: int, *, facts: Mapping[str, Any] | None = None
) -> Join:
    return Join(
        out=ref_of(out.transfer),
        into=ref_of(into.transfer),
        amount_out=out.transfer.amount,
        amount_in=into.transfer.amount,
        level=level,
        kind=JoinKind.PAYMENT,
        reason=reason,
        confidence=confidence,
        facts={**(facts or {}), "seconds": into.transfer.time - out.transfer.time},
    )


def _with_rivals(joins: Iterable[Join]) -> tuple[Proposal, ...]:
    """Count who else wants the same money. By amount alone, more rivals mean less confidence."""
    every = sorted(joins, key=lambda each: (str(each.out), *_rank(each), str(each.into)))
    outs, intos = Counter(each.out for each in every), Counter(each.into for each in every)
    found = []
    for join in every:
        rivals = outs[join.out] + intos[join.into] - 2
        if join.level is JoinLevel.INFERRED:
            confidence = max(1, join.confidence // (1 + rivals))
            facts = {**join.facts, "rivals": rivals}
            join = Join(  # noqa: PLW2901 - the same join, with what is known only now
                join.out, join.into, join.amount_out, join.amount_in, join.level, join.kind, join.reason, confidence,
                facts,
            )  # fmt: skip
        found.append(Proposal(join, rivals))
    return tuple(found)
