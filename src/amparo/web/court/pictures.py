"""The pictures of a kept trace in a report: one that fits a page, and the whole on sheets, with what people marked.

Each in every language of the report: its words are read there. They run left to right everywhere: the typesetter
places mirrored words wrongly.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.utils import translation
from django.utils.translation import gettext

from amparo.bundle import Section
from amparo.bundle.words import TRACE
from amparo.ledger import FLOW_WORDS
from amparo.ledger.picture import Flow, Look, detail, page_svg, pages
from amparo.web.court import account_sections, trace_sections
from amparo.web.court.trace_sections import say
from amparo.web.traces.models import TraceResult
from amparo.web.traces.picture import flow_in, is_over_accounts, marks_on

#: A picture of more pages is not printed whole; the file of the result holds all of it.
SHEETS: Final = 12
PLAIN: Final = "en"


class Drawn(NamedTuple):
    """`pictures`: name -> SVG: `F3`, its sheets `F3-1` …, and each again where a language's words differ (`F3.ar`).

    `sheets`: names of those to print; `total`: how many pages the whole picture has.
    """

    pictures: dict[str, str]
    sheets: tuple[str, ...]
    total: int

    @property
    def cut(self) -> tuple[Section, ...]:
        """What a report says where the picture is too long to print."""
        if self.total <= SHEETS:
            return ()
        return (Section(TRACE["whole picture"], after=(say("sheets cut", shown=SHEETS, total=self.total),)),)


def drawn(name: str, found: TraceResult, languages: Iterable[str]) -> Drawn:
    """The scope must be active."""
    flow = flow_in(found)
    plain = _draw(flow, found, PLAIN)
    names = [name, *(f"{name}-{number}" for number in range(1, len(plain)))][: SHEETS + 1]
    made = dict(zip(names, plain, strict=False))
    for language in languages:
        said = zip(names, _draw(flow, found, language), strict=False)
        made |= {f"{each}.{language}": svg for each, svg in said if svg != made.get(each)}
    return Drawn(made, tuple(names[1:]), len(plain) - 1)


def _draw(flow: Flow, found: TraceResult, language: str) -> list[str]:
    """The picture for one page; then its pages, if it has several: a single one is the picture again."""
    with translation.override(language):
        look = Look(
            title=f"{found.trace.number} · {found.rule}",
            words={key: gettext(word) for key, word in FLOW_WORDS.items()},
            **marks_on(list(found.trace.marks.all())),
        )
    sheets = pages(detail(flow, keep=look.marked | {note.key for note in look.notes}), look)
    return [page_svg(flow, look), *(sheets if len(sheets) > 1 else ())]


def sections_of(found: TraceResult) -> tuple[Section, ...]:
    """All that a report says of a kept trace. The scope must be active."""
    of = account_sections if is_over_accounts(found) else trace_sections
    return of.sections_of(found)
