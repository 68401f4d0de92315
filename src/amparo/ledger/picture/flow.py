"""Draw a trace as SVG: hop by hop, amounts in coins on the boxes, exact satoshi in each shape's title.

Black, white and grey only: states differ by border and by word, so a printed copy says the same. No script, no
outside reference, system fonts, every text escaped. `direction="rtl"` mirrors the picture; amounts stay as they are.
"""

from collections.abc import Iterator, Mapping
from html import escape
from textwrap import wrap
from typing import Final, Literal

from amparo.base import visible
from amparo.ledger.picture.layout import (
    BAR_HEIGHT,
    BAR_WIDTH,
    BOX_HEIGHT,
    BOX_WIDTH,
    COLUMN,
    HEAD,
    LAST_COLUMN,
    MARGIN,
    Bar,
    Box,
    Edge,
    Layout,
    lay_out,
)
from amparo.ledger.picture.words import FLOW_WORDS
from amparo.ledger.trace import State, TraceResult
from amparo.ledger.units import coins

Direction = Literal["ltr", "rtl"]

_FOOT: Final = 100
#: State -> border of its box: width and dashes.
_BORDERS: Final = {
    State.WAITING: (1, ""),
    State.HELD: (3, ""),
    State.SPENT: (1, ""),
    State.STOPPED: (2, "8 4"),
    State.DESTROYED: (2, "2 3"),
    State.GAP: (2, "2 3"),
}
#: Presentation attributes, not a style sheet: a page's content security policy lets no style in. A text has none of
#: them (12 px, almost black) or those of its kind.
_FONT: Final = 'font-family="system-ui, \'Noto Sans\', \'Noto Sans Arabic\', sans-serif" font-size="12" fill="#111"'
_KINDS: Final = {
    "title": ' font-size="18" font-weight="600"',
    "amount": ' font-size="14" font-weight="600"',
    "minor": ' fill="#444"',
    "": "",
}


def flow_svg(
    result: TraceResult,
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
    direction: Direction = "ltr",
) -> str:
    """Return the picture of `result` as one SVG text.

    `labels`: address -> what a tag says about it. `words`: FLOW_WORDS translated. Beyond about forty outputs the
    smallest of each hop are drawn as one box that says how many they are.
    """
    return _Drawing(result, title, labels or {}, {**FLOW_WORDS, **(words or {})}, direction).svg()


