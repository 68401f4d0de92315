"""A raw transaction without its witnesses: what a txid is the double SHA-256 of.

Source: BIP 141 and 144. Nothing is interpreted beyond lengths; every read is bounds-checked.
"""

from typing import Final

from amparo.ledger.hashes import dsha

_WIDTHS: Final = {0xFD: 2, 0xFE: 4, 0xFF: 8}


def stripped(raw: bytes) -> bytes:
    """Return the transaction without marker, flag and witnesses. Raises ValueError if it is not one whole one."""
    reader = _Reader(raw)
    reader.take(4)
    segwit = raw[4:6] == b"\x00\x01"
    if segwit:
        reader.take(2)
    inputs = reader.count()
    for _ in range(inputs):
        reader.take(36)
        reader.take(reader.count())
        reader.take(4)
    outputs = reader.count()
    for _ in range(outputs):
        reader.take(8)
        reader.take(reader.count())
    body_end = reader.at
    for _ in range(inputs if segwit else 0):
        for _ in range(reader.count()):
            reader.take(reader.count())
    reader.take(4)
    if reader.at != len(raw) or not inputs or not outputs:
        raise ValueError("is not one whole transaction")
    return raw[:4] + raw[6:body_end] + raw[-4:] if segwit else raw


def txid_of(raw: bytes) -> bytes:
    """The txid in internal order. Raises ValueError."""
    return dsha(stripped(raw))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise ValueError("ends before it should")
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def count(self) -> int:
        first = self.take(1)[0]
        if first < 0xFD:
            return first
        value = int.from_bytes(self.take(_WIDTHS[first]), "little")
        if value < {0xFD: 0xFD, 0xFE: 1 << 16, 0xFF: 1 << 32}[first]:
            raise ValueError("has a length that is not written in its shortest form")
        if value > len(self.data):
            raise ValueError("ends before it should")
        return value
