"""Place a flow on a plane: a column each hop, a band each ledger, few crossings, links led around boxes.

Units are SVG user units (CSS pixels at scale 1). Positions are for left to right; the drawing mirrors them. The same
flow gives the same places. Source of the order within columns: Sugiyama, Tagawa, Toda (1981), barycentres.
"""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from amparo.ledger.picture.model import Flow, Link, Node, NodeKind

MARGIN: Final = 24
HEAD: Final = 84  # title, rule and column heads
BAND: Final = 30  # the name of a ledger over its band
BAR_WIDTH: Final = 10
BAR_HEIGHT: Final = 34
SWEEPS: Final = 6
TALL: Final = 1600  # units from which a plane hangs from its top
_WAY: Final = 10  # room for a link that passes a column


class Sizes(NamedTuple):
    """`column`: from one hop's start to the next one's."""

    box: int = 220
    column: int = 400
    gap: int = 16
    peel: int = 140


@dataclass(slots=True)
class Spot:
    """Where a node stands: upper start corner, width and height."""

    node: Node
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def end(self) -> int:
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Route:
    """A link and the points between its two spots, in order; `back`: it leads to its own or an earlier column."""

    link: Link
    ways: tuple[tuple[int, int], ...]
    back: bool


@dataclass(slots=True)
class Layout:
    """`bands`: ledger -> (top, bottom), in order; one alone has no name written."""

    sizes: Sizes
    spots: dict[str, Spot]
    routes: list[Route]
    bands: dict[str, tuple[int, int]]
    columns: int
    width: int
    height: int


class _Item(NamedTuple):
    """A node's key, or a waypoint (the number of its link and its column)."""

    key: str
    height: int


@dataclass(slots=True)
class _Plane:
    """Columns of items with their neighbours, one plane a band."""

    columns: dict[int, list[_Item]] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    tops: dict[str, int] = field(default_factory=dict)
    heights: dict[str, int] = field(default_factory=dict)

    def join(self, first: str, second: str) -> None:
        self.after.setdefault(first, []).append(second)
        self.before.setdefault(second, []).append(first)

    def middle(self, key: str) -> int:
        return self.tops[key] + self.heights[key] // 2


