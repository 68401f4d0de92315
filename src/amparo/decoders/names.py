"""Names inside archives and file systems: reversible in a forensic path, recognised when they try to escape."""

import re
from typing import Final

from amparo.base import visible

_DRIVE: Final = re.compile(rb"^[A-Za-z]:")


def escape_name(name: bytes) -> str:
    r"""Return `name` for a forensic path: one text for one byte string.

    UTF-8 where valid; invalid bytes, the backslash and the step sign `|` as \xNN; control, bidirectional and
    invisible signs as \uNNNN.
    """
    text = name.replace(b"\\", b"\\x5c").replace(b"|", b"\\x7c").decode("utf-8", errors="backslashreplace")
    return visible(text).replace("\n", "\\u000a").replace("\t", "\\u0009")


def is_unsafe_name(name: bytes) -> bool:
    """True if a careless unpacker would write `name` outside its target: absolute, a drive, or with `..`."""
    parts = re.split(rb"[/\\]", name)
    return name.startswith((b"/", b"\\")) or bool(_DRIVE.match(name)) or b".." in parts or b"\x00" in name
