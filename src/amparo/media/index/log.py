"""The log of a bank: what was added or withdrawn since the last merge, in the order it happened.

8 bytes "AMPLOG1\\n", then records, integers little-endian:
    u32 length of the payload, u32 the same with every bit turned, 8 bytes BLAKE2b of the payload, payload
    payload "E", u32 first entry, u32 how many, their stored lines      entries were added
    payload "W", u32 x n                                                entries were withdrawn
A record is whole or it is not there: a power cut leaves a cut tail, which is counted, not read, and cut off by the next
writer. Damage before the last record is an error, since what came after it could not be trusted.
"""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from amparo.media.errors import IndexDamaged

MAGIC: Final = b"AMPLOG1\n"
_HEAD: Final = 16
_BLOCK: Final = 1 << 20


class Added(NamedTuple):
    first: int
    lines: tuple[bytes, ...]


class Withdrawn(NamedTuple):
    refs: npt.NDArray[np.uint32]


class Tail(NamedTuple):
    """What reading a log to its end gave. `end`: where the last whole record ends. `dropped`: bytes after it."""

    records: list[Added | Withdrawn]
    end: int
    dropped: int


def added(first: int, lines: list[bytes]) -> bytes:
    return b"E" + np.array([first, len(lines)], "<u4").tobytes() + b"".join(lines)


def withdrawn(refs: npt.NDArray[np.uint32]) -> bytes:
    return b"W" + refs.astype("<u4").tobytes()


def framed(payload: bytes) -> bytes:
    lengths = np.array([len(payload), ~np.uint32(len(payload))], "<u4").tobytes()
    return lengths + blake2b(payload, digest_size=8).digest() + payload


def create(path: Path, records: list[bytes]) -> None:
    """Write a new log of `records` (payloads), safe on the disk."""
    with path.open("wb") as out:
        out.write(MAGIC)
        for payload in records:
            out.write(framed(payload))
        out.flush()
        os.fsync(out.fileno())


def append(path: Path, end: int, records: list[bytes]) -> None:
    """Write `records` at `end`, cutting off what a power cut left behind it."""
    with path.open("r+b") as out:
        out.truncate(end)
        out.seek(end)
        for payload in records:
            out.write(framed(payload))
        out.flush()
        os.fsync(out.fileno())


def read(path: Path, start: int = 0) -> Tail:
    """Read the records from `start` (0, or the end of an earlier reading). Raises IndexDamaged."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if start == 0:
                if stream.read(len(MAGIC)) != MAGIC:
                    raise IndexDamaged(file=path.name, why="it does not begin as a log does")
                start = len(MAGIC)
            stream.seek(start)
            records: list[Added | Withdrawn] = []
            for payload in _payloads(stream, size, path.name):
                records.append(_record(payload, path.name))
                start += _HEAD + len(payload)
            return Tail(records, start, size - start)
    except OSError as error:
        raise IndexDamaged(file=path.name, why=error.strerror or "it cannot be read") from error


def _payloads(stream: BinaryIO, size: int, name: str) -> Iterator[bytes]:
    while len(head := stream.read(_HEAD)) == _HEAD:
        length, turned = np.frombuffer(head[:8], "<u4").tolist()
        if length ^ turned != 0xFFFFFFFF:
            if _all_zero(stream):
                return  # half a head, in room that was given to the file before the power went
            raise IndexDamaged(file=name, why="the length of a record is changed")
        if length > size - stream.tell():
            return  # a tail that was being written when the power went
        payload = stream.read(length)
        if blake2b(payload, digest_size=8).digest() == head[8:]:
            yield payload
        elif stream.tell() >= size:
            return
        else:
            raise IndexDamaged(file=name, why="a record of it is changed")


def _all_zero(stream: BinaryIO) -> bool:
    while block := stream.read(_BLOCK):
        if any(block):
            return False
    return True


def _record(payload: bytes, name: str) -> Added | Withdrawn:
    kind, numbers = payload[:1], payload[1:]
    if kind == b"W" and len(numbers) % 4 == 0:
        return Withdrawn(np.frombuffer(numbers, "<u4"))
    if kind == b"E" and len(numbers) >= 8:
        first, count = np.frombuffer(numbers[:8], "<u4").tolist()
        lines = tuple(line + b"\n" for line in numbers[8:].split(b"\n")[:-1])
        if len(lines) == count:
            return Added(first, lines)
    raise IndexDamaged(file=name, why="it holds a record of a kind this version does not know")