def lay_out(flow: Flow, heights: Mapping[str, int], sizes: Sizes | None = None) -> Layout:
    """Place all nodes of `flow`; `heights`: key -> how tall its box is (bars and peel rows included)."""
    sizes = sizes or Sizes()
    nodes = {node.key: node for node in flow.nodes}
    ledgers = flow.ledgers
    planes = {ledger: _Plane() for ledger in ledgers}
    for node in flow.nodes:
        _put(planes[node.ledger], node.column, _Item(node.key, heights[node.key]))
    ways = {number: _waypoints(number, link, nodes, planes) for number, link in enumerate(flow.links)}
    for plane in planes.values():
        _order(plane)
        _settle(plane, sizes.gap)
        if _height(plane) > TALL:
            _hang(plane, sizes.gap)
    spots, bands, bottom = _spots(nodes, planes, sizes)
    tops = {key: top + bands[ledger][0] for ledger, plane in planes.items() for key, top in plane.tops.items()}
    routes = [
        Route(
            link,
            tuple(
                (MARGIN + column // 2 * sizes.column, tops[f"{number}@{column}"] + _WAY // 2) for column in ways[number]
            ),
            nodes[link.target].column <= nodes[link.source].column,
        )
        for number, link in enumerate(flow.links)
    ]
    columns = 1 + max((node.column for node in flow.nodes), default=0) // 2
    right = max([(columns - 1) * sizes.column + sizes.box, *(spot.end + MARGIN for spot in spots.values())])
    return Layout(sizes, spots, routes, bands, columns, max(2 * MARGIN + right, 640), bottom)


def _put(plane: _Plane, column: int, item: _Item) -> None:
    plane.columns.setdefault(column, []).append(item)
    plane.heights[item.key] = item.height


def _waypoints(number: int, link: Link, nodes: Mapping[str, Node], planes: Mapping[str, _Plane]) -> list[int]:
    """Give a long link room in each hop it passes; return the columns of those."""
    first, second = nodes[link.source], nodes[link.target]
    plane = planes[second.ledger]
    columns = [column for column in range(first.column + 1, second.column) if column % 2 == 0]
    for column in columns:
        _put(plane, column, _Item(f"{number}@{column}", _WAY))
    row = [first.key, *(f"{number}@{column}" for column in columns), second.key]
    if first.ledger != second.ledger:
        row = row[1:]
    if second.column > first.column:
        for one, other in pairwise(row):
            plane.join(one, other)
    return columns


def _order(plane: _Plane) -> None:
    """Reorder the items of each column by the mean place of their neighbours; the order with fewest crossings stays."""
    numbers = sorted(plane.columns)
    best, least = {number: list(plane.columns[number]) for number in numbers}, _crossings(plane)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        near = plane.before if forth else plane.after
        places = _places(plane)
        for number in numbers if forth else reversed(numbers):
            row = plane.columns[number]
            means = {
                item.key: _mean([places[each] for each in near.get(item.key, ())], places[item.key]) for item in row
            }
            row.sort(key=lambda item: means[item.key])
            places.update(_row_places(row))
        found = _crossings(plane)
        if found < least:
            best, least = {number: list(plane.columns[number]) for number in numbers}, found
    plane.columns = best


def _places(plane: _Plane) -> dict[str, int]:
    return {key: place for row in plane.columns.values() for key, place in _row_places(row).items()}


def _row_places(row: Sequence[_Item]) -> dict[str, int]:
    """Place of each item in thousandths of its column, so that long and short columns compare."""
    return {item.key: (2 * number + 1) * 500_000 // len(row) for number, item in enumerate(row)}


def _mean(values: Sequence[int], otherwise: int) -> int:
    return sum(values) // len(values) if values else otherwise


def _crossings(plane: _Plane) -> int:
    """How many pairs of links cross, by inversions between neighbouring columns."""
    index = {item.key: (column, at) for column, row in plane.columns.items() for at, item in enumerate(row)}
    by_pair: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for key, others in plane.after.items():
        for other in others:
            if key in index and other in index:
                (one, first), (two, second) = index[key], index[other]
                by_pair.setdefault((one, two), []).append((first, second))
    total = 0
    for pairs in by_pair.values():
        seen: list[int] = []
        for _, second in sorted(pairs):
            total += len(seen) - bisect_right(seen, second)
            insort(seen, second)
    return total


def _settle(plane: _Plane, gap: int) -> None:
    """Give every item its height on the plane: near its neighbours, in order, never over another."""
    for row in plane.columns.values():
        top = 0
        for item in row:
            plane.tops[item.key] = top
            top += item.height + gap
    numbers = sorted(plane.columns)
    for near, columns in ((plane.before, numbers), (plane.after, numbers[::-1]), (plane.before, numbers)):
        for number in columns:
            row = plane.columns[number]
            wanted = [
                _mean(
                    [plane.middle(each) for each in near.get(item.key, ()) if each in plane.tops],
                    plane.middle(item.key),
                )
                - item.height // 2
                for item in row
            ]
            for item, top in zip(row, _fit(wanted, [item.height + gap for item in row]), strict=True):
                plane.tops[item.key] = top


def _height(plane: _Plane) -> int:
    ends = [top + plane.heights[key] for key, top in plane.tops.items()]
    return max(ends, default=0) - min(plane.tops.values(), default=0)


def _hang(plane: _Plane, gap: int) -> None:
    """Place each item beside the first one before or after it, others below.

    Whoever opens a tall picture then sees its start and the first way onward, where a balanced one shows an empty
    corner and keeps its start some screens below.
    """
    plane.tops = dict.fromkeys(plane.tops, 0)
    numbers = sorted(plane.columns)
    for near, columns in ((plane.before, numbers), (plane.after, numbers[::-1])) * 2:
        for number in columns:
            end = 0
            for item in plane.columns[number]:
                beside = [plane.middle(each) for each in near.get(item.key, ()) if each in plane.tops]
                wanted = min(beside) - item.height // 2 if beside else plane.tops[item.key]
                plane.tops[item.key] = max(wanted, end)
                end = plane.tops[item.key] + item.height + gap


def _fit(wanted: Sequence[int], room: Sequence[int]) -> list[int]:
    """Tops nearest to those wanted (least squares) that keep order and room: pool adjacent violators."""
    blocks: list[list[int]] = []  # sum of the wanted starts, how many
    offset = 0
    for each, size in zip(wanted, room, strict=True):
        blocks.append([each - offset, 1])
        offset += size
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] > blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1][0] += last[0]
            blocks[-1][1] += last[1]
    starts = [total // count for total, count in blocks for _ in range(count)]
    found, offset = [], 0
    for start, size in zip(starts, room, strict=True):
        found.append(start + offset)
        offset += size
    return found


def _spots(
    nodes: Mapping[str, Node], planes: Mapping[str, _Plane], sizes: Sizes
) -> tuple[dict[str, Spot], dict[str, tuple[int, int]], int]:
    spots: dict[str, Spot] = {}
    bands: dict[str, tuple[int, int]] = {}
    top = HEAD
    named = len(planes) > 1
    for ledger, plane in planes.items():
        top += BAND if named else 0
        bottom = top
        lift = min(plane.tops.values(), default=0)
        for key in plane.tops:
            plane.tops[key] -= lift
        for key in (key for key in plane.tops if key in nodes):
            node, height = nodes[key], plane.heights[key]
            spots[key] = Spot(node, _x(node, sizes), top + plane.tops[key], _width(node, sizes), height)
            bottom = max(bottom, top + plane.tops[key] + height)
        bands[ledger] = (top, bottom)
        top = bottom + sizes.gap
    return spots, bands, top


def _width(node: Node, sizes: Sizes) -> int:
    if node.kind in (NodeKind.STEP, NodeKind.STEPS):
        return BAR_WIDTH
    return sizes.peel if node.kind is NodeKind.PEEL else sizes.box


def _x(node: Node, sizes: Sizes) -> int:
    if node.is_place:
        return MARGIN + node.column // 2 * sizes.column
    middle = MARGIN + (node.column + 1) // 2 * sizes.column - (sizes.column - sizes.box) // 2
    return middle - _width(node, sizes) // 2
