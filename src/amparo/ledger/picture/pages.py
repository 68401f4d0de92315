"""A picture too large for one sheet, sheet by sheet: nothing is cut, links that leave a page say where they go on.

A page is about as wide as high as A4 lying: printed over its whole width, the smallest text has more than 7 points.
"""

from collections.abc import Iterator
from dataclasses import replace
from textwrap import wrap
from typing import Final, NamedTuple

from amparo.ledger.picture.draw import ROW, Drawing, frame, hop_heads, legend, under_line
from amparo.ledger.picture.flow import sizes_for
from amparo.ledger.picture.layout import HEAD, Layout, Route, Spot
from amparo.ledger.picture.look import Look, Pen
from amparo.ledger.picture.model import Flow, NodeKind

PAGE: Final = (1310, 920)
_SIDE: Final = 100  # room at both sides for what comes from and goes to other pages
_FOOT: Final = 110
_STUB: Final = 16
FOOT_LINES: Final = 2  # beside the legend


class _Page(NamedTuple):
    """Spots by key, moved to their place on the page; `first`, `columns`: which hops' columns it holds."""

    spots: dict[str, Spot]
    first: int
    columns: int
    shift: tuple[int, int]


def pages(flow: Flow, look: Look, size: tuple[int, int] = PAGE) -> list[str]:
    """The whole of `flow` as SVG pages of `size` units, in reading order: hop by hop, from above."""
    drawing = Drawing(flow, look, sizes_for(flow))
    cut = list(_cut(drawing.layout, size))
    page_of = {key: number for number, page in enumerate(cut) for key in page.spots}
    sheets = [_svg(drawing, cut, page_of, number, size) for number in range(len(cut))]
    return [*sheets, *_last(drawing, size)]


def _last(drawing: Drawing, size: tuple[int, int]) -> Iterator[str]:
    """What is said under a whole picture, where it is more than a page's foot holds: on pages of its own."""
    lines = list(drawing.under())
    if len(lines) <= FOOT_LINES:
        return
    rows = (size[1] - HEAD - 40) // ROW
    pen = Pen(size[0], drawing.look.direction)
    for start in range(0, len(lines), rows):
        parts = frame(drawing.look, *size, (0, 0, *size), drawing.totals()[0])
        parts.append(pen.text(24, 30, drawing.look.title, "title", room=100))
        parts += (under_line(pen, 24, HEAD + ROW * row, line) for row, line in enumerate(lines[start : start + rows]))
        yield "\n".join([*parts, "</svg>"]) + "\n"


