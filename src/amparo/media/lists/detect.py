"""Which form a file is in, from its first bytes alone: a list may be larger than any memory."""

import re
from collections.abc import Callable
from typing import Final

#: As much of a file as is looked at.
HEAD_BYTES: Final = 8192
_BOM: Final = b"\xef\xbb\xbf"
_VICS: Final = re.compile(rb'\{\s*"(odata\.metadata|@odata\.context)"\s*:\s*"([^"#]*)#(?i:media|cases)')
_SUM: Final = re.compile(rb"\\?([0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})( [ *][^\r\n]+)?\r?$")
_BSD_SUM: Final = re.compile(rb"(MD5|SHA1|SHA256) \([^\r\n]+\) = [0-9a-fA-F]{32,64}\r?$")
_SUMS: Final = {32: "md5sum", 40: "sha1sum", 64: "sha256sum"}
_PROFILE: Final = re.compile(r"/([A-Za-z][A-Za-z0-9 ]{0,30})/\$metadata$")


def detect(head: bytes) -> str | None:
    """Return the name of the form that `head`, a file's first bytes, is in; None where it looks like none of them.

    Names are those of LISTS and KNOWN_GOOD. That a file looks like a form does not mean that it is sound.
    """
    head = head[:HEAD_BYTES]
    return next((name for look in _LOOKS if (name := look(head))), None)


def vics_profile(head: bytes) -> str | None:
    """The country profile that a VICS 2.0 document names in its head ("US", "UK", "Default"), None where none."""
    found = _VICS.match(_text(head))
    profile = _PROFILE.search(found[2].decode("utf-8", "replace")) if found else None
    return profile[1] if profile else None


def _text(head: bytes) -> bytes:
    return head.removeprefix(_BOM).lstrip(b" \t\r\n")


def _vics(head: bytes) -> str | None:
    found = _VICS.match(_text(head))
    if not found:
        return None
    return "vics-1.3" if found[1] == b"odata.metadata" else "vics-2.0"


def _json(head: bytes) -> str | None:
    text = _text(head)
    return "stopncii" if text[:1] in {b"{", b"["} and (b'"hashRecords"' in text or b'"hashValue"' in text) else None


def _xml(head: bytes) -> str | None:
    text = _text(head)
    return "ncmec-v2" if text[:1] == b"<" and b"hashsharing" in text else None


def _binary(head: bytes) -> str | None:
    if head.startswith(b"SQLite format 3\0"):
        # The tables' names stand in the schema, which begins on the first page.
        return "sleuthkit" if b"db_properties" in head or b"sha2_256" in head else "nsrl-rds"
    is_filter = len(head) >= 48 and head[:8] == b"\1" + bytes(7) and 0 < int.from_bytes(head[24:32], "little") <= 256
    return "bloom" if is_filter else None


def _sums(head: bytes) -> str | None:
    if head.removeprefix(_BOM).startswith(b"%%%% HASHDEEP-1.0"):
        return "hashdeep"
    line = next((line for line in _text(head).split(b"\n") if line.strip() and not line.startswith(b"#")), b"")
    if bsd := _BSD_SUM.match(line):
        return bsd[1].decode().lower() + "sum"
    found = _SUM.match(line)
    return _SUMS[len(found[1])] if found else None


def _csv(head: bytes) -> str | None:
    line = _text(head).split(b"\n")[0].lower()
    columns = [re.sub(rb'[-_ "\'\r]', b"", part) for part in re.split(rb"[,;\t]", line)]
    return "csv" if {b"md5", b"sha1", b"sha256", b"pdq", b"photodna"} & set(columns) else None


#: Most telling first.
_LOOKS: Final[tuple[Callable[[bytes], str | None], ...]] = (_binary, _vics, _json, _xml, _sums, _csv)
