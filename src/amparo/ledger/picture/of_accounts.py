"""Flow of a trace over accounts: each account and asset a place, transfers between two of them one link.

Where a transfer has no known other side, the other side is a place of its own ("outside"). A join leads from where the
value left one book to where it goes on in the other, with its level.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from amparo.ledger.accounts.trace import AccountLeaf, AccountStep, AccountTrace
from amparo.ledger.accounts.transfer import Kind
from amparo.ledger.picture.model import Flow, Link, Node, NodeKind, Unit


def flow_of_accounts(result: AccountTrace, labels: Mapping[str, str] | None = None) -> Flow:
    """The flow of `result`. `labels`: account as its book names it -> what a tag says about it."""
    return _Maker(result, labels or {}).flow()


class _Maker:
    def __init__(self, result: AccountTrace, labels: Mapping[str, str]) -> None:
        self.result = result
        self.labels = labels
        self.back = result.parameters.get("direction") == "backward"
        self.units = {
            name: Unit(str(each["symbol"] or name), int(each["decimals"])) for name, each in result.assets.items()
        }
        self.by_ref = {str(step.transfer): step for step in result.steps}
        self.joins = [each for each in result.joins if self.joined(each)]
        self.left = {_ref(each["out"]) for each in self.joins}
        self.came = {_ref(each["into"]) for each in self.joins}

    def joined(self, join: Mapping[str, Any]) -> bool:
        return _ref(join["out"]) in self.by_ref and _ref(join["into"]) in self.by_ref

    def flow(self) -> Flow:
        links = [*self.transfers(), *self.passages()]
        columns = _columns(links, [self.start(step) for step in self.result.steps if step.claim])
        return Flow(
            rule=self.result.rule,
            detail=str(self.result.parameters.get("fee", "")),
            conserves=self.result.conserves,
            nodes=tuple(self.places(links, columns)),
            links=tuple(links),
            units=self.units,
            sums=tuple(self.sums()),
            back=self.back,
        )

    def start(self, step: AccountStep) -> str:
        return self.side(step, step.receiver if self.back else step.sender, leaves=not self.back)

    def side(self, step: AccountStep, account: str | None, *, leaves: bool) -> str:
        """The key of one end of a transfer: the account, or outside the book, apart for each ending."""
        if account is not None:
            return f"{step.ledger}/{account}/{step.asset}"
        end = "from" if leaves else f"to/{step.kind.value}"
        return f"{step.ledger}//{step.asset}/{end}"

    def transfers(self) -> Iterable[Link]:
        """One link for all transfers between two places; what a join stands for whole is left to the join."""
        found: dict[tuple[str, str], list[AccountStep]] = {}
        for step in self.result.steps:
            ref = str(step.transfer)
            if (step.receiver is None and ref in self.left) or (step.sender is None and ref in self.came):
                continue
            pair = (self.side(step, step.sender, leaves=True), self.side(step, step.receiver, leaves=False))
            found.setdefault(pair, []).append(step)
        for (source, target), steps in found.items():
            about = ", ".join(f"{step.ref} ({step.ledger}@{':'.join(map(str, step.position))})" for step in steps[:20])
            yield Link(
                source, target, sum(each.traced for each in steps), steps[0].asset, count=len(steps), about=about
            )

    def passages(self) -> Iterable[Link]:
        found: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
        for join in self.joins:
            out, into = self.by_ref[_ref(join["out"])], self.by_ref[_ref(join["into"])]
            source = self.side(out, out.sender if out.receiver is None else out.receiver, leaves=True)
            target = self.side(into, into.receiver if into.sender is None else into.sender, leaves=False)
            found.setdefault((source, target, str(join["level"]), str(join["kind"])), []).append(join)
        for (source, target, level, kind), joins in found.items():
            yield Link(
                source,
                target,
                sum(self.part(each, "out") for each in joins),
                self.by_ref[_ref(joins[0]["out"])].asset,
                level=level,
                kind=kind,
                arrives=sum(self.part(each, "into") for each in joins),
                confidence=min(int(each["confidence"]) for each in joins),
                count=len(joins),
                about=", ".join(f"{_ref(each['out'])} > {_ref(each['into'])}" for each in joins[:20]),
            )

    def part(self, join: Mapping[str, Any], side: str) -> int:
        """The traced units that go over a join, on one side of it; several on one transfer share in proportion."""
        ref, amount = _ref(join[side]), "amount_out" if side == "out" else "amount_in"
        step = self.by_ref[ref]
        traced = step.converted_out if side == "out" else step.converted_in
        same = sum(int(each[amount]) for each in self.joins if _ref(each[side]) == ref)
        return traced * int(join[amount]) // same if same else 0

    def places(self, links: list[Link], columns: Mapping[str, int]) -> Iterable[Node]:
        came: dict[str, int] = {}
        went: dict[str, int] = {}
        for link in links:
            came[link.target] = came.get(link.target, 0) + (link.amount if link.arrives is None else link.arrives)
            went[link.source] = went.get(link.source, 0) + link.amount
        claims: dict[str, int] = {}
        names: dict[str, tuple[AccountStep, str | None]] = {}
        for step in self.result.steps:
            for account, leaves in ((step.sender, True), (step.receiver, False)):
                key = self.side(step, account, leaves=leaves)
                names.setdefault(key, (step, account))
            if step.claim:
                claims[self.start(step)] = claims.get(self.start(step), 0) + step.claim
        ends = self.ends()
        for key in columns:
            if key not in names:
                continue
            step, account = names[key]
            here = ends.get((step.ledger, account, step.asset), []) if account is not None else []
            main = max(here, key=lambda leaf: leaf.amount, default=None)
            state, stop = (main.state, main.stop) if main else ("spent", None)
            if account is None:
                state, stop = _outside(step, came=bool(came.get(key)))
            yield Node(
                key=key,
                kind=NodeKind.PLACE,
                column=2 * columns[key],
                ledger=step.ledger,
                asset=step.asset,
                ref=account or "",
                about=account or "",
                amount=max(came.get(key, 0), went.get(key, 0)),
                state=_word(state),
                stop=stop,
                claim=claims.get(key),
                label=self.labels.get(account or ""),
                time=step.time,
                hop=columns[key],
                ends=tuple((_word(leaf.state), leaf.stop, leaf.amount) for leaf in here),
            )

    def ends(self) -> dict[tuple[str, str | None, str], list[AccountLeaf]]:
        found: dict[tuple[str, str | None, str], list[AccountLeaf]] = {}
        for leaf in self.result.leaves:
            found.setdefault((leaf.ledger, leaf.account, leaf.asset), []).append(leaf)
        return found

    def sums(self) -> Iterable[tuple[str, str, tuple[tuple[str, int], ...]]]:
        names = ("claims", "converted_in", "held", "fee", "absorbed", "left", "gap", "converted_out")
        for each in self.result.totals:
            plain = [(name, int(getattr(each, name))) for name in names]
            plain.insert(5, ("stopped", sum(each.stopped.values())))
            yield (
                each.ledger,
                each.asset,
                tuple((_word(row[0]), row[1]) for row in plain if row[1] or row[0] == "claims"),
            )


def _word(state: str) -> str:
    """An account holds what an output leaves unspent: another word for the same state."""
    return "in-account" if state == "held" else state


def _outside(step: AccountStep, *, came: bool) -> tuple[str, str | None]:
    """State of a place outside the known books, and the word for cash paid in or out there."""
    if step.kind is Kind.FEE and came:
        return "fee", None
    return "left" if came else "entered", "cash" if step.kind is Kind.CASH else None


def _ref(value: Mapping[str, Any]) -> str:
    if "ledger" in value:
        return f"{value['ledger']}@{':'.join(map(str, value['position']))}"
    return f"{value['network']}@{value['txid']}:{value['vout']}"


def _columns(links: list[Link], starts: Iterable[str]) -> dict[str, int]:
    """Fewest links from a start to each place; places that nothing leads to stand first."""
    nexts: dict[str, list[str]] = {}
    for link in links:
        nexts.setdefault(link.source, []).append(link.target)
    fed = {link.target for link in links}
    found: dict[str, int] = {}
    row = list(dict.fromkeys([*starts, *(link.source for link in links if link.source not in fed)]))
    depth = 0
    while row:
        found.update(dict.fromkeys(row, depth))
        row = [each for each in dict.fromkeys(n for key in row for n in nexts.get(key, [])) if each not in found]
        depth += 1
    rest = [link.source for link in links if link.source not in found]
    return found | dict.fromkeys(rest, 0)
