"""Check another tool's edges against our own stores: each is confirmed, differs, is not found, or can't be checked.

A check never makes an opinion a fact of ours: a confirmed edge says that the transfer is on the chain, not who made it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from amparo.base import gettext_noop
from amparo.ledger.accounts import Account
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.addresses import normal
from amparo.ledger.errors import BadAddress, BadReference, NotLoaded
from amparo.ledger.opinions.graph import LEVEL, Edge, Opinion
from amparo.ledger.store import Store

#: Outputs of a target, and transfers of an account, that are looked through for an edge without transaction.
MOST: Final = 2_000


class Verdict(StrEnum):
    """The words are permanent."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_FOUND = "not-found"
    NOT_CHECKED = "not-checked"


VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.CONFIRMED: gettext_noop("A transfer between these two addresses stands in the loaded chain."),
    Verdict.DIFFERS: gettext_noop("The transaction is loaded, but it does not move value between these two addresses."),
    Verdict.NOT_FOUND: gettext_noop("Nothing of this kind stands in the loaded chain."),
    Verdict.NOT_CHECKED: gettext_noop("It names no addresses of a loaded chain, so it could not be checked."),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """`where`: the transaction that was compared, "" for none."""

    edge: Edge
    verdict: Verdict
    where: str

    def as_dict(self) -> dict[str, Any]:
        edge = {**self.edge._asdict(), "extra": dict(self.edge.extra)}
        return {"level": LEVEL, "edge": edge, "verdict": self.verdict.value, "where": self.where}


def check_opinion(
    opinion: Opinion, *, stores: Sequence[AccountStore] = (), chains: Mapping[str, Store] | None = None
) -> tuple[Checked, ...]:
    """Compare each edge with what is loaded. Its amount is shown beside, never compared: tools round and add up."""
    return tuple(_checked(edge, stores, chains or {}) for edge in opinion.edges)


def _checked(edge: Edge, stores: Sequence[AccountStore], chains: Mapping[str, Store]) -> Checked:
    verdicts = [*_on_chains(edge, chains), *_in_books(edge, stores)]
    for wanted in (Verdict.CONFIRMED, Verdict.DIFFERS, Verdict.NOT_FOUND):
        for verdict, where in verdicts:
            if verdict is wanted:
                return Checked(edge, verdict, where)
    return Checked(edge, Verdict.NOT_CHECKED, "")


def _on_chains(edge: Edge, chains: Mapping[str, Store]) -> Iterator[tuple[Verdict, str]]:
    for store in chains.values():
        try:
            outputs = store.outputs_to(edge.target, MOST)
            store.outputs_to(edge.source, 1)
        except BadAddress:
            continue  # not an address of this chain
        if edge.txid:
            yield _one(edge, store)
            continue
        found = next((row.txid for row in outputs if _pays(store, row.txid, edge)), None)
        yield (Verdict.NOT_FOUND, "") if found is None else (Verdict.CONFIRMED, found)


def _one(edge: Edge, store: Store) -> tuple[Verdict, str]:
    try:
        txid = store.find_tx(edge.txid.lower()).txid
    except (BadReference, NotLoaded):
        return Verdict.NOT_FOUND, ""
    return (Verdict.CONFIRMED if _pays(store, txid, edge) else Verdict.DIFFERS), txid


def _pays(store: Store, txid: str, edge: Edge) -> bool:
    """Whether the transaction spends an output of the source and pays the target."""
    row = store.find_tx(txid)
    targets = {normal(store.output(each).address or "") for each in row.outputs}
    spent = [each for each in store.inputs_of(row.tx) if each is not None]
    sources = {normal(store.output(each).address or "") for each in spent}
    return normal(edge.target) in targets and normal(edge.source) in sources


def _in_books(edge: Edge, stores: Sequence[AccountStore]) -> Iterator[tuple[Verdict, str]]:
    source, target = normal(edge.source), normal(edge.target)
    wanted = edge.txid.lower().removeprefix("0x")
    for store in stores:
        for ledger in store.ledgers:
            seen = [each for each in (edge.source, edge.target) if _known(store, ledger, each)]
            if not seen:
                continue
            verdict, where = Verdict.NOT_FOUND, ""
            for each in store.transfers(account=Account(ledger, seen[0]), limit=None):
                same = not wanted or each.ref.lower().removeprefix("0x") == wanted
                if same and (normal(each.sender or ""), normal(each.receiver or "")) == (source, target):
                    verdict, where = Verdict.CONFIRMED, each.ref
                    break
                if same and wanted:
                    verdict, where = Verdict.DIFFERS, each.ref
            yield verdict, where


def _known(store: AccountStore, ledger: str, account: str) -> bool:
    return len(store.purses(Account(ledger, account))) > 0
