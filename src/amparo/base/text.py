"""Text from outside: made safe to store, to log and to show, without changing what it says."""

import unicodedata
from typing import Final

# Signs that reorder or hide what a reader sees (Unicode TR 36, "Trojan Source"); shown as escapes.
BIDI_AND_INVISIBLE: Final = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def clean_text(text: str) -> str:
    """Return `text` without NUL and lone surrogates, line ends as LF, in NFC.

    Databases refuse NUL (PostgreSQL) and UTF-8 has no lone surrogates; both become U+FFFD, so nothing
    is dropped silently.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """Return `text` with control, bidi and invisible signs written as escapes, for one line of display."""
    return "".join(
        f"\\u{ord(sign):04x}"
        if sign in BIDI_AND_INVISIBLE or (unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t")
        else sign
        for sign in text
    )


def name_from_bytes(name: bytes) -> str:
    """Return a file name's display form: UTF-8 where valid, other bytes as \\xNN. Never use it to open."""
    return visible(name.decode("utf-8", errors="backslashreplace"))
