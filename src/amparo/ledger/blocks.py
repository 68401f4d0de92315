"""One block's bytes -> typed records, every read bounds-checked: for single blocks, and the twin of the native walk.

Positions are byte positions in the file the block came from, so that any transaction can be re-read as
evidence. Nothing here knows the chain; `amparo.ledger.sources` chooses blocks, `amparo.ledger.store` keeps them.
Source: Bitcoin developer reference; BIP 141 (witness serialisation and commitment), BIP 34 (height in coinbase).
"""

import hashlib
from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.ledger.errors import (
    BlockCut,
    BytesLeftOver,
    CoinbaseMisplaced,
    CountBeyondBytes,
    EmptyTransaction,
    LongCompactSize,
    MerkleMismatch,
    NoProofOfWork,
    ValueOutOfRange,
    WitnessMismatch,
)
from amparo.ledger.hashes import dsha, merkle_root, shown
from amparo.ledger.scripts import ScriptKind, classify

HEADER_SIZE: Final = 80
MAX_BLOCK: Final = 4_000_000  # bytes; BIP 141's weight limit bounds the size
MAX_MONEY: Final = 21_000_000 * 10**8  # satoshi
NO_TXID: Final = bytes(32)
_COMMITMENT: Final = bytes.fromhex("6a24aa21a9ed")


def target_of(bits: int) -> int:
    """The number a header's hash must not exceed, from its compact form."""
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    return mantissa << 8 * (exponent - 3) if exponent > 3 else mantissa >> 8 * (3 - exponent)


class Header(NamedTuple):
    version: int
    prev: bytes
    merkle: bytes
    time: int  # seconds since 1970, UTC, as the miner claimed
    bits: int
    hash: bytes

    @property
    def target(self) -> int:
        return target_of(self.bits)

    @property
    def work(self) -> int:
        return (1 << 256) // (self.target + 1)

    @property
    def is_mined(self) -> bool:
        return int.from_bytes(self.hash, "little") <= self.target < 1 << 256

    def is_mined_for(self, easiest: int) -> bool:
        """Whether the work is at least what a network asks of its easiest block (compact form)."""
        return self.is_mined and self.target <= target_of(easiest)


class TxIn(NamedTuple):
    txid: bytes
    vout: int
    sequence: int


class TxOut(NamedTuple):
    value: int  # satoshi
    kind: ScriptKind
    payload: bytes


@dataclass(frozen=True, slots=True)
class Tx:
    """`inputs` is empty for the coinbase: it spends nothing."""

    txid: bytes
    at: int
    size: int
    weight: int
    version: int
    locktime: int
    segwit: bool
    coinbase: bool
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]


@dataclass(frozen=True, slots=True)
class Block:
    header: Header
    at: int
    claimed_height: int | None  # BIP 34: what the coinbase says
    txs: tuple[Tx, ...]


class Origin(NamedTuple):
    """Where a block's first byte stands."""

    file: str
    at: int


def read_header(data: bytes) -> Header:
    """Read the 80 bytes of a header; the caller has checked the length."""
    return Header(
        int.from_bytes(data[:4], "little", signed=True),
        data[4:36],
        data[36:68],
        int.from_bytes(data[68:72], "little"),
        int.from_bytes(data[72:76], "little"),
        dsha(data[:HEADER_SIZE]),
    )


def read_block(data: bytes, origin: Origin, *, mined: bool | None = None, max_money: int = MAX_MONEY) -> Block:
    """Parse one whole block and hold its transactions and witnesses against its header.

    `mined`: what the caller found out about the header's work, where its hash does not show it.
    Raises an L01x error that names file and byte position for anything a valid block cannot hold.
    """
    reader = _Reader(data, origin, max_money)
    header = read_header(reader.take(HEADER_SIZE))
    if not (header.is_mined if mined is None else mined):
        raise NoProofOfWork(**origin._asdict())
    count = reader.count("transactions", 60)
    if count == 0:
        raise EmptyTransaction(file=origin.file, at=origin.at, what="transactions")
    walked = [_read_tx(reader, first=number == 0) for number in range(count)]
    if reader.at != len(data):
        raise BytesLeftOver(**origin._asdict(), left=len(data) - reader.at)
    txs = tuple(each.tx for each in walked)
    root, mutated = merkle_root([tx.txid for tx in txs])
    if root != header.merkle or mutated:
        raise MerkleMismatch(**origin._asdict(), block=shown(header.hash))
    _check_witnesses(walked, origin, header)
    return Block(header, origin.at, _claimed_height(header, walked[0].coinbase_script), txs)


def read_tx(data: bytes, origin: Origin) -> Tx:
    """Parse one transaction that stands alone, coinbase or not. Raises an L01x error that names its place."""
    start = 6 if data[4:6] == b"\x00\x01" else 4
    coinbase = data[start : start + 37] == b"\x01" + NO_TXID + b"\xff" * 4
    reader = _Reader(data, origin)
    tx = _read_tx(reader, first=coinbase).tx
    if reader.at != len(data):
        raise BytesLeftOver(**origin._asdict(), left=len(data) - reader.at)
    return tx


class _Walked(NamedTuple):
    """A transaction and what only the block-wide checks need."""

    tx: Tx
    wtxid: bytes
    coinbase_script: bytes
    commitment: bytes | None
    reserved: bytes | None


