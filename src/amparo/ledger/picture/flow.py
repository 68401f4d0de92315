"""Pictures of flows, small and large: the overview fits a page, the detail draws everything."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from amparo.ledger.picture.draw import Drawing
from amparo.ledger.picture.layout import Sizes
from amparo.ledger.picture.look import Direction, Look
from amparo.ledger.picture.model import Flow, NodeKind
from amparo.ledger.picture.of_trace import flow_of
from amparo.ledger.picture.reduce import fold_peels, group
from amparo.ledger.trace import TraceResult

MOST: Final = 40  # places that stand alone in an overview
LAST: Final = 12  # hops beyond it share the last column of an overview
DETAIL: Final = Sizes(gap=12)
DIRECT: Final = Sizes(column=430, gap=34)
#: An overview that can be read on one printed page: six hops, narrow boxes.
PAGE_SIZES: Final = Sizes(box=176, column=300, gap=10, peel=112)
PAGE_MOST: Final = 24
PAGE_LAST: Final = 5


def overview(flow: Flow, *, most: int = MOST, last: int = LAST, keep: Collection[str] = ()) -> Flow:
    """The flow small enough for a page: peel rows folded, the smallest places joined, late hops in one column."""
    return group(fold_peels(flow, keep=keep), most=most, last=2 * last, keep=keep)


def detail(
    flow: Flow, *, floors: Mapping[str, int] | None = None, keep: Collection[str] = (), fold: bool = True
) -> Flow:
    """The whole flow; `floors`: asset -> traced units below which places are joined. Peel rows are folded."""
    flow = fold_peels(flow, keep=keep) if fold else flow
    return group(flow, floors=floors, keep=keep) if floors else flow


def draw_flow(flow: Flow, look: Look, sizes: Sizes | None = None) -> str:
    """The picture of a flow as it is: reduce it first (`overview`, `detail`)."""
    return Drawing(flow, look, sizes or sizes_for(flow)).svg()


def sizes_for(flow: Flow) -> Sizes:
    """Wider where amounts stand at the links themselves."""
    return DETAIL if any(node.kind is NodeKind.STEP for node in flow.nodes) else DIRECT


def page_svg(flow: Flow, look: Look) -> str:
    """The overview of a flow for one printed page, readable at the width of A4 lying."""
    small = overview(flow, most=PAGE_MOST, last=PAGE_LAST, keep=look.marked | {note.key for note in look.notes})
    return draw_flow(small, replace(look, later=2 * PAGE_LAST if _is_late(small, PAGE_LAST) else None), PAGE_SIZES)


def _is_late(flow: Flow, last: int) -> bool:
    """Whether later hops than `last` are drawn in its column."""
    return any(node.column == 2 * last for node in flow.nodes if node.is_place)


def flow_svg(
    result: TraceResult,
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
    direction: Direction = "ltr",
) -> str:
    """Return the overview of `result` as one SVG text.

    `labels`: address -> what a tag says about it. `words`: FLOW_WORDS translated. Beyond about forty outputs the
    smallest of each hop are drawn as one box that says how many they are.
    """
    flow = overview(flow_of(result, labels))
    look = Look(title, words or {}, direction, later=2 * LAST if _is_late(flow, LAST) else None)
    return draw_flow(flow, look)
