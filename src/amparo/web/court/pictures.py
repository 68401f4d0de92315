"""The pictures of a kept trace in a report: one that fits a page, and the whole on sheets, with what people marked.

Each in every language of the report: its words are read there. They run left to right everywhere: the typesetter
places mirrored words wrongly.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from django.utils import translation
from django.utils.translation import gettext

from amparo.bundle import Section
from amparo.ledger import FLOW_WORDS
from amparo.ledger.picture import Flow, Look, detail, page_svg, pages
from amparo.web.court import account_sections, trace_sections
from amparo.web.court.trace_sections import say
from amparo.web.traces.models import TraceResult
from amparo.web.traces.picture import flow_in, is_over_accounts, marks_on

#: A picture of more pages is not printed whole; the file of the result holds all of it.
SHEETS: Final = 12
PLAIN: Final = "en"


def drawn(name: str, found: TraceResult, languages: Iterable[str]) -> dict[str, str]:
    """Name -> SVG: `F3` and its sheets `F3-1` …, plain and for each language where words differ (`F3.ar`)."""
    flow = flow_in(found)
    plain = dict(_named(name, flow, found, PLAIN))
    made = dict(plain)
    for language in languages:
        for each, svg in _named(name, flow, found, language):
            if svg != plain.get(each):
                made[f"{each}.{language}"] = svg
    return made


def _named(name: str, flow: Flow, found: TraceResult, language: str) -> Iterator[tuple[str, str]]:
    with translation.override(language):
        look = Look(
            title=f"{found.trace.number} · {found.rule}",
            words={key: gettext(word) for key, word in FLOW_WORDS.items()},
            **marks_on(list(found.trace.marks.all())),
        )
    yield name, page_svg(flow, look)
    sheets = pages(detail(flow, keep=look.marked | {note.key for note in look.notes}), look)
    for number, sheet in enumerate(sheets, 1):
        yield f"{name}-{number}", sheet


def sections_with_sheets(
    name: str, found: TraceResult, pictures: Mapping[str, str]
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections of a kept trace, and the names of the sheets to print; a single sheet is the picture again."""
    every = [each for each in pictures if each.startswith(f"{name}-") and "." not in each]
    sheets = tuple(every[:SHEETS]) if len(every) > 1 else ()
    of = account_sections if is_over_accounts(found) else trace_sections
    sections = of.sections_of(found)
    if len(every) > SHEETS:
        cut = say("sheets cut", shown=SHEETS, total=len(every))
        sections = (*sections, Section(say("whole picture").sentence, after=(cut,)))
    return sections, sheets