class _Reader:
    """A position in one block's bytes. Every read says where it failed."""

    __slots__ = ("at", "data", "max_money", "origin")

    def __init__(self, data: bytes, origin: Origin, max_money: int = MAX_MONEY) -> None:
        self.max_money = max_money
        self.data = data
        self.at = 0
        self.origin = origin

    @property
    def place(self) -> dict[str, object]:
        return {"file": self.origin.file, "at": self.origin.at + self.at}

    def take(self, size: int) -> bytes:
        start, end = self.at, self.at + size
        if end > len(self.data):
            raise BlockCut(**self.place, wanted=size, left=len(self.data) - start)
        self.at = end
        return self.data[start:end]

    def number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "little", signed=signed)

    def compact(self) -> int:
        place = self.place
        first = self.number(1)
        if first < 0xFD:
            return first
        width = {0xFD: 2, 0xFE: 4, 0xFF: 8}[first]
        value = self.number(width)
        if value < {2: 0xFD, 4: 1 << 16, 8: 1 << 32}[width]:
            raise LongCompactSize(**place)
        return value

    def count(self, what: str, least: int) -> int:
        """A count of things that take at least `least` bytes each; more than could follow is refused at once."""
        place = self.place
        value = self.compact()
        left = len(self.data) - self.at
        if value * least > left:
            raise CountBeyondBytes(**place, count=value, what=what, left=left)
        return value

    def counted_bytes(self) -> bytes:
        return self.take(self.count("bytes", 1))


def _read_tx(reader: _Reader, *, first: bool) -> _Walked:
    start, place = reader.at, reader.place
    version = reader.number(4, signed=True)
    segwit = reader.data[reader.at : reader.at + 2] == b"\x00\x01"
    if segwit:
        reader.take(2)
    inputs, coinbase_script = _read_inputs(reader)
    outputs, commitment = _read_outputs(reader)
    if not inputs or not outputs:
        raise EmptyTransaction(**place, what="outputs" if inputs else "inputs")
    body_end = reader.at
    witness = [_read_witness(reader) for _ in inputs] if segwit else []
    locktime = reader.number(4)
    whole = reader.data[start : reader.at]
    stripped = whole[:4] + whole[6 : body_end - start] + whole[-4:] if segwit else whole
    coinbase = inputs[0].txid == NO_TXID and inputs[0].vout == 0xFFFFFFFF and len(inputs) == 1
    if coinbase != first or (not coinbase and any(each.txid == NO_TXID for each in inputs)):
        raise CoinbaseMisplaced(**place)
    tx = Tx(
        txid=dsha(stripped),
        at=reader.origin.at + start,
        size=len(whole),
        weight=3 * len(stripped) + len(whole),
        version=version,
        locktime=locktime,
        segwit=segwit,
        coinbase=coinbase,
        inputs=() if coinbase else inputs,
        outputs=outputs,
    )
    reserved = witness[0][0] if coinbase and witness and len(witness[0]) == 1 else None
    return _Walked(tx, NO_TXID if coinbase else dsha(whole), coinbase_script, commitment, reserved)


def _read_inputs(reader: _Reader) -> tuple[tuple[TxIn, ...], bytes]:
    """Return the inputs and the first one's script, which in a coinbase holds the height."""
    found, first_script = [], b""
    for number in range(reader.count("inputs", 41)):
        txid, vout = reader.take(32), reader.number(4)
        script = reader.counted_bytes()
        first_script = first_script if number else script
        found.append(TxIn(txid, vout, reader.number(4)))
    return tuple(found), first_script


def _read_outputs(reader: _Reader) -> tuple[tuple[TxOut, ...], bytes | None]:
    """Return the outputs and the last witness commitment among them."""
    found, total, commitment = [], 0, None
    for _ in range(reader.count("outputs", 9)):
        place = reader.place
        value = reader.number(8, signed=True)
        total += value
        if not 0 <= value <= reader.max_money or total > reader.max_money:
            raise ValueOutOfRange(**place, value=value)
        script = reader.counted_bytes()
        if len(script) >= 38 and script.startswith(_COMMITMENT):
            commitment = script[6:38]
        found.append(TxOut(value, *classify(script)))
    return tuple(found), commitment


def _read_witness(reader: _Reader) -> list[bytes]:
    return [reader.counted_bytes() for _ in range(reader.count("witness parts", 1))]


def _check_witnesses(walked: list[_Walked], origin: Origin, header: Header) -> None:
    """The Merkle root does not cover witnesses; the coinbase's commitment does (BIP 141)."""
    first = walked[0]
    if first.commitment is not None and first.reserved is not None:
        root, _ = merkle_root([each.wtxid for each in walked])
        right = dsha(root + first.reserved) == first.commitment
    else:
        right = not any(each.tx.segwit for each in walked)
    if not right:
        raise WitnessMismatch(**origin._asdict(), block=shown(header.hash))


def _claimed_height(header: Header, script: bytes) -> int | None:
    """Read the height BIP 34 puts first into the coinbase, None in older blocks."""
    if header.version < 2 or not script:
        return None
    size = script[0]
    if 0x51 <= size <= 0x60:
        return size - 0x50
    if size == 0 or size > 5 or len(script) < 1 + size:
        return None
    height = int.from_bytes(script[1 : 1 + size], "little", signed=True)
    return height if 0 <= height < 1 << 31 else None


def source_digest(file_digests: list[str]) -> str:
    """One digest for a source of several files: SHA-256 over their hex digests, a line each."""
    return hashlib.sha256("".join(each + "\n" for each in file_digests).encode()).hexdigest()
