"""Joins as a page shows them: both sides as lines of their books, the reason in words, rivals counted."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext

from amparo.ledger.accounts import Join, OutputRef, Ref, Transfer, TransferRef
from amparo.ledger.accounts.errors import UnknownLedgerPlace
from amparo.ledger.accounts.join import JOIN_KINDS
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.joins import REASONS
from amparo.web.cases.models import Case
from amparo.web.traces.actions.joins import proposal_of
from amparo.web.traces.books import books_of, line_of, money
from amparo.web.traces.models import JoinDecision
from amparo.web.traces.show import btc

Stores = dict[str, AccountStore]  # ledger -> the store that holds it


class JoinView(NamedTuple):
    row: JoinDecision
    out: dict[str, str]
    into: dict[str, str]
    amount_out: str
    amount_in: str
    kind: str
    reason: str
    confidence: int
    rivals: int
    facts: list[tuple[str, str]]


def join_views(case: Case, rows: Iterable[JoinDecision]) -> list[JoinView]:
    stores = {ledger: store for _, store in books_of(case) for ledger in store.ledgers}
    return [_view(row, stores) for row in rows]


def _view(row: JoinDecision, stores: Stores) -> JoinView:
    proposal = proposal_of(row)
    join = proposal.join
    out, into = _side(join.out, stores), _side(join.into, stores)
    return JoinView(
        row=row,
        out=out,
        into=into,
        amount_out=_amount(join.amount_out, join.out, stores),
        amount_in=_amount(join.amount_in, join.into, stores),
        kind=gettext(JOIN_KINDS[join.kind]),
        reason=gettext(REASONS[join.reason]) if join.reason in REASONS else join.reason,
        confidence=join.confidence,
        rivals=proposal.rivals,
        facts=_facts(join),
    )


def _facts(join: Join) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in join.facts.items() if name not in {"seconds", "rivals"}]


def _transfer(ref: TransferRef, stores: Stores) -> Transfer | None:
    """None where its book is no longer there, or was read anew without this line."""
    store = stores.get(ref.ledger)
    try:
        return store.transfer(ref) if store is not None else None
    except UnknownLedgerPlace:
        return None


def _side(ref: Ref, stores: Stores) -> dict[str, str]:
    """The line a join touches; only its name where the line is no longer there."""
    if isinstance(ref, OutputRef):
        return {"ledger": ref.network, "ref": f"{ref.txid}:{ref.vout}", "time": "", "account": ""}
    transfer = _transfer(ref, stores)
    if transfer is None:
        return {"ledger": ref.ledger, "ref": str(ref), "time": "", "account": ""}
    line = line_of(transfer, stores[ref.ledger].assets)
    return {**line, "ledger": ref.ledger, "account": transfer.sender or transfer.receiver or ""}


def _amount(amount: int, ref: Ref, stores: Stores) -> str:
    if isinstance(ref, OutputRef):
        return btc(amount)
    transfer = _transfer(ref, stores)
    return str(amount) if transfer is None else money(amount, transfer.asset, stores[ref.ledger].assets)
