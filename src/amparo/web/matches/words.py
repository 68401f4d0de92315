"""Why something was not read or not compared, in words for the page; a reason nobody foresaw is shown as it is."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext

from amparo.base import gettext_noop

WORDS: Final[dict[str, str]] = {
    "broken-picture": gettext_noop("the picture is broken"),
    "broken-video": gettext_noop("the video is broken"),
    "decoder-crashed": gettext_noop("it crashed the program that opens pictures; the rest went on"),
    "decoder-timeout": gettext_noop("it took too long to open"),
    "known-good": gettext_noop("known to be harmless; compared by its digests only"),
    "negative-bank": gettext_noop("it lies as near to a picture of the negative bank"),
    "no-video-stream": gettext_noop("the video has no pictures"),
    "not-enough-usable-frames": gettext_noop("too few pictures of the video can be compared"),
    "not-seen-before": gettext_noop("it was not read when the exhibit was scanned"),
    "outside-authorisation": gettext_noop("outside the authorisation: not read"),
    "picture-too-large": gettext_noop("the picture is too large to open; compared by its digests only"),
    "picture-too-plain": gettext_noop("too plain to compare by what it shows; compared by its digests"),
    "restricted": gettext_noop("restricted material"),
    "too-many-near": gettext_noop("more of the list is near than is shown"),
    "unreadable": gettext_noop("it could not be read"),
    "unviewed": gettext_noop("nobody at the platform looked at it, and no authorisation allows to open it"),
    "video-cut-short": gettext_noop("the video was read in part"),
    "video-too-large": gettext_noop("the video is too large to open; compared by its digests only"),
    "withdrawn-by-source": gettext_noop("the list's source has taken the entry back"),
    "withdrawn-entry": gettext_noop("this unit takes the entry for wrong"),
}


class Reason(NamedTuple):
    name: str
    words: str
    count: int
    examples: list[str]


def reasons(counts: Mapping[str, int], examples: Mapping[str, list[str]]) -> list[Reason]:
    """The most frequent first."""
    found = [
        Reason(name, gettext(WORDS[name]) if name in WORDS else name, count, examples.get(name, []))
        for name, count in counts.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.name))
