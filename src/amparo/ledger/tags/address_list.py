"""Read a plain list of addresses, one a line, as authorities publish them (OFAC: one file a currency)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from amparo.base import SkipCount, Skipped, visible
from amparo.ledger.errors import ListTooLarge
from amparo.ledger.tags.forms import doubt, form_of
from amparo.ledger.tags.tag import Tag

MAX_SIZE: Final = 64 << 20
MAX_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class AddressList:
    """`doubts` counts addresses kept although they are of another chain than the list's (`other-chain`)."""

    digest: str
    tags: tuple[Tag, ...]
    skipped: SkipCount
    doubts: SkipCount


def read_address_list(
    path: Path, currency: str, label: str, source: str, *, confidence: str = "authority_data", creator: str = ""
) -> AddressList:
    """Read `path`; empty lines and lines from # on are comments. Bad lines are skipped, counted and named by line.

    Reasons: `not-text`, `too-long`, `bad-address` (checksum or form wrong), `duplicate`. Raises ListTooLarge.
    """
    if path.stat().st_size > MAX_SIZE:
        raise ListTooLarge(file=path.name, limit=MAX_SIZE)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    skipped, doubts = SkipCount(), SkipCount()
    found: dict[str, Tag] = {}
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            address, reason = _address(line, currency)
            if reason is None and address in found:
                reason = "duplicate"
            if reason is not None:
                skipped.add(Skipped(f"{path.name}:{number}", reason, visible(address)))
                continue
            if not address:
                continue
            if (odd := doubt(form := form_of(address), currency)) is not None:
                doubts.add(Skipped(f"{path.name}:{number}", odd, address))
            found[address] = Tag(
                address=address,
                tx_hash=None,
                label=label,
                source=source,
                currency=currency,
                network=form,
                confidence=confidence,
                actor=None,
                category=None,
                abuse=None,
                lastmod=None,
                is_cluster_definer=False,
                creator=creator,
                title=path.name,
                pack=digest,
            )
    return AddressList(digest, tuple(found.values()), skipped, doubts)


def write_address_list(tags: Iterable[Tag], stream: BinaryIO) -> int:
    """Write the addresses one a line, as authorities publish them, each once; return how many.

    Labels, sources and dates stay behind: a pack carries them, a list does not.
    """
    seen: set[str] = set()
    for tag in tags:
        if tag.address is not None and tag.address not in seen:
            seen.add(tag.address)
            stream.write(f"{tag.address}\n".encode())
    return len(seen)


def _address(line: bytes, currency: str) -> tuple[str, str | None]:
    """The address of a line ("" for none) and why it is refused, None if it is not."""
    if len(line) > MAX_LINE:
        return line[:40].decode("ascii", errors="backslashreplace"), "too-long"
    try:
        text = line.decode("utf-8-sig").split("#", 1)[0].strip()
    except UnicodeDecodeError:
        return line.decode("ascii", errors="backslashreplace"), "not-text"
    bad = bool(text) and doubt(form_of(text), currency) == "bad-address"
    return text, "bad-address" if bad else None
