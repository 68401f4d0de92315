"""How a picture is asked for, and the shapes its parts have in common: black, white and grey only.

States differ by border and by word, levels by dashes and by word, so a printed copy says the same. Presentation
attributes stand in place of a style sheet: a page's content security policy lets no style in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from amparo.ledger.picture.text import fit, xml
from amparo.ledger.picture.words import FLOW_WORDS

Direction = Literal["ltr", "rtl"]

FONT: Final = 'font-family="system-ui, \'Noto Sans\', \'Noto Sans Arabic\', sans-serif" font-size="12" fill="#111"'
KINDS: Final = {
    "title": ' font-size="18" font-weight="600"',
    "amount": ' font-size="14" font-weight="600"',
    "long": ' font-size="11" font-weight="600"',
    "head": ' font-size="13" font-weight="600"',
    "minor": ' fill="#444"',
    "": "",
}
#: State -> border of its box: width and dashes.
BORDERS: Final = {
    "held": (3, ""),
    "in-account": (3, ""),
    "stopped": (2, "8 4"),
    "destroyed": (2, "2 3"),
    "gap": (2, "2 3"),
    "elsewhere": (2, "2 3"),
    "left": (2, "12 3 2 3"),
    "entered": (2, "12 3 2 3"),
    "fee": (1, "2 3"),
    "minted": (3, ""),
    "opening": (3, ""),
}
PLAIN_BORDER: Final = (1, "")
#: Level of a join -> dashes of its line.
DASHES: Final = {"observed": "", "derived": "12 4", "inferred": "3 5"}


class Note(NamedTuple):
    """A person's words about a node or link, numbered in the picture and written under it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """`words`: FLOW_WORDS translated, missing ones stay English. `marked`: keys of nodes and links drawn strong.

    `linked`: each node leads to its row in the table (#row-…) and can be reached by keyboard. `zoom` in per cent.
    `later`: the column in which all later hops are drawn, None if each has its own.
    """

    title: str
    words: Mapping[str, str] = field(default_factory=dict)
    direction: Direction = "ltr"
    marked: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    linked: bool = False
    zoom: int = 100
    later: int | None = None

    def word(self, key: str) -> str:
        """The word of `key`; a key without one (a tool's new state) stands as it is."""
        return self.words.get(key) or FLOW_WORDS.get(key, key)

    def numbers(self, key: str) -> list[int]:
        """The numbers of the notes on `key`."""
        return [number for number, note in enumerate(self.notes, 1) if note.key == key]


class Pen:
    """Draws texts and shapes at places given for left to right; mirrors them where the picture runs the other way."""

    def __init__(self, width: int, direction: Direction) -> None:
        self.width = width
        self.rtl = direction == "rtl"

    def left(self, x: int, width: int = 0) -> int:
        return self.width - x - width if self.rtl else x

    def text(self, x: int, y: int, text: str, kind: str = "", *, room: int = 60, number: bool = False) -> str:
        """A text that begins at `x`. Amounts keep left-to-right order, but stand at the picture's own start."""
        place = f'x="{self.left(x)}" y="{y}"'
        if number and self.rtl:
            place += ' direction="ltr" text-anchor="end"'
        return f"<text {place}{KINDS[kind]}>{xml(fit(text, room))}</text>"

    def centred(self, x: int, y: int, text: str, *, room: int = 24, clear: bool = False, number: bool = False) -> str:
        """A small text around `x`; `clear`: with a white edge, over lines; `number`: amounts keep their order."""
        edge = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if clear else ""
        edge += ' direction="ltr"' if number and self.rtl else ""
        return (
            f'<text x="{self.left(x)}" y="{y}" text-anchor="middle"{KINDS["minor"]}{edge}>{xml(fit(text, room))}</text>'
        )

    def box(
        self, x: int, y: int, width: int, height: int, *, fill: str = "#fff", border: tuple[int, str] = (1, "")
    ) -> str:
        stroke, dashes = border
        return (
            f'<rect x="{self.left(x, width)}" y="{y}" width="{width}" height="{height}" rx="4" fill="{fill}" '
            f'stroke="#111" stroke-width="{stroke}"' + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
        )

    def bar(self, x: int, y: int, width: int, height: int) -> str:
        return f'<rect x="{self.left(x, width)}" y="{y}" width="{width}" height="{height}" fill="#111"/>'

    def line(self, path: str, width: int, *, dashes: str = "", strong: bool = False, arrow: bool = True) -> str:
        stroke = "#111" if strong else "#767676"
        more = f' stroke-dasharray="{dashes}"' if dashes else ""
        more += f' marker-end="url(#flow-arrow{"-strong" if strong else ""})"' if arrow else ""
        return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="{width}"{more}/>'

    def number(self, x: int, y: int, numbers: list[int]) -> str:
        """The round mark of notes."""
        text = ",".join(map(str, numbers))
        around = self.left(x)
        shape = f'<rect x="{around - 9 - 3 * len(text)}" y="{y - 10}" width="{18 + 6 * len(text)}" height="20" rx="10" '
        return (
            f'{shape}fill="#fff" stroke="#111" stroke-width="2"/>'
            f'<text x="{around}" y="{y + 4}" text-anchor="middle" font-weight="600">{xml(text)}</text>'
        )


def day(time: int | None) -> str:
    """`2009-01-12`, UTC; "" where no time is known."""
    return "" if time is None else datetime.fromtimestamp(time, tz=UTC).date().isoformat()


ARROWS: Final = "".join(
    f'<marker id="flow-arrow{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
    f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="{fill}"/></marker>'
    for name, fill in (("", "#444"), ("-strong", "#111"))
)
