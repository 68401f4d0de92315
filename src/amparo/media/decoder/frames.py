"""The talk between us and the decoder process: a length, a JSON header, and as many bytes as it announces."""

import json
import struct
from typing import Any, BinaryIO, Final

_LENGTH: Final = struct.Struct(">I")
MAX_HEADER: Final = 1 << 16


class BrokenPipe(Exception):
    """The other side ended in the middle of a frame, or sent what is no frame."""


def send(stream: BinaryIO, header: dict[str, Any], payload: bytes = b"") -> None:
    """Write one frame. Raises OSError if nobody reads any more."""
    head = json.dumps({**header, "size": len(payload)}).encode()
    stream.write(_LENGTH.pack(len(head)) + head)
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO, limit: int) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame whose payload is at most `limit` bytes; None at a clean end. Raises BrokenPipe."""
    length = stream.read(_LENGTH.size)
    if not length:
        return None
    if len(length) < _LENGTH.size or (size := _LENGTH.unpack(length)[0]) > MAX_HEADER:
        raise BrokenPipe
    try:
        header = json.loads(_exactly(stream, size))
    except ValueError as error:
        raise BrokenPipe from error
    if not isinstance(header, dict) or not isinstance(header.get("size"), int) or not 0 <= header["size"] <= limit:
        raise BrokenPipe
    return header, _exactly(stream, header["size"])


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BrokenPipe
    return data
