"""Names of files as reports and archives write them, compared the way people mean them."""

import re
import unicodedata
from typing import Final

from amparo.decoders import escape_name

_SEPARATORS: Final = re.compile(r"[/|]|\\x5c|\\")
_TOKEN: Final = re.compile(r"[^\W_]+")


def last_name(path: str) -> str:
    return _SEPARATORS.split(path)[-1] or path


def folders_of(path: str) -> tuple[str, ...]:
    """The folders of a name inside an archive, with either slash; "." and ".." lead nowhere."""
    return tuple(part for part in _SEPARATORS.split(path)[:-1] if part not in {"", ".", ".."})


def plain_name(name: str) -> str:
    """Return the last part of `name` for comparing: no case, one Unicode form, bad bytes as archives show them."""
    shown = escape_name(last_name(name).encode("utf-8", "surrogatepass"))
    return unicodedata.normalize("NFC", shown).casefold()


def tokens_of(path: str) -> set[str]:
    """Return the beginnings by which a file may belong to a report's number: of its name, and its folders' names.

    "91-a.jpg" and "91/a.jpg" and "91.zip|a.jpg" all have "91".
    """
    name = _TOKEN.match(plain_name(path))
    tokens = {name.group()} if name else set()
    for folder in folders_of(path):
        tokens |= {folder.casefold(), folder.casefold().partition(".")[0]}
    return tokens
