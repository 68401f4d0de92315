"""References people type: `height:position`, `height:position/vout`, `txid`, `txid:vout`."""

import re
from typing import Final, NamedTuple

from amparo.ledger.errors import BadReference

_PLACE: Final = re.compile(r"(\d{1,9}):(\d{1,9})(?:/(\d{1,9}))?", re.ASCII)
_TXID: Final = re.compile(r"([0-9a-fA-F]{64})(?::(\d{1,9}))?", re.ASCII)


class Reference(NamedTuple):
    """Either `place` (height, position) or `txid` (internal byte order) is given; `vout` None = all outputs."""

    text: str
    place: tuple[int, int] | None
    txid: bytes | None
    vout: int | None


def read_reference(text: str) -> Reference:
    """Raises BadReference."""
    text = text.strip()
    if found := _PLACE.fullmatch(text):
        height, position, vout = found.groups()
        return Reference(text, (int(height), int(position)), None, None if vout is None else int(vout))
    if found := _TXID.fullmatch(text):
        txid, vout = found.groups()
        return Reference(text, None, bytes.fromhex(txid)[::-1], None if vout is None else int(vout))
    raise BadReference(text=text[:100])
