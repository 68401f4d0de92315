"""Pictures of flows, small and large: the overview fits a page, the detail draws everything."""

from collections.abc import Collection, Mapping
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


def overview(flow: Flow, *, most: int = MOST, last: int = LAST, keep: Collection[str] = ()) -> Flow:
    """The flow small enough for a page: peel rows folded, the smallest places joined, late hops in one column."""
    return group(fold_peels(flow, keep=keep), most=most, last=2 * last, keep=keep)


def detail(
    flow: Flow, *, floors: Mapping[str, int] | None = None, keep: Collection[str] = (), fold: bool = True
) -> Flow:
    """The whole flow; `floors`: asset -> traced units below which places are joined. Peel rows are folded."""
    flow = fold_peels(flow, keep=keep) if fold else flow
    return group(flow, floors=floors, keep=keep) if floors else flow


def draw_flow(flow: Flow, look: Look) -> str:
    """The picture of a flow as it is: reduce it first (`overview`, `detail`)."""
    return Drawing(flow, look, DETAIL).svg()


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
    late = any(node.column == 2 * LAST for node in flow.nodes if node.kind is not NodeKind.STEP)
    look = Look(title, words or {}, direction, later=2 * LAST if late else None)
    return draw_flow(flow, look)
