"""Text in pictures: escaped, made visible, short enough for its place."""

from html import escape

from amparo.base import visible


def xml(text: str) -> str:
    """Escaped for XML, without signs that hide or reorder; controls XML forbids are written out."""
    return escape(visible(text.replace("\n", " ").replace("\t", " ")), quote=True)


def fit(text: str, room: int) -> str:
    """At most `room` signs, the last of them dots where something was cut."""
    return text if len(text) <= room else text[: max(room - 1, 0)] + "…"


def short(name: str) -> str:
    """An address or account as people compare it: its beginning and its end."""
    return name if len(name) <= 22 else f"{name[:12]}…{name[-8:]}"
