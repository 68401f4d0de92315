"""What a report says of a finding beyond its sentence: sections of facts, lines and a table, words and facts apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from amparo.bundle.render import Part, Translate, fill, plain
from amparo.bundle.words import RIGHT_TO_LEFT


class Words(NamedTuple):
    """An English sentence with %(named)s places, said in the report's language; `facts` are shown as they are."""

    sentence: str
    facts: Mapping[str, Any] = {}


Cell = str | Words  # a text is a fact


@dataclass(frozen=True, slots=True)
class Grid:
    """`head`: English labels. `widths`: share of each column, 0 = as wide as its text. `mono`: columns of digests."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    mono: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """`pairs`: English label -> what stands beside it. Shown in this order: pairs, lines, table, and `after` it."""

    title: str
    pairs: tuple[tuple[str, Cell], ...] = ()
    lines: tuple[Words, ...] = ()
    table: Grid | None = None
    after: tuple[Words, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not (self.pairs or self.lines or self.after or (self.table is not None and self.table.rows))

    def words(self) -> Iterator[Words]:
        """Every sentence in it."""
        yield Words(self.title)
        yield from (Words(label) for label, _ in self.pairs)
        yield from (cell for _, cell in self.pairs if isinstance(cell, Words))
        yield from (*self.lines, *self.after)
        if self.table is not None:
            yield from (Words(label) for label in self.table.head)
            yield from (cell for row in self.table.rows for cell in row if isinstance(cell, Words))


def section_view(section: Section, translate: Translate, language: str) -> dict[str, Any]:
    """The section in one language, JSON types only: sentences as lists of [text, is_fact]."""

    def say(cell: Cell) -> list[list[Any]]:
        if isinstance(cell, str):
            return [list(part) for part in fill("%(fact)s", {"fact": cell})]
        said = translate(language, cell.sentence)
        parts = fill(said, cell.facts)
        if language in RIGHT_TO_LEFT and said == cell.sentence:  # not translated: it keeps its own direction
            parts = [Part(plain(parts), fact=True)]
        return [list(part) for part in parts]

    table = section.table
    return {
        "title": translate(language, section.title),
        "pairs": [[translate(language, label), say(cell)] for label, cell in section.pairs],
        "lines": [say(each) for each in section.lines],
        "after": [say(each) for each in section.after],
        "table": None
        if table is None or not table.rows
        else {
            "head": [translate(language, label) for label in table.head],
            "rows": [[say(cell) for cell in row] for row in table.rows],
            "widths": list(table.widths),
            "mono": list(table.mono),
        },
    }
