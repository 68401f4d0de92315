"""Make a flow small enough to read: fold rows of peel hops, join small places of one hop and state, cut late hops.

Nothing is lost: what a node stands for are its members, and amounts add up as before.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from amparo.ledger.picture.model import Flow, Link, Node, NodeKind

LEAST_PEELS: Final = 4  # hops from which a row is folded
MOST_LABELS: Final = 20  # labels beyond which small places are joined whatever they are called
MOST_PAYMENTS: Final = 3  # outputs beside the one that goes on, in one hop of a peel row


def fold_peels(flow: Flow, *, least: int = LEAST_PEELS, keep: Collection[str] = ()) -> Flow:
    """Fold each row of at least `least` peel hops into one node, whose members are its payments in order.

    A peel hop: one traced place in, one that goes on, the others ends. Labelled, stopped and kept places stay apart.
    """
    peels = _Peels(flow, keep)
    rows = peels.rows(least)
    if not rows:
        return flow
    nodes = {node.key: node for node in flow.nodes}
    into: dict[str, str] = {}
    for row in rows:
        inside = [nodes[key] for key in row if nodes[key].kind is NodeKind.STEP]
        payments = [nodes[key] for key in row if nodes[key].is_place and key not in peels.gives]
        key = f"peel:{inside[0].key}"
        into |= dict.fromkeys(row, key)
        nodes[key] = replace(
            inside[0],
            key=key,
            kind=NodeKind.PEEL,
            ref=inside[-1].ref,
            about=f"{inside[0].about} … {inside[-1].about}",
            fee=sum(each.fee for each in inside),
            hops=len(inside),
            members=tuple(payments),
        )
    links = _merged(flow.links, into)
    kept = [node for node in nodes.values() if node.key not in into]
    return replace(flow, nodes=layered(kept, links, back=flow.back), links=links)


class _Peels:
    """Finds rows: keys of steps, of the places between them, and of payments that nothing makes worth a box."""

    def __init__(self, flow: Flow, keep: Collection[str]) -> None:
        self.nodes = {node.key: node for node in flow.nodes}
        self.keep = keep
        self.takes: dict[str, list[str]] = {}
        self.gives: dict[str, list[str]] = {}
        for link in flow.links:
            self.takes.setdefault(link.target, []).append(link.source)
            self.gives.setdefault(link.source, []).append(link.target)

    def rows(self, least: int) -> list[list[str]]:
        nexts = {key: after for key, node in self.nodes.items() if (after := self.after(node)) is not None}
        firsts = set(nexts) - {self.step_after(place) for place in nexts.values()}
        found = []
        for key in (key for key in nexts if key in firsts):
            row: list[str] = []
            steps = 0
            step: str | None = key
            while step in nexts:
                steps += 1
                row += [step, *(each for each in self.gives[step] if each != nexts[step] and self.is_plain(each))]
                place, step = nexts[step], self.step_after(nexts[step])
                if step in nexts:
                    row.append(place)
            if steps >= least:
                found.append([each for each in row if each not in self.keep])
        return found

    def after(self, node: Node) -> str | None:
        """The place that goes on after a peel hop, None for another transaction."""
        if node.kind is not NodeKind.STEP or len(self.takes.get(node.key, ())) != 1 or node.key in self.keep:
            return None
        outs = self.gives.get(node.key, [])
        on = [each for each in outs if self.gives.get(each)]
        if len(on) != 1 or not 2 <= len(outs) <= 1 + MOST_PAYMENTS:
            return None
        return on[0] if len(self.takes[on[0]]) == 1 and self.is_plain(on[0]) else None

    def step_after(self, place: str) -> str | None:
        outs = self.gives.get(place, [])
        return outs[0] if len(outs) == 1 else None

    def is_plain(self, key: str) -> bool:
        node = self.nodes[key]
        return node.claim is None and not node.label and not node.stop and key not in self.keep


def group(
    flow: Flow,
    *,
    most: int | None = None,
    floors: Mapping[str, int] | None = None,
    last: int | None = None,
    keep: Collection[str] = (),
) -> Flow:
    """Join places into one a column, ledger, asset, state, stop and label; steps that touch joined ones alone too.

    `most`: how many of the largest places stay alone. `floors`: asset -> traced units below which none does. Starts
    come before the rest; places in `keep` always stay. `last`: the column (of
    places) in which all later ones are drawn.
    """
    if last is not None:
        flow = _cut(flow, last)
    alone = _alone(flow, most, floors or {}, keep)
    into: dict[str, str] = {}
    groups: dict[str, list[Node]] = {}
    joined = [node for node in flow.nodes if node.is_place and node.key not in alone]
    by_label = len({node.label for node in joined}) <= MOST_LABELS
    for node in joined:
        parts = [str(node.column), node.ledger, node.asset, node.state, node.stop or "", str(node.claim is not None)]
        groups.setdefault(":".join(["group", *parts, (node.label or "") if by_label else ""]), []).append(node)
    touched = {key for link in flow.links if link.source in alone or link.target in alone for key in link_ends(link)}
    for node in flow.nodes:
        if node.kind is NodeKind.STEP and node.key not in touched and node.key not in keep:
            groups.setdefault(f"steps:{node.column}:{node.ledger}", []).append(node)
    groups = {key: members for key, members in groups.items() if len(members) > 1}
    for key, members in groups.items():
        into |= {member.key: key for member in members}
    links = _merged(flow.links, into)
    nodes = [node for node in flow.nodes if node.key not in into]
    nodes += [_group(key, members) for key, members in groups.items()]
    return replace(flow, nodes=tuple(nodes), links=links)


def link_ends(link: Link) -> tuple[str, str]:
    return link.source, link.target


def _cut(flow: Flow, last: int) -> Flow:
    """Draw what lies beyond column `last` in it; links that then lead back or nowhere are left out."""
    nodes = tuple(
        node if node.column <= last else replace(node, column=last if node.is_place else last - 1)
        for node in flow.nodes
    )
    late = {node.key for node in flow.nodes if node.column >= last}
    steps = {node.key for node in flow.nodes if not node.is_place}
    # Of two late ends, only what a transaction gives to a place is drawn.
    links = tuple(
        link for link in flow.links if link.source not in late or link.target not in late or link.source in steps
    )
    return replace(flow, nodes=nodes, links=links)


def _alone(flow: Flow, most: int | None, floors: Mapping[str, int], keep: Collection[str]) -> set[str]:
    places = [node for node in flow.nodes if node.is_place]
    must = {node.key for node in places if node.key in keep}
    # Amounts of different assets have no common measure: each place counts by its share of its asset.
    whole: dict[tuple[str, str], int] = {}
    for node in places:
        key = (node.ledger, node.asset)
        whole[key] = max(whole.get(key, 1), node.amount)
    ranked = sorted(
        (node for node in places if node.claim is not None or node.amount >= floors.get(node.asset, 0)),
        key=lambda node: (
            node.claim is None,
            -(node.amount << 64) // whole[node.ledger, node.asset],
            node.column,
            node.key,
        ),
    )
    return must | {node.key for node in (ranked if most is None else ranked[:most])}


def _group(key: str, members: list[Node]) -> Node:
    first = members[0]
    place = first.is_place
    values = [node.value for node in members if node.value is not None]
    labels = {node.label for node in members}
    return replace(
        first,
        key=key,
        kind=NodeKind.GROUP if place else NodeKind.STEPS,
        about="",
        amount=sum(node.amount for node in members),
        value=sum(values) if values else None,
        claim=None if first.claim is None else sum(node.claim or 0 for node in members),
        fee=sum(node.fee for node in members),
        label=labels.pop() if len(labels) == 1 else None,
        ends=(),
        members=tuple(sorted(members, key=lambda node: (-node.amount, node.key))),
    )


def _merged(links: Iterable[Link], into: Mapping[str, str]) -> tuple[Link, ...]:
    """Links between what nodes became: several between the same two of one kind are one."""
    found: dict[tuple[str, str, str, str, str], Link] = {}
    for link in links:
        source, target = into.get(link.source, link.source), into.get(link.target, link.target)
        if source == target:
            continue
        key = (source, target, link.asset, link.level, link.kind)
        had = found.get(key)
        if had is None:
            found[key] = replace(link, source=source, target=target)
            continue
        sure = [each.confidence for each in (had, link) if each.confidence is not None]
        found[key] = replace(
            had,
            amount=had.amount + link.amount,
            arrives=None if had.arrives is None else had.arrives + (link.arrives or 0),
            confidence=min(sure) if sure else None,
            count=had.count + link.count,
            about="",
        )
    return tuple(found.values())


def layered(nodes: list[Node], links: Iterable[Link], *, back: bool) -> tuple[Node, ...]:
    """New columns: fewest half hops from a start (of a trace back: to it)."""
    kinds = {node.key: node.is_place for node in nodes}
    nexts: dict[str, list[str]] = {}
    fed: set[str] = set()
    for link in links:
        source, target = (link.target, link.source) if back else (link.source, link.target)
        nexts.setdefault(source, []).append(target)
        fed.add(target)
    heap = [(0, node.key) for node in nodes if node.claim is not None or node.key not in fed]
    found: dict[str, int] = {}
    heapq.heapify(heap)
    while heap:
        depth, key = heapq.heappop(heap)
        if key in found:
            continue
        found[key] = depth if kinds[key] == (depth % 2 == 0) else depth + 1
        for each in nexts.get(key, []):
            if each not in found:
                heapq.heappush(heap, (found[key] + (2 if kinds[key] and kinds[each] else 1), each))
    last = max(found.values(), default=0)
    return tuple(
        replace(node, column=last - found.get(node.key, 0) if back else found.get(node.key, 0)) for node in nodes
    )