def _cut(layout: Layout, size: tuple[int, int]) -> Iterator[_Page]:
    """Which node stands on which page, and where."""
    sizes = layout.sizes
    columns = max((size[0] - 2 * _SIDE - sizes.box) // sizes.column, 0) + 1
    tiles: dict[int, list[Spot]] = {}
    for spot in layout.spots.values():
        tiles.setdefault(spot.node.column // 2 // columns, []).append(spot)
    room = size[1] - HEAD - _FOOT
    for tile in sorted(tiles):
        left = tile * columns * sizes.column
        page: list[Spot] = []
        for spot in sorted(tiles[tile], key=lambda each: (each.y, each.x)):
            if page and spot.y + spot.height - page[0].y > room:
                yield _page(page, tile * columns, columns, left)
                page = []
            page.append(spot)
        yield _page(page, tile * columns, columns, left)


def _page(spots: list[Spot], first: int, columns: int, left: int) -> _Page:
    shift = (_SIDE - 24 - left, HEAD + 14 - spots[0].y)
    moved = {spot.node.key: replace(spot, x=spot.x + shift[0], y=spot.y + shift[1]) for spot in spots}
    return _Page(moved, first, columns, shift)


def _svg(drawing: Drawing, cut: list[_Page], page_of: dict[str, int], number: int, size: tuple[int, int]) -> str:
    page, look, flow = cut[number], drawing.look, drawing.flow
    pen = Pen(size[0], look.direction)
    name = f"{look.title} · {look.word('page')} {number + 1}/{len(cut)}"
    layout = replace(drawing.layout, spots=page.spots, width=size[0], height=size[1])
    parts = frame(replace(look, title=name), *size, (0, 0, *size), drawing.totals()[0])
    parts.append(pen.text(24, 30, name, "title", room=100))
    for column, words in hop_heads(flow, look).items():
        if page.first <= column // 2 < page.first + page.columns:
            x = _SIDE + (column // 2 - page.first) * layout.sizes.column
            parts.append(pen.text(x, HEAD - 22, words, "minor"))
    for route in drawing.layout.routes:
        if route.link.source in page.spots and route.link.target in page.spots:
            parts += drawing.shapes.link(_moved(route, page.shift), layout, pen)
    parts += _stubs(drawing, page, page_of, number, pen)
    parts += _names(drawing, page, pen)
    parts += (part for spot in page.spots.values() for part in drawing.shapes.node(spot, pen))
    parts += legend(flow, look, pen, size[1] - _FOOT + 50)
    parts += _words(drawing, page, pen, number, size)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _moved(route: Route, shift: tuple[int, int]) -> Route:
    return replace(route, ways=tuple((x + shift[0], y + shift[1]) for x, y in route.ways))


def _stubs(drawing: Drawing, page: _Page, page_of: dict[str, int], number: int, pen: Pen) -> Iterator[str]:
    """Where links come from other pages and go to other pages."""
    goes: dict[str, set[int]] = {}
    comes: dict[str, set[int]] = {}
    busy: set[str] = set()
    for route in drawing.layout.routes:
        link = route.link
        one, other = page_of[link.source], page_of[link.target]
        if one == other:
            busy.add(link.source)
            continue
        if one == number:
            goes.setdefault(link.source, set()).add(other + 1)
        if other == number:
            comes.setdefault(link.target, set()).add(one + 1)
    for key, found in goes.items():
        spot = page.spots[key]
        words = f"{drawing.look.word('to page')} {', '.join(map(str, sorted(found)))}"
        if spot.node.kind is NodeKind.PEEL or key in busy:  # beside it stand boxes or lines already
            yield pen.centred(spot.x + spot.width // 2, spot.y + spot.height + 18, words, room=22, clear=True)
            continue
        yield pen.line(f"M{pen.left(spot.end)} {spot.middle}H{pen.left(spot.end + _STUB)}", 2, strong=True)
        yield pen.text(spot.end + _STUB + 3, spot.middle + 4, words, "minor", room=22)
    for key, found in comes.items():
        spot = page.spots[key]
        yield pen.line(f"M{pen.left(spot.x - _STUB)} {spot.middle}H{pen.left(spot.x)}", 2, strong=True)
        words = f"{drawing.look.word('from page')} {', '.join(map(str, sorted(found)))}"
        yield pen.centred(spot.x - _STUB - 22, spot.middle - 8, words, room=22, clear=True)


def _names(drawing: Drawing, page: _Page, pen: Pen) -> Iterator[str]:
    """Where there are several ledgers, the name of each over its first node in each page."""
    if len(drawing.layout.bands) < 2:
        return
    seen: set[str] = set()
    for spot in sorted(page.spots.values(), key=lambda each: (each.y, each.x)):
        if spot.node.ledger not in seen:
            seen.add(spot.node.ledger)
            yield pen.text(spot.x, spot.y - 8, spot.node.ledger, "head")


def _words(drawing: Drawing, page: _Page, pen: Pen, number: int, size: tuple[int, int]) -> Iterator[str]:
    """Below: the sums on the first page, and on each page its own notes."""
    whole = list(drawing.under()) if number == 0 else []
    lines = [line for total in drawing.totals() for line in wrap(total, size[0] // 7)] if number == 0 else []
    if len(whole) > FOOT_LINES:
        lines = []  # they stand on a page of their own
    for mark, note in enumerate(drawing.look.notes, 1):
        if note.key in page.spots:
            lines += wrap(f"{mark}  {note.text}", size[0] // 7)
    for row, line in enumerate(lines[:FOOT_LINES]):
        yield pen.text(24, size[1] - _FOOT + 76 + ROW * row, line, room=400)
