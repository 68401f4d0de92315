"""Why something was not read or not compared, in words for the page; a reason nobody foresaw is shown as it is."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext

from amparo.base import gettext_noop

WORDS: Final[dict[str, str]] = {
    "bad-digest": gettext_noop("a digest of the wrong length or with wrong signs"),
    "broken-escape": gettext_noop("an escaped sign in it is broken"),
    "broken-picture": gettext_noop("the picture is broken"),
    "broken-quoting": gettext_noop("its quotation marks do not fit"),
    "broken-tail": gettext_noop("the file ends early; what was there was compared"),
    "broken-video": gettext_noop("the video is broken"),
    "case-field-too-late": gettext_noop("a field about the list came after its records and was left out"),
    "control-character": gettext_noop("it holds a control character"),
    "decoder-crashed": gettext_noop("it crashed the program that opens pictures; the rest went on"),
    "decoder-timeout": gettext_noop("it took too long to open"),
    "digest-left-out": gettext_noop("one of its digests is unusable and was left out"),
    "field-left-out": gettext_noop("a field beside the records was left out"),
    "field-too-large": gettext_noop("a field is too large and was left out"),
    "first-of-several": gettext_noop("it holds several pictures; the first was compared"),
    "heic": gettext_noop("decoded from HEIC"),
    "inverted-too": gettext_noop("compared as its negative too, because of how it keeps colours"),
    "known-good": gettext_noop("known to be harmless; compared by its digests only"),
    "line-too-long": gettext_noop("the line is too long"),
    "more-pages": gettext_noop("its source has more records than this file"),
    "more-than-shown": gettext_noop("more of the list is near than is shown"),
    "negative-bank": gettext_noop("it lies as near to a picture of the negative bank"),
    "no-digest": gettext_noop("no digest that can be compared"),
    "no-room-for-copy": gettext_noop("there was no room for the video's copy; compared by its digests only"),
    "no-video-stream": gettext_noop("the video has no pictures"),
    "not-a-picture": gettext_noop("it is no picture; compared by its digests only"),
    "not-a-record": gettext_noop("it is no record"),
    "not-a-video": gettext_noop("named like a video, but it is none; compared by its digests only"),
    "not-enough-usable-frames": gettext_noop("too few pictures of the video can be compared"),
    "not-seen-before": gettext_noop("it was not read when the exhibit was scanned"),
    "not-utf8": gettext_noop("it is not UTF-8 text"),
    "nul-byte": gettext_noop("it holds a NUL byte: perhaps UTF-16, or no text at all"),
    "outside-authorisation": gettext_noop("outside the authorisation: not read"),
    "picture-too-large": gettext_noop("the picture is too large to open; compared by its digests only"),
    "picture-too-plain": gettext_noop("too plain to compare by what it shows; compared by its digests"),
    "record-too-large": gettext_noop("the record is too large"),
    "restricted": gettext_noop("restricted material"),
    "time-limit": gettext_noop("reading the video took too long"),
    "too-few-columns": gettext_noop("fewer columns than the list names"),
    "too-long": gettext_noop("the video is longer than is read"),
    "too-many-columns": gettext_noop("more columns than the first line names"),
    "too-many-frames": gettext_noop("the video has more pictures than are read"),
    "too-many-near": gettext_noop("more of the list is near than is shown"),
    "too-plain": gettext_noop("too plain to compare by what it shows; compared by its digests"),
    "unread-picture-kind": gettext_noop("a kind of picture that is not opened; compared by its digests only"),
    "unread-video-kind": gettext_noop("a kind of video that is not opened; compared by its digests only"),
    "unreadable": gettext_noop("it could not be read"),
    "unviewed": gettext_noop("nobody at the platform looked at it, and no authorisation allows to open it"),
    "video-cut-short": gettext_noop("the video was read in part"),
    "video-too-large": gettext_noop("the video is too large to open; compared by its digests only"),
    "withdrawn-by-source": gettext_noop("the list's source has taken the entry back"),
    "withdrawn-entry": gettext_noop("this unit takes the entry for wrong"),
}


def in_words(reason: str) -> str:
    return gettext(WORDS[reason]) if reason in WORDS else reason


class Reason(NamedTuple):
    name: str
    words: str
    count: int
    examples: list[str]


def reasons(counts: Mapping[str, int], examples: Mapping[str, list[str]]) -> list[Reason]:
    """The most frequent first."""
    found = [Reason(name, in_words(name), count, examples.get(name, [])) for name, count in counts.items()]
    return sorted(found, key=lambda each: (-each.count, each.name))
