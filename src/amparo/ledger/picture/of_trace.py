"""Flow of a trace over outputs: each output a place, each transaction a step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from amparo.ledger.picture.model import Flow, Link, Node, NodeKind, Unit
from amparo.ledger.trace import State, TraceOutput, TraceResult

BITCOIN: Final = Unit("BTC", 8, "satoshi")
#: Network -> how its amounts are written. Test networks' coins are written as the real ones.
UNITS: Final[Mapping[str, Unit]] = {
    "litecoin": Unit("LTC", 8, "litoshi"),
    "bitcoin-cash": Unit("BCH", 8, "satoshi"),
    "dogecoin": Unit("DOGE", 8, "koinu"),
}


def flow_of(result: TraceResult, labels: Mapping[str, str] | None = None) -> Flow:
    """The flow of `result`, every output and transaction of it. `labels`: address -> what a tag says about it.

    A trace back is drawn in the direction in which the money went: where it came from stands first.
    """
    return _Maker(result, labels or {}).flow()


class _Maker:
    def __init__(self, result: TraceResult, labels: Mapping[str, str]) -> None:
        self.result = result
        self.labels = labels
        self.ledger = str(result.chain.get("network", "bitcoin"))
        self.unit = UNITS.get(self.ledger, BITCOIN)
        self.back = result.direction == "backward"
        self.last = max((each.hop for each in result.outputs), default=0)
        self.steps = {step.ref for step in result.steps}

    def flow(self) -> Flow:
        places = [self.place(each) for each in self.result.outputs]
        links = self.links()
        nodes = forward((*places, *self.step_nodes(places, links)), links)
        totals = self.result.totals
        sums = [("claims", totals.claims), ("held", totals.held), ("fee", totals.fee), ("absorbed", totals.absorbed)]
        sums += [("stopped", sum(totals.stopped.values())), ("destroyed", totals.destroyed), ("gap", totals.gap)]
        if totals.minted is not None:
            sums.append(("minted", totals.minted))
        return Flow(
            rule=self.result.rule,
            detail=str(self.result.parameters.get("fee", "")),
            conserves=self.result.conserves,
            nodes=nodes,
            links=tuple(links),
            units={self.unit.symbol: self.unit},
            sums=((self.ledger, self.unit.symbol, tuple(sums)),),
            back=self.back,
        )

    def place(self, each: TraceOutput) -> Node:
        hop = self.last - each.hop if self.back else each.hop
        about = f"{each.txid}:{each.vout} · {each.address or each.script}"
        return Node(
            key=each.ref,
            kind=NodeKind.PLACE,
            column=2 * hop,
            ledger=self.ledger,
            asset=self.unit.symbol,
            ref=each.ref,
            about=about,
            amount=each.tainted,
            value=each.value,
            state=each.state.value,
            stop=each.stop,
            claim=each.claim,
            label=self.labels.get(each.address or ""),
            hop=each.hop,
        )

    def links(self) -> list[Link]:
        found = []
        asset = self.unit.symbol
        for each in self.result.outputs:
            maker = each.ref.rsplit("/", 1)[0]
            if maker in self.steps and self.was_made_inside(each):
                found.append(Link(maker, each.ref, each.absorbed or each.tainted, asset))
            if each.spent_by in self.steps and each.spent_by is not None and self.went_on_inside(each):
                found.append(Link(each.ref, each.spent_by, each.tainted, asset))
        return found

    def was_made_inside(self, each: TraceOutput) -> bool:
        """Whether the trace passes from the transaction that made this output to it."""
        if self.back:
            return each.state in (State.SPENT, State.GAP)
        return each.claim is None or bool(each.absorbed)

    def went_on_inside(self, each: TraceOutput) -> bool:
        if self.back:
            return each.claim is None or bool(each.absorbed)
        return each.state in (State.SPENT, State.GAP)

    def step_nodes(self, places: list[Node], links: list[Link]) -> list[Node]:
        columns = {node.key: node.column for node in places}
        gives: dict[str, list[int]] = {}
        takes: dict[str, list[int]] = {}
        for link in links:
            if link.target in columns and link.source in self.steps:
                gives.setdefault(link.source, []).append(columns[link.target])
            elif link.source in columns:
                takes.setdefault(link.target, []).append(columns[link.source])
        found = []
        for step in self.result.steps:
            column = min(gives[step.ref]) - 1 if step.ref in gives else max(takes.get(step.ref, [0])) + 1
            found.append(
                Node(
                    key=step.ref,
                    kind=NodeKind.STEP,
                    column=column,
                    ledger=self.ledger,
                    asset=self.unit.symbol,
                    ref=step.ref,
                    about=step.txid,
                    amount=step.tainted,
                    fee=step.fee,
                    time=step.time,
                    hop=step.hop,
                )
            )
        return found


def forward(nodes: Sequence[Node], links: Sequence[Link]) -> tuple[Node, ...]:
    """The nodes in columns in which every link leads on; as they are where it does so already.

    Where one start lies on the way of another, or money takes a long and a short way to one transaction, the hop says
    little of the order: there a node stands after all that leads to it, by the longest way. No output spends itself,
    so there is no circle.
    """
    columns = {node.key: node.column for node in nodes}
    if all(columns[link.source] < columns[link.target] for link in links) and min(columns.values(), default=0) >= 0:
        return tuple(nodes)
    after: dict[str, list[str]] = {}
    waits = dict.fromkeys(columns, 0)
    for link in links:
        after.setdefault(link.source, []).append(link.target)
        waits[link.target] += 1
    found = {node.key: 0 if node.is_place else 1 for node in nodes}
    ready = [key for key, count in waits.items() if not count]
    while ready:
        key = ready.pop()
        for target in after.get(key, ()):
            found[target] = max(found[target], found[key] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return tuple(replace(node, column=found[node.key]) for node in nodes)