class _Drawing:
    def __init__(
        self, result: TraceResult, title: str, labels: Mapping[str, str], words: Mapping[str, str], direction: Direction
    ) -> None:
        self.result = result
        self.title = title
        self.labels = labels
        self.words = words
        self.direction = direction
        self.layout: Layout = lay_out(result)

    def svg(self) -> str:
        width, height = self.layout.width, self.layout.height + _FOOT
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-labelledby="flow-title flow-desc" direction="{self.direction}" {_FONT}>',
            f'<title id="flow-title">{_text(self.title)}</title>',
            f'<desc id="flow-desc">{_text(self.totals())}</desc>',
            '<defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
            'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *self.head(),
            *(self.edge(each) for each in self.layout.edges),
            *(part for bar in self.layout.bars for part in self.bar(bar)),
            *(part for box in self.layout.boxes for part in self.box(box)),
            *self.foot(),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def totals(self) -> str:
        """The sum that must hold, in satoshi, or what was reached where the rule conserves nothing."""
        totals = self.result.totals.as_dict()
        satoshi = self.words["satoshi"]
        if not self.result.conserves:
            return f"{self.words['reached']}: {totals['held']} {satoshi} ({self.words['held']})"
        names = ("held", "fee", "absorbed", "stopped", "destroyed", "gap")
        sums = " + ".join(f"{self.words[name]} {totals[name]}" for name in names)
        return f"{self.words['claims']} {totals['claims']} = {sums} {satoshi}"

    def head(self) -> Iterator[str]:
        rule = f"{self.words['rule']}: {self.result.rule} · {self.result.parameters['fee']}"
        yield self.line(MARGIN, 30, self.title, "title", room=max(40, self.layout.width // 11))
        yield self.line(MARGIN, 50, rule)
        for column in range(self.layout.columns):
            later = f" {self.words['or later']}" if column == LAST_COLUMN else ""
            yield self.line(MARGIN + column * COLUMN, HEAD - 12, f"{self.words['hop']} {column}{later}", "minor")

    def box(self, box: Box) -> Iterator[str]:
        width, dashes = _BORDERS[box.state]
        x = self.left(box.x, BOX_WIDTH)
        fill = "#eee" if any(each.claim is not None for each in box.outputs) else "#fff"
        yield f"<g><title>{_text(self.box_title(box))}</title>"
        yield (
            f'<rect x="{x}" y="{box.y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="4" fill="{fill}" stroke="#111" '
            f'stroke-width="{width}"' + (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>"
        )
        amount, *lines = self.box_lines(box)
        yield self.line(box.x + 10, box.y + 20, amount, "amount", number=True)
        for number, line in enumerate(lines):
            yield self.line(box.x + 10, box.y + 38 + 17 * number, line, "minor", room=31)
        yield "</g>"

    def box_lines(self, box: Box) -> list[str]:
        amount = f"{coins(box.tainted)} BTC"
        first = box.outputs[0]
        state = self.words[box.state.value] + (f" ({first.stop})" if first.stop else "")
        if len(box.outputs) > 1:
            return [amount, f"{len(box.outputs)} {self.words['outputs']}", state]
        start = f" · {self.words['start']}" if first.claim is not None else ""
        label = self.labels.get(first.address or "")
        return [amount, first.ref + start, state, _short(first.address or first.script), *([label] if label else [])]

    def box_title(self, box: Box) -> str:
        word = self.words["traced" if self.result.conserves else "reached"]
        value = sum(each.value for each in box.outputs)
        amount = f"{word}: {box.tainted} {self.words['of']} {value} {self.words['satoshi']}"
        if len(box.outputs) > 1:
            return f"{len(box.outputs)} {self.words['outputs']} · {amount}"
        first = box.outputs[0]
        label = self.labels.get(first.address or "", "")
        return " · ".join(
            part for part in (f"{first.txid}:{first.vout}", first.address or first.script, label, amount) if part
        )

    def bar(self, bar: Bar) -> Iterator[str]:
        first = bar.steps[0]
        several = len(bar.steps) > 1
        name = f"{len(bar.steps)} {self.words['transactions']}" if several else first.ref
        fee = f"{self.words['fee']} {coins(bar.fee)}" if bar.fee else ""
        exact = f"{self.words['fee']}: {bar.fee} {self.words['satoshi']}"
        about = name if several else f"{self.words['transaction']} {first.txid}"
        yield f"<g><title>{_text(f'{about} · {exact}')}</title>"
        x = self.left(bar.x, BAR_WIDTH)
        yield f'<rect x="{x}" y="{bar.y}" width="{BAR_WIDTH}" height="{BAR_HEIGHT}" fill="#111"/>'
        yield self.middle_line(x + BAR_WIDTH // 2, bar.y - 5, name)
        if fee:
            yield self.middle_line(x + BAR_WIDTH // 2, bar.y + BAR_HEIGHT + 14, fee)
        yield "</g>"

    def edge(self, edge: Edge) -> str:
        box, bar = self.layout.boxes[edge.box], self.layout.bars[edge.bar]
        start, end = (box.x + BOX_WIDTH, bar.x) if edge.into_bar else (bar.x + BAR_WIDTH, box.x)
        y1, y2 = (box.middle, bar.middle) if edge.into_bar else (bar.middle, box.middle)
        x1, x2 = self.left(start, 0), self.left(end, 0)
        bend = (x1 + x2) // 2
        most = max(self.result.totals.claims, 1)
        width = 1 + min(7 * edge.amount // most, 7)
        arrow = "" if edge.into_bar else ' marker-end="url(#flow-arrow)"'
        line = f'fill="none" stroke="#767676" stroke-width="{width}"{arrow}'
        return f'<path d="M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}" {line}/>'

    def foot(self) -> Iterator[str]:
        top = self.layout.height + 20
        at = MARGIN
        for state in sorted({box.state for box in self.layout.boxes}):
            width, dashes = _BORDERS[state]
            x = self.left(at, 24)
            yield (
                f'<rect x="{x}" y="{top - 12}" width="24" height="14" fill="#fff" stroke="#111" stroke-width="{width}"'
                + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
            )
            yield self.line(at + 32, top, self.words[state.value], room=40)
            at += 32 + 8 * len(self.words[state.value]) + 28
        for number, line in enumerate(wrap(self.totals(), max(60, self.layout.width // 8))):
            yield self.line(MARGIN, top + 28 + 18 * number, line, room=400)

    def left(self, x: int, width: int) -> int:
        """Mirror a shape's start for right-to-left pictures."""
        return x if self.direction == "ltr" else self.layout.width - x - width

    def line(self, x: int, y: int, text: str, kind: str = "", *, room: int = 60, number: bool = False) -> str:
        """A text that begins at `x`. Amounts keep left-to-right order, but stand at the picture's own start."""
        place = f'x="{self.left(x, 0)}" y="{y}"'
        if number and self.direction == "rtl":
            place += ' direction="ltr" text-anchor="end"'
        return f"<text {place}{_KINDS[kind]}>{_text(_fit(text, room))}</text>"

    def middle_line(self, x: int, y: int, text: str) -> str:
        return f'<text x="{x}" y="{y}" text-anchor="middle"{_KINDS["minor"]}>{_text(_fit(text, 24))}</text>'


def _text(text: str) -> str:
    """Escaped for XML, without signs that hide or reorder; controls XML forbids are written out."""
    return escape(visible(text.replace("\n", " ").replace("\t", " ")), quote=True)


def _fit(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def _short(address: str) -> str:
    return address if len(address) <= 22 else f"{address[:12]}…{address[-8:]}"
