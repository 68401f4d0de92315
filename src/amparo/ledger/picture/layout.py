"""Place a trace on a plane: one column a hop, boxes for outputs, bars for transactions, small ones grouped.

Units are SVG user units (CSS pixels at scale 1). Positions are for left to right; the drawing mirrors them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from amparo.ledger.trace import State, TraceOutput, TraceResult, TraceStep

MAX_BOXES: Final = 40
LAST_COLUMN: Final = 12  # hops beyond it share the last column
BOX_WIDTH: Final = 220
BOX_HEIGHT: Final = 98
BOX_GAP: Final = 16
COLUMN: Final = 370  # from one column's start to the next one's
MARGIN: Final = 24
HEAD: Final = 84  # title, rule and column heads
BAR_WIDTH: Final = 10
BAR_HEIGHT: Final = 34
BAR_GAP: Final = 30


@dataclass(slots=True)
class Box:
    """One output, or all small outputs of one hop and state together. `x`, `y`: upper start corner."""

    column: int
    state: State
    outputs: list[TraceOutput] = field(default_factory=list)
    x: int = 0
    y: int = 0

    @property
    def tainted(self) -> int:
        return sum(each.tainted for each in self.outputs)

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2


@dataclass(slots=True)
class Bar:
    """One transaction, or all of one hop whose outputs are grouped on both sides."""

    column: int
    steps: list[TraceStep] = field(default_factory=list)
    x: int = 0
    y: int = 0

    @property
    def fee(self) -> int:
        return sum(each.fee for each in self.steps)

    @property
    def middle(self) -> int:
        return self.y + BAR_HEIGHT // 2


@dataclass(frozen=True, slots=True)
class Edge:
    box: int
    bar: int
    into_bar: bool
    amount: int


@dataclass(frozen=True, slots=True)
class Layout:
    boxes: list[Box]
    bars: list[Bar]
    edges: list[Edge]
    columns: int
    width: int
    height: int


def lay_out(result: TraceResult) -> Layout:
    """Place boxes and bars; deterministic, so that two runs give the same bytes."""
    boxes, box_of = _boxes(result.outputs)
    bars, bar_of = _bars(result, boxes, box_of)
    edges = _edges(result, box_of, bar_of)
    columns = 1 + max(box.column for box in boxes)
    bottom = _place(boxes, bars, edges, columns)
    right = max([(columns - 1) * COLUMN + BOX_WIDTH, *(bar.x + BAR_WIDTH + MARGIN for bar in bars)])
    width = 2 * MARGIN + right
    return Layout(boxes, bars, edges, columns, max(width, 640), bottom)


def _column(hop: int) -> int:
    return min(hop, LAST_COLUMN)


def _boxes(outputs: Iterable[TraceOutput]) -> tuple[list[Box], dict[str, int]]:
    """A box for each of the largest outputs (seeds first), one group a column and state for the rest."""
    ranked = sorted(outputs, key=lambda each: (each.claim is None, -each.tainted, each.hop))
    alone = {each.ref for each in ranked[:MAX_BOXES]}
    boxes: list[Box] = []
    box_of: dict[str, int] = {}
    groups: dict[tuple[int, State], int] = {}
    for each in outputs:
        column = _column(each.hop)
        number = len(boxes) if each.ref in alone else groups.setdefault((column, each.state), len(boxes))
        if number == len(boxes):
            boxes.append(Box(column, each.state))
        boxes[number].outputs.append(each)
        box_of[each.ref] = number
    return boxes, box_of


def _bars(result: TraceResult, boxes: list[Box], box_of: Mapping[str, int]) -> tuple[list[Bar], dict[str, int]]:
    """A bar for each transaction that touches a box of its own, one group a column for the rest."""
    shown = {_tx_ref(each) for each in result.outputs if len(boxes[box_of[each.ref]].outputs) == 1}
    shown |= {each.spent_by for each in result.outputs if len(boxes[box_of[each.ref]].outputs) == 1 and each.spent_by}
    bars: list[Bar] = []
    bar_of: dict[str, int] = {}
    groups: dict[int, int] = {}
    for step in result.steps:
        column = _column(step.hop)
        number = len(bars) if step.ref in shown else groups.setdefault(column, len(bars))
        if number == len(bars):
            bars.append(Bar(column))
        bars[number].steps.append(step)
        bar_of[step.ref] = number
    return bars, bar_of


def _tx_ref(output: TraceOutput) -> str:
    return output.ref.rsplit("/", 1)[0]


def _edges(result: TraceResult, box_of: Mapping[str, int], bar_of: Mapping[str, int]) -> list[Edge]:
    amounts: dict[tuple[int, int, bool], int] = {}
    for each in result.outputs:
        box, source = box_of[each.ref], bar_of.get(_tx_ref(each))
        if source is not None and (each.claim is None or each.absorbed):
            key = (box, source, False)
            amounts[key] = amounts.get(key, 0) + (each.absorbed or each.tainted)
        spender = bar_of.get(each.spent_by or "")
        if spender is not None and each.state in (State.SPENT, State.GAP):
            key = (box, spender, True)
            amounts[key] = amounts.get(key, 0) + each.tainted
    return [Edge(*key, amount) for key, amount in amounts.items()]


def _place(boxes: list[Box], bars: list[Bar], edges: list[Edge], columns: int) -> int:
    """Give every box and bar its place, column by column near what feeds it; return the height used."""
    bottom = HEAD + BOX_HEIGHT
    for column in range(columns + 1):
        bottom = max(bottom, _place_bars(boxes, bars, edges, column), _place_boxes(boxes, bars, edges, column))
    return bottom


def _place_bars(boxes: list[Box], bars: list[Bar], edges: list[Edge], column: int) -> int:
    """A gap's bar stands in a column without boxes, hence one column more than there are of boxes."""
    fed: dict[int, list[int]] = {}
    for edge in edges:
        if edge.into_bar and bars[edge.bar].column == column:
            fed.setdefault(edge.bar, []).append(boxes[edge.box].middle)
    here = [number for number, bar in enumerate(bars) if bar.column == column]
    here.sort(key=lambda number: (_mean(fed.get(number, [])), number))
    y = HEAD
    for number in here:
        bar = bars[number]
        bar.x = MARGIN + column * COLUMN - (COLUMN - BOX_WIDTH) // 2 - BAR_WIDTH // 2
        bar.y = max(y, _mean(fed.get(number, [])) - BAR_HEIGHT // 2)
        y = bar.y + BAR_HEIGHT + BAR_GAP
    return y


def _place_boxes(boxes: list[Box], bars: list[Bar], edges: list[Edge], column: int) -> int:
    fed: dict[int, list[int]] = {}
    for edge in edges:
        if not edge.into_bar and boxes[edge.box].column == column:
            fed.setdefault(edge.box, []).append(bars[edge.bar].middle)
    here = [number for number, box in enumerate(boxes) if box.column == column]
    here.sort(key=lambda number: (_mean(fed.get(number, [])), number))
    y = HEAD
    for number in here:
        boxes[number].x = MARGIN + column * COLUMN
        boxes[number].y = y
        y += BOX_HEIGHT + BOX_GAP
    return y


def _mean(values: list[int]) -> int:
    return sum(values) // len(values) if values else 0
