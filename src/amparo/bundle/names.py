"""Names inside a bundle: the same on every file system, so that a copy by USB stick or mail changes nothing."""

import re
import unicodedata
from typing import Final

from amparo.bundle.errors import UnsafeName

PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z")
# Windows opens devices under these names, whatever the ending.
DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)")
MAX_PATH: Final = 200


def check_name(path: str) -> str:
    """Return `path` (relative, with /) if it is plain ASCII and safe everywhere; raise UnsafeName if not."""
    why = objection(path)
    if why is not None:
        raise UnsafeName(name=ascii(path), why=why)
    return path


def objection(path: str) -> str | None:
    """Return why `path` may not be written into a bundle, or None."""
    if len(path) > MAX_PATH:
        return f"it is longer than {MAX_PATH} signs"
    for part in path.split("/"):
        if not PART.match(part) or part.endswith("."):
            return "only letters a to z, digits and . _ - are used, and no part is empty or starts or ends with a dot"
        if DEVICES.match(part):
            return "Windows keeps this name for a device"
    return None


def danger(path: str) -> str | None:
    """Return why a name found in a received bundle is dangerous to open, or None. Wider than `objection`."""
    if not path or path.startswith("/") or "\\" in path or ":" in path.split("/", maxsplit=1)[0]:
        return "an absolute or foreign path"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "a path with empty or dotted parts"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in path):
        return "a path with control signs"
    return None


def collision_key(path: str) -> str:
    """Two names with one key are one file on some file systems (case, composed and decomposed letters)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
