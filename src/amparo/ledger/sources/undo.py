"""Undo data: what Bitcoin Core keeps of the outputs a block spends, to take the block back again.

undo = count of transactions without the coinbase, each: count of inputs, each a coin: VARINT(height * 2 + coinbase),
a dummy VARINT where height > 0, VARINT(compressed amount), compressed script. Values in satoshi.
Source: Bitcoin Core `undo.h`, `compressor.cpp`, `serialize.h` (VARINT). The plain twin of a later native reader.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from amparo.ledger.blocks import MAX_MONEY, Origin
from amparo.ledger.hashes import hash160
from amparo.ledger.nodes.errors import UndoCut, UndoDamaged
from amparo.ledger.scripts import ScriptKind, classify

_FIELD: Final = 2**256 - 2**32 - 977  # secp256k1
_LONGEST_VARINT: Final = 10
_SPECIAL: Final = 6  # script codes below this are templates
_PAD: Final = bytes(12)
_MAX_SCRIPT: Final = 4_000_000


class Coins(NamedTuple):
    """Spent outputs as columns, in input order; `counts` says how many each transaction after the coinbase spends."""

    counts: list[int]
    height: list[int]
    coinbase: list[bool]
    value: list[int]
    stype: list[int]
    payload: list[bytes]  # 32 octets each


class Script(NamedTuple):
    stype: int
    payload: bytes  # 32 octets


def read_undo(data: bytes, origin: Origin) -> Coins:
    """Read one record's undo data to its last byte. Raises UndoCut, UndoDamaged with file and byte position."""
    reader = UndoReader(data, origin)
    coins = Coins([], [], [], [], [], [])
    for _ in range(reader.compact()):
        count = reader.compact()
        coins.counts.append(count)
        for _ in range(count):
            reader.coin(coins)
    if reader.at != len(data):
        raise UndoDamaged(file=origin.file, at=origin.at + reader.at, why="bytes are left over")
    return coins


class UndoReader:
    """A position in undo data; every read is bounds-checked."""

    __slots__ = ("at", "data", "origin")

    def __init__(self, data: bytes, origin: Origin) -> None:
        self.data = data
        self.at = 0
        self.origin = origin

    def coin(self, coins: Coins) -> None:
        """Read one coin and append it."""
        try:
            code = self.varint()
            if code > 1:
                self.varint()
            value = amount(self.varint())
            script = self.script()
        except IndexError:
            raise UndoCut(file=self.origin.file, at=self.origin.at + len(self.data)) from None
        if value > MAX_MONEY:
            raise self.damaged(f"an output of {value} satoshi")
        coins.height.append(code >> 1)
        coins.coinbase.append(bool(code & 1))
        coins.value.append(value)
        coins.stype.append(script.stype)
        coins.payload.append(script.payload)

    def varint(self) -> int:
        """Seven bits a byte, high first, one added at each continuation. IndexError at the end of the data."""
        data, at = self.data, self.at
        byte = data[at]
        if byte < 0x80:
            self.at = at + 1
            return byte
        number = 0
        while byte >= 0x80:
            number = ((number << 7) | (byte & 0x7F)) + 1
            at += 1
            byte = data[at]
            if at - self.at >= _LONGEST_VARINT:
                raise self.damaged("a number that has no end")
        self.at = at + 1
        return (number << 7) | byte

    def script(self) -> Script:
        code = self.varint()
        if code <= 1:
            payload = self.take(20)
            return Script(ScriptKind.P2SH if code else ScriptKind.P2PKH, payload + _PAD)
        if code < _SPECIAL:
            return self._key(code, self.take(32))
        if code - _SPECIAL > _MAX_SCRIPT:
            raise self.damaged("a script longer than a block")
        kind, payload = classify(self.take(code - _SPECIAL))
        return Script(kind, payload.ljust(32, b"\0")[:32])

    def _key(self, code: int, x: bytes) -> Script:
        key = bytes([code]) + x if code < 4 else whole_key(x, code - 4)
        if key is None:
            raise self.damaged("a public key that is not on the curve")
        return Script(ScriptKind.P2PK, hash160(key) + _PAD)

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise UndoCut(file=self.origin.file, at=self.origin.at + len(self.data))
        part = self.data[self.at : end]
        self.at = end
        return part

    def compact(self) -> int:
        """A count; more than bytes that follow is refused at once."""
        first = self.take(1)[0]
        number = first if first < 0xFD else int.from_bytes(self.take({0xFD: 2, 0xFE: 4, 0xFF: 8}[first]), "little")
        if number > len(self.data) - self.at:
            raise self.damaged(f"{number} things announced, {len(self.data) - self.at} bytes left")
        return number

    def damaged(self, why: str) -> UndoDamaged:
        return UndoDamaged(file=self.origin.file, at=self.origin.at + self.at, why=why)


def amount(packed: int) -> int:
    """The satoshi behind a compressed amount: trailing decimal zeros were taken out."""
    if packed == 0:
        return 0
    packed, exponent = divmod(packed - 1, 10)
    if exponent < 9:
        packed, digit = divmod(packed, 9)
        return int((packed * 10 + digit + 1) * 10**exponent)
    return int((packed + 1) * 10**exponent)


def packed_amount(value: int) -> int:
    """The inverse of `amount`."""
    if value == 0:
        return 0
    exponent = 0
    while value % 10 == 0 and exponent < 9:
        value //= 10
        exponent += 1
    if exponent < 9:
        value, digit = divmod(value, 10)
        return 1 + (value * 9 + digit - 1) * 10 + exponent
    return 1 + (value - 1) * 10 + 9


@lru_cache(maxsize=1 << 16)
def whole_key(x: bytes, odd: int) -> bytes | None:
    """The 65-byte key with this x on secp256k1 and a y of this parity; None where the curve has no such point."""
    number = int.from_bytes(x, "big")
    square = (pow(number, 3, _FIELD) + 7) % _FIELD
    y = pow(square, (_FIELD + 1) // 4, _FIELD)
    if number >= _FIELD or y * y % _FIELD != square:
        return None
    if y & 1 != odd:
        y = _FIELD - y
    return b"\x04" + x + y.to_bytes(32, "big")


class SpentOutput(NamedTuple):
    """One coin to write: where it was made and what it is."""

    height: int
    coinbase: bool
    value: int
    script: bytes


def write_undo(txs: Sequence[Sequence[SpentOutput]]) -> bytes:
    """Undo data of these spent outputs, a row for each transaction after the coinbase; scripts stay whole."""
    parts = [compact(len(txs))]
    for coins in txs:
        parts.append(compact(len(coins)))
        for coin in coins:
            parts += [varint(coin.height * 2 + coin.coinbase), varint(0) if coin.height else b""]
            parts += [varint(packed_amount(coin.value)), varint(len(coin.script) + _SPECIAL), coin.script]
    return b"".join(parts)


def varint(number: int) -> bytes:
    out = [number & 0x7F]
    while number > 0x7F:
        number = (number >> 7) - 1
        out.append(number & 0x7F | 0x80)
    return bytes(reversed(out))


def compact(number: int) -> bytes:
    if number < 0xFD:
        return bytes([number])
    if number < 1 << 16:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def checksum(prev: bytes, undo: bytes) -> bytes:
    """What follows a record: double SHA-256 of the hash of the block's parent and the undo data."""
    return hashlib.sha256(hashlib.sha256(prev + undo).digest()).digest()
