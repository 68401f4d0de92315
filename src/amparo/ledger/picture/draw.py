"""A whole picture of a flow as one SVG: head, bands, links, nodes, legend, sums, notes."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from amparo.ledger.picture.layout import BAND, HEAD, MARGIN, Layout, Sizes, lay_out
from amparo.ledger.picture.look import ARROWS, BORDERS, DASHES, FONT, PLAIN_BORDER, Look, Pen, day
from amparo.ledger.picture.model import Flow, Node, NodeKind
from amparo.ledger.picture.shapes import Shapes
from amparo.ledger.picture.text import short, xml

ROW: Final = 18
PAYMENT: Final = "– "
PAYMENTS_WRITTEN: Final = 60  # of all peel rows under a picture


class Drawing:
    """A flow with its places; `svg` draws it whole, `amparo.ledger.picture.pages` draws it page by page."""

    def __init__(self, flow: Flow, look: Look, sizes: Sizes | None = None) -> None:
        self.flow = flow
        self.look = look
        self.shapes = Shapes(flow, look)
        self.layout: Layout = lay_out(flow, self.shapes.heights(), sizes)
        self.pen = Pen(self.layout.width, look.direction)

    def svg(self) -> str:
        under = list(self.under())
        width, height = self.layout.width, self.layout.height + 64 + ROW * len(under)
        head = frame(self.look, width, height, (0, 0, width, height), self.totals()[0])
        parts = [
            *head,
            *self.head(),
            *self.bands(),
            *(part for route in self.layout.routes for part in self.shapes.link(route, self.layout, self.pen)),
            *(part for spot in self.layout.spots.values() for part in self.shapes.node(spot, self.pen)),
            *self.legend(self.layout.height + 28),
            *(
                under_line(self.pen, MARGIN, self.layout.height + 60 + ROW * number, line)
                for number, line in enumerate(under)
            ),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def totals(self) -> list[str]:
        """The sums that must hold, in the smallest unit, or what was reached where the rule conserves nothing."""
        word, found = self.look.word, []
        for ledger, asset, parts in self.flow.sums:
            unit, sums = self.flow.unit(asset), dict(parts)
            where = f"{ledger} · {unit.symbol}: " if len(self.flow.sums) > 1 else ""
            if not self.flow.conserves:
                found.append(
                    f"{where}{word('reached')}: {unit.number(sums.get('held', 0))} {unit.small} ({word('held')})"
                )
                continue
            left = [parts[0], *((name, amount) for name, amount in parts[1:] if name == "converted_in")]
            left = [row for row in left if row[1]] or left[:1]
            right = [(name, amount) for name, amount in parts[1:] if name != "converted_in"]
            came, went = (
                " + ".join(f"{word(name)} {unit.number(amount)}" for name, amount in side) for side in (left, right)
            )
            found.append(f"{where}{came} = {went} {unit.small}")
        return found or [""]

    def head(self) -> Iterator[str]:
        detail = f" · {self.flow.detail}" if self.flow.detail else ""
        yield self.pen.text(MARGIN, 30, self.look.title, "title", room=max(40, self.layout.width // 11))
        yield self.pen.text(MARGIN, 50, f"{self.look.word('rule')}: {self.flow.rule}{detail}")
        for column, words in hop_heads(self.flow, self.look).items():
            yield self.pen.text(MARGIN + column // 2 * self.layout.sizes.column, HEAD - 12, words, "minor")

    def bands(self) -> Iterator[str]:
        if len(self.layout.bands) < 2:
            return
        for ledger, (top, _) in self.layout.bands.items():
            y = top - BAND + 4
            yield f'<path d="M0 {y}H{self.layout.width}" stroke="#bbb" stroke-width="1" fill="none"/>'
            yield self.pen.text(MARGIN, y + 17, ledger, "head")

    def legend(self, y: int) -> Iterator[str]:
        yield from legend(self.flow, self.look, self.pen, y)

    def under(self) -> Iterator[str]:
        """What is written below: sums, notes by number, the payments of peel rows."""
        room = max(60, self.layout.width // 8)
        for total in self.totals():
            yield from wrap(total, room)
        for number, note in enumerate(self.look.notes, 1):
            yield from wrap(f"{number}  {note.text}", room)
        yield from payments(self.flow, self.look)


def under_line(pen: Pen, x: int, y: int, line: str) -> str:
    """A line below a picture. Payments are mostly references and amounts: they run as those do."""
    return pen.text(x, y, line, room=400, number=line.startswith(PAYMENT))


def hop_heads(flow: Flow, look: Look) -> dict[int, str]:
    """Column -> which hops stand in it, for columns of places."""
    hops: dict[int, set[int]] = {}
    for node in flow.nodes:
        if node.is_place:
            hops.setdefault(node.column, set()).update(each.hop for each in node.members or (node,))
    heads = {}
    for column, found in sorted(hops.items()):
        span = f"{min(found)}" if len(found) == 1 else f"{min(found)}–{max(found)}"
        later = f" {look.word('or later')}" if column == look.later else ""
        heads[column] = f"{look.word('hop')} {min(found) if later else span}{later}"
    return heads


def payments(flow: Flow, look: Look) -> Iterator[str]:
    """The payments of peel rows, in order, each with hop, reference and receiver."""
    written = 0
    for node in flow.nodes:
        if node.kind is not NodeKind.PEEL:
            continue
        yield f"{node.hops} {look.word('peel')} {node.key.partition(':')[2]} – {node.ref}:"
        for each in node.members:
            if written == PAYMENTS_WRITTEN:
                yield f"{PAYMENT}+ {sum(len(row.members) for row in flow.nodes if row.hops) - written}"
                return
            written += 1
            yield f"{PAYMENT}{look.word('hop')} {each.hop} · {payment(flow, each)}"


def payment(flow: Flow, node: Node) -> str:
    name = node.about.rpartition(" · ")[2]
    parts = (flow.unit(node.asset).text(node.amount), node.ref, short(name), day(node.time))
    return " · ".join(part for part in parts if part)


def frame(look: Look, width: int, height: int, crop: tuple[int, int, int, int], about: str) -> list[str]:
    """The opening of an SVG: its size, its name for those who do not see it, arrow heads, a white ground."""
    shown = (width * look.zoom // 100, height * look.zoom // 100)
    role = "group" if look.linked else "img"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(str, crop))}" width="{shown[0]}" '
        f'height="{shown[1]}" role="{role}" aria-labelledby="flow-title flow-desc" direction="{look.direction}" '
        f"{FONT}>",
        f'<title id="flow-title">{xml(look.title)}</title>',
        f'<desc id="flow-desc">{xml(about)}</desc>',
        f"<defs>{ARROWS}</defs>",
        f'<rect width="{crop[2]}" height="{crop[3]}" fill="#fff"/>',
    ]


def legend(flow: Flow, look: Look, pen: Pen, y: int) -> Iterator[str]:
    """Which border means which state, which dashes mean which level of a join."""
    at = MARGIN
    states = sorted({state for node in flow.nodes for state in _states(node)})
    for state in states:
        yield pen.box(at, y - 12, 24, 14, border=BORDERS.get(state, PLAIN_BORDER))
        yield pen.text(at + 32, y, look.word(state), room=40)
        at += 32 + 8 * len(look.word(state)) + 28
    for level in sorted({link.level for link in flow.links if link.kind}):
        ends = f"M{pen.left(at)} {y - 5}H{pen.left(at + 36)}"
        yield pen.line(ends, 3, dashes=DASHES.get(level, "3 5"), arrow=False)
        yield pen.text(at + 44, y, look.word(level), room=40)
        at += 44 + 8 * len(look.word(level)) + 28
    if look.marked:
        yield pen.box(at - 3, y - 15, 30, 20, border=(3, ""))
        yield pen.box(at, y - 12, 24, 14)
        yield pen.text(at + 36, y, look.word("marked"), room=40)


def _states(node: Node) -> list[str]:
    if not node.is_place:
        return []
    return [state for state, _, _ in node.ends] or ([node.state] if node.state else [])
