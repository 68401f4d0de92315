"""The flow picture in the reader's language, with what people marked; the stored one is English and unmarked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language, get_language_bidi, gettext

from amparo.ledger import FLOW_WORDS
from amparo.ledger import TraceResult as Computed
from amparo.ledger.accounts.trace import AccountTrace
from amparo.ledger.picture import Flow, Look, Note, detail, draw_flow, flow_of, flow_of_accounts, overview
from amparo.web.traces.models import TraceMark, TraceResult
from amparo.web.traces.tags import labels_of

STORED: Final = "en"
ACCOUNTS: Final = "ledger.trace-accounts"
ZOOMS: Final = (50, 75, 100, 150, 200)


@dataclass(frozen=True, slots=True)
class View:
    """How a reader wants to see it. `whole`: every place drawn; else an overview that joins the smallest."""

    zoom: int = 100
    whole: bool = False
    linked: bool = False

    @classmethod
    def asked(cls, query: Mapping[str, str], *, linked: bool) -> "View":
        zoom = query.get("zoom", "100")
        return cls(int(zoom) if zoom in map(str, ZOOMS) else 100, query.get("whole") == "1", linked)

    @property
    def larger(self) -> int | None:
        return next((each for each in ZOOMS if each > self.zoom), None)

    @property
    def smaller(self) -> int | None:
        return next((each for each in reversed(ZOOMS) if each < self.zoom), None)


def is_over_accounts(found: TraceResult) -> bool:
    return bool(found.recipe["tool"] == ACCOUNTS)


def flow_in(found: TraceResult) -> Flow:
    """The flow of a stored result, with the agency's labels."""
    inputs: dict[str, str] = found.recipe["inputs"]
    if is_over_accounts(found):
        passed = AccountTrace.from_dict(found.result, inputs=inputs)
        accounts = {each for step in passed.steps for each in (step.sender, step.receiver) if each}
        return flow_of_accounts(passed, labels_of(accounts))
    result = Computed.from_dict(found.result, inputs=inputs)
    return flow_of(result, labels_of(each.address for each in result.outputs if each.address))


def picture_of(found: TraceResult, *, mirrored: bool = True, view: View | None = None) -> str:
    """The SVG of one rule's result, drawn again where words, marks or the reader ask for it.

    `mirrored`: right to left where the language runs so. The printed report asks for left to right: the typesetter
    places mirrored words wrongly.
    """
    marks = list(found.trace.marks.all())
    plain = view in (None, View())
    if plain and not marks and (get_language() or STORED).startswith(STORED):
        return found.svg
    view = view or View()
    look = Look(
        title=f"{found.trace.number} · {found.rule}",
        words={name: gettext(word) for name, word in FLOW_WORDS.items()},
        direction="rtl" if mirrored and get_language_bidi() else "ltr",
        **marks_on(marks),
        linked=view.linked,
        zoom=view.zoom,
    )
    keep = look.marked | {note.key for note in look.notes}
    flow = flow_in(found)
    return draw_flow(detail(flow, keep=keep) if view.whole else overview(flow, keep=keep), look)


def marks_on(marks: list[TraceMark]) -> dict[str, Any]:
    strong = {TraceMark.Kind.HIGHLIGHT, TraceMark.Kind.PIN}
    return {
        "marked": frozenset(each.key for each in marks if each.kind in strong),
        "notes": tuple(Note(each.key, each.text) for each in marks if each.kind == TraceMark.Kind.NOTE),
    }
