"""Flow of a trace over several ledgers: account books and UTXO chains in one picture."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from amparo.ledger.accounts import OutputRef
from amparo.ledger.joins import JoinedTrace
from amparo.ledger.picture.model import Flow, Link, Node
from amparo.ledger.picture.of_accounts import flow_of_accounts
from amparo.ledger.picture.of_trace import flow_of
from amparo.ledger.picture.reduce import layered


def flow_of_joined(result: JoinedTrace, labels: Mapping[str, str] | None = None) -> Flow:
    """The flow of all parts of `result`, with a link where money crosses between a chain and a book of accounts.

    Keys of a chain's outputs and transactions begin with the network's name. `labels`: as for the parts.
    """
    parts = [_prefixed(flow_of(each, labels), network) for network, each in sorted(result.chains.items())]
    if result.accounts is not None:
        parts.insert(0, flow_of_accounts(result.accounts, labels))
    nodes = [node for part in parts for node in part.nodes]
    links = [link for part in parts for link in part.links] + list(_crossings(result, nodes))
    arrived = {link.target for link in links if link.kind}
    nodes = [replace(node, claim=None) if node.key in arrived else node for node in nodes]
    placed = layered(nodes, links, back=any(part.back for part in parts))
    return Flow(
        rule=str(result.parameters["rule"]),
        detail=parts[0].detail if parts else "",
        conserves=all(part.conserves for part in parts),
        nodes=tuple(replace(node, hop=node.column // 2) if node.is_place else node for node in placed),
        links=tuple(links),
        units={name: unit for part in parts for name, unit in part.units.items()},
        sums=tuple(row for part in parts for row in part.sums),
        back=any(part.back for part in parts),
    )


def _prefixed(flow: Flow, network: str) -> Flow:
    """Two chains have transactions of one reference: their keys are told apart by the network."""
    nodes = tuple(replace(node, key=f"{network} {node.key}") for node in flow.nodes)
    links = tuple(
        replace(link, source=f"{network} {link.source}", target=f"{network} {link.target}") for link in flow.links
    )
    return replace(flow, nodes=nodes, links=links)


def _crossings(result: JoinedTrace, nodes: list[Node]) -> Iterable[Link]:
    outputs = {(node.ledger, node.about.partition(" · ")[0]): node for node in nodes if " · " in node.about}
    accounts = {node.key: node for node in nodes}
    steps = {} if result.accounts is None else {str(step.transfer): step for step in result.accounts.steps}

    def end(ref: object, *, leaves: bool) -> Node | None:
        if isinstance(ref, OutputRef):
            return outputs.get((ref.network, f"{ref.txid}:{ref.vout}"))
        step = steps.get(str(ref))
        if step is None:
            return None
        names = (step.receiver, step.sender) if leaves else (step.sender, step.receiver)
        found = (accounts.get(f"{step.ledger}/{name}/{step.asset}") for name in names if name is not None)
        return next((node for node in found if node is not None), None)

    for each in result.crossings:
        source, target = end(each.join.out, leaves=True), end(each.join.into, leaves=False)
        if source is not None and target is not None:
            yield Link(
                source.key,
                target.key,
                each.left,
                source.asset,
                level=each.join.level.value,
                kind=each.join.kind.value,
                arrives=each.arrived,
                confidence=each.join.confidence,
                about=f"{each.join.out} > {each.join.into}",
            )
