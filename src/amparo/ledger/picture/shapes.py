"""The nodes and links of a flow as SVG: what stands in each box, on each bar, at each line."""

from collections.abc import Iterator
from typing import Final

from amparo.ledger.picture.layout import BAR_HEIGHT, Layout, Route, Spot
from amparo.ledger.picture.look import BORDERS, DASHES, PLAIN_BORDER, Look, Pen, day
from amparo.ledger.picture.model import Flow, Link, Node, NodeKind, anchor, row_anchor
from amparo.ledger.picture.text import short, xml

LINE: Final = 17
TOP: Final = 20
BAR_ROOM: Final = 24  # over and under a bar, for its words
PAYMENTS_INSIDE: Final = 4  # lines of a peel row's box
WRITTEN_LINKS: Final = 80  # links beyond which amounts stand in titles only
_STEPS: Final = (NodeKind.STEP, NodeKind.STEPS)


class Shapes:
    """Draws parts of one flow. `heights` are needed before its layout is there."""

    def __init__(self, flow: Flow, look: Look) -> None:
        self.flow = flow
        self.look = look
        self.largest: dict[str, int] = {}
        for link in flow.links:
            self.largest[link.asset] = max(self.largest.get(link.asset, 1), link.amount)
        transfers = [link for link in flow.links if link.level != "observed" or link.kind or self.is_transfer(link)]
        self.written = len(transfers) <= WRITTEN_LINKS

    def is_transfer(self, link: Link) -> bool:
        """Whether a link stands for transfers itself, without a transaction's bar in between."""
        return bool(link.about)

    def heights(self) -> dict[str, int]:
        return {node.key: self.height(node) for node in self.flow.nodes}

    def height(self, node: Node) -> int:
        if node.kind in _STEPS:
            return BAR_HEIGHT + 2 * BAR_ROOM
        return TOP + LINE * len(self.lines(node)) + 10

    # What boxes say.

    def lines(self, node: Node) -> list[str]:
        """The lines under a box's amount."""
        if node.kind is NodeKind.PEEL:
            return self.peel_lines(node)
        state = self.state(node.state, node.stop)
        label = [node.label] if node.label else []
        if node.kind is NodeKind.GROUP:
            return [
                f"{node.count} {self.look.word('outputs' if node.value is not None else 'accounts')}",
                state,
                *label,
            ]
        start = f" · {self.look.word('start')}" if node.claim is not None else ""
        name = node.about.rpartition(" · ")[2] if " · " in node.about else ""
        ends = node.ends if len(node.ends) > 1 else ()
        rest = [f"{self.state(each, stop)}: {self.amount(node, units)}" for each, stop, units in ends[:4]]
        lines = [short(node.ref) + start if node.ref else "", *(rest or [state]), short(name), *label]
        return [line for line in lines if line]

    def state(self, state: str, stop: str | None) -> str:
        return self.look.word(state) + (f" ({self.look.word(stop)})" if stop else "")

    def peel_lines(self, node: Node) -> list[str]:
        paid = sum(each.amount for each in node.members)
        largest = sorted(node.members, key=lambda each: -each.amount)[:PAYMENTS_INSIDE]
        many = f"{len(node.members)} {self.look.word('payments')}"

        def number(each: Node) -> str:
            """The amount without its unit: the box is narrow, and an amount is never cut."""
            return self.amount(each, each.amount).partition(" ")[0]

        lines = [many, self.amount(node, paid).partition(" ")[0]]
        more = len(node.members) - len(largest)
        return [*lines, *(f"· {number(each)}" for each in largest), *([f"· +{more}"] if more else [])]

    def amount(self, node: Node, units: int) -> str:
        return self.flow.unit(node.asset).text(units)

    def about(self, node: Node) -> str:
        """The title of a node: everything exact, in the smallest unit."""
        unit, look = self.flow.unit(node.asset), self.look
        if node.kind in _STEPS:
            name = f"{look.word('transaction')} {node.about}" if node.kind is NodeKind.STEP else self.steps(node)
            return f"{name} · {look.word('fee')}: {unit.number(node.fee)} {unit.small}" + (
                f" · {day(node.time)}" if node.time else ""
            )
        if node.kind is NodeKind.PEEL:
            paid = sum(each.amount for each in node.members)
            many = f"{len(node.members)} {look.word('payments')}"
            return f"{node.hops} {look.word('peel')} · {many}: {unit.number(paid)} {unit.small}"
        word = look.word("traced" if self.flow.conserves else "reached")
        amount = f"{word}: {unit.number(node.amount)}"
        amount += f" {look.word('of')} {unit.number(node.value)}" if node.value is not None else ""
        many = f"{node.count} {look.word('outputs' if node.value is not None else 'accounts')}"
        name = many if node.kind is NodeKind.GROUP else node.about or look.word(node.state)
        where = "" if node.value is not None else node.ledger
        return " · ".join(part for part in (name, where, node.label or "", f"{amount} {unit.small}") if part)

    def steps(self, node: Node) -> str:
        return f"{node.count} {self.look.word('transactions')}"

    # Nodes.

    def node(self, spot: Spot, pen: Pen) -> Iterator[str]:
        node = spot.node
        inside = f'<g id="{anchor(node.key)}"><title>{xml(self.about(node))}</title>'
        yield f'<a href="#{row_anchor(node.key)}">{inside}' if self.look.linked else inside
        yield from self.bar(spot, pen) if node.kind in _STEPS else self.box(spot, pen)
        if numbers := self.look.numbers(node.key):
            yield pen.number(spot.end - 6, spot.y, numbers)
        yield "</g></a>" if self.look.linked else "</g>"

    def box(self, spot: Spot, pen: Pen) -> Iterator[str]:
        node = spot.node
        border = BORDERS.get(node.state, PLAIN_BORDER)
        fill = "#eee" if node.claim is not None else "#fff"
        if node.key in self.look.marked:
            yield pen.box(spot.x - 5, spot.y - 5, spot.width + 10, spot.height + 10, border=(3, ""))
        if node.kind in (NodeKind.GROUP, NodeKind.PEEL):  # a sheet behind: more than one
            yield pen.box(spot.x + 4, spot.y + 4, spot.width, spot.height, border=PLAIN_BORDER)
        border = PLAIN_BORDER if node.kind is NodeKind.PEEL else border
        yield pen.box(spot.x, spot.y, spot.width, spot.height, fill=fill, border=border)
        peel = node.kind is NodeKind.PEEL
        first = f"{node.hops} {self.look.word('peel')}" if peel else self.amount(node, node.amount)
        room = (spot.width - 16) * 10 // 68
        kind = "head" if peel else "amount" if len(first) <= (spot.width - 16) // 9 else "long"
        yield pen.text(spot.x + 10, spot.y + TOP, first, kind, number=not peel)
        for number, line in enumerate(self.lines(node)):
            units = peel and number > 0  # an amount alone keeps its order in every language
            yield pen.text(spot.x + 10, spot.y + TOP + 18 + LINE * number, line, "minor", room=room, number=units)

    def bar(self, spot: Spot, pen: Pen) -> Iterator[str]:
        node, unit = spot.node, self.flow.unit(spot.node.asset)
        if node.key in self.look.marked:
            yield pen.box(spot.x - 5, spot.y + BAR_ROOM - 5, spot.width + 10, BAR_HEIGHT + 10, border=(3, ""))
        top = spot.y + BAR_ROOM
        yield pen.bar(spot.x, top, spot.width, BAR_HEIGHT)
        middle = spot.x + spot.width // 2
        yield pen.centred(middle, top - 5, self.steps(node) if node.kind is NodeKind.STEPS else node.ref, clear=True)
        below = [day(node.time)] if node.kind is NodeKind.STEP and node.time else []
        below += [f"{self.look.word('fee')} {unit.text(node.fee).partition(' ')[0]}"] if node.fee else []
        for number, line in enumerate(below):
            yield pen.centred(middle, top + BAR_HEIGHT + 14 + 14 * number, line, clear=True)

    # Links.

    def link(self, route: Route, layout: Layout, pen: Pen) -> Iterator[str]:
        link = route.link
        first, second = layout.spots[link.source], layout.spots[link.target]
        strong = link.key in self.look.marked or {link.source, link.target} <= self.look.marked
        width = 1 + min(7 * link.amount // self.largest[link.asset], 7) + (1 if strong else 0)
        path, middle = _path(route, first, second, pen)
        arrow = second.node.kind not in _STEPS
        drawn = pen.line(path, width, dashes=DASHES.get(link.level, "3 5"), strong=strong, arrow=arrow)
        if not (link.kind or self.is_transfer(link)):
            yield drawn
            return
        yield f'<g id="{anchor(link.key)}"><title>{xml(self.link_about(link, second.node))}</title>{drawn}'
        if self.written:
            lines = self.link_lines(link, second.node)
            for number, line in enumerate(lines):
                y, amount = middle[1] - 6 + 14 * number, number > 0 or len(lines) == 1
                yield pen.centred(middle[0], y, line, room=30, clear=True, number=amount)
        if numbers := self.look.numbers(link.key):
            yield pen.number(middle[0], middle[1] - 26, numbers)
        yield "</g>"

    def link_lines(self, link: Link, target: Node) -> list[str]:
        """What stands at a line: the amount, and of a join what became of it and how sure that is."""
        unit = self.flow.unit(link.asset)
        many = f" ×{link.count}" if link.count > 1 else ""
        if not link.kind:
            return [unit.text(link.amount) + many]
        other = self.flow.unit(target.asset)
        sure = "" if link.confidence is None else f" {link.confidence}/100"
        lines = [f"{self.look.word(link.kind)} · {self.look.word(link.level)}{sure}", unit.text(link.amount) + many]
        if link.arrives is not None and other.text(link.arrives) != unit.text(link.amount):
            lines.append(f"→ {other.text(link.arrives)}")
        return lines

    def link_about(self, link: Link, target: Node) -> str:
        words = " · ".join(self.link_lines(link, target))
        return f"{link.count} {self.look.word('transfers')} · {words} · {link.about}"


def _path(route: Route, first: Spot, second: Spot, pen: Pen) -> tuple[str, tuple[int, int]]:
    """The line of a link and where words about it may stand."""
    if route.back:
        return _loop(first, second, pen)
    points = [(first.end, first.middle)]
    for x, y in route.ways:
        points += [(x - 20, y), (x + first.width + 20, y)] if first.node.is_place else [(x - 20, y), (x + 240, y)]
    points.append((second.x, second.middle))
    x, y = points[0]
    path = f"M{pen.left(x)} {y}"
    for number, (next_x, next_y) in enumerate(points[1:]):
        if number % 2 and next_y == y:
            path += f"L{pen.left(next_x)} {next_y}"
        else:
            bend = (x + next_x) // 2
            path += f"C{pen.left(bend)} {y} {pen.left(bend)} {next_y} {pen.left(next_x)} {next_y}"
        x, y = next_x, next_y
    last = points[-2]
    return path, ((last[0] + second.x) // 2, (last[1] + second.middle) // 2)


def _loop(first: Spot, second: Spot, pen: Pen) -> tuple[str, tuple[int, int]]:
    """A line to the same or an earlier column leaves and arrives at the boxes' lower edges, or beside them."""
    if first.node.column == second.node.column:
        x, bend = first.end, first.end + 70
        path = f"M{pen.left(x)} {first.middle}C{pen.left(bend)} {first.middle} {pen.left(bend)} {second.middle} "
        return path + f"{pen.left(x)} {second.middle}", (bend - 10, (first.middle + second.middle) // 2)
    one, other = (
        (first.x + first.width // 2, first.y + first.height),
        (second.x + second.width // 2, second.y + second.height),
    )
    low = max(one[1], other[1]) + 40
    path = f"M{pen.left(one[0])} {one[1]}C{pen.left(one[0])} {low} {pen.left(other[0])} {low} "
    return path + f"{pen.left(other[0])} {other[1]}", ((one[0] + other[0]) // 2, low - 10)
