"""The flow picture in the reader's language; the stored one, which goes into bundles, is English."""

from typing import Final

from django.utils.translation import get_language, get_language_bidi, gettext

from amparo.ledger import FLOW_WORDS, flow_svg
from amparo.ledger import TraceResult as Computed
from amparo.web.traces.models import TraceResult
from amparo.web.traces.tags import labels_of

STORED: Final = "en"


def picture_of(found: TraceResult, *, mirrored: bool = True) -> str:
    """The SVG of one rule's result, drawn again from the stored result where its words must be translated.

    `mirrored`: right to left where the language runs so. The printed report asks for left to right: the typesetter
    places mirrored words wrongly.
    """
    if (get_language() or STORED).startswith(STORED):
        return found.svg
    result = Computed.from_dict(found.result, inputs=found.recipe["inputs"])
    return flow_svg(
        result,
        title=f"{found.trace.number} · {found.rule}",
        labels=labels_of(each.address for each in result.outputs if each.address),
        words={name: gettext(word) for name, word in FLOW_WORDS.items()},
        direction="rtl" if mirrored and get_language_bidi() else "ltr",
    )
