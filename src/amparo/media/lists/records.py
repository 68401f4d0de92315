"""Records of JSON lists that may be larger than memory, by the native reader: chunk in, batch out."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from amparo import _kernels
from amparo.base import AmparoError, Skipped
from amparo.media.errors import NotAHashList
from amparo.media.lists.entry import EntryBatch
from amparo.media.lists.errors import BrokenList, TruncatedList

CHUNK: Final = 256 * 1024
#: Bytes one record may have; a larger one is passed over and said.
RECORD_LIMIT: Final = 1 << 20
#: Bytes of stored lines that make a batch: small enough to stay in the cache of the processor.
BATCH_BYTES: Final = 1 << 20
_BATCH_SKIPS: Final = 10_000


def batches(stream: BinaryIO, *, record_limit: int = RECORD_LIMIT) -> Iterator[EntryBatch | Skipped]:
    """Read a document of the VICS shape as batches of stored entries."""
    for taken in _taken(stream, _kernels.RecordReader("value", record_limit)):
        yield from _said(taken)
        if taken["count"]:
            yield EntryBatch(taken["count"], taken["digests"], taken["lines"], taken["ends"])


def plain_records(
    stream: BinaryIO, list_key: str, *, record_limit: int = RECORD_LIMIT
) -> Iterator[tuple[int, str] | Skipped]:
    """Yield (number from 1, compact JSON text) of each object of the list `list_key`, or of a bare list.

    The members beside the list come last, as (0, text of an object).
    """
    reader = _kernels.RecordReader(list_key, record_limit)
    for taken in _taken(stream, reader):
        yield from _said(taken)
        yield from zip(taken["records"].tolist(), _lines(taken["lines"]), strict=True)
    yield 0, "{" + reader.head.decode() + "}"


def _taken(stream: BinaryIO, reader: _kernels.RecordReader) -> Iterator[dict[str, Any]]:
    """Feed `stream` to `reader`; raises the error that says where the document is at fault."""
    while chunk := stream.read(CHUNK):
        reader.feed(chunk)
        if reader.fault:
            raise _error(reader.fault)
        if reader.pending >= BATCH_BYTES or reader.pending_skips >= _BATCH_SKIPS:
            yield reader.take()
    reader.finish()
    if reader.fault:
        raise _error(reader.fault)
    yield reader.take()


def _lines(lines: bytes) -> list[str]:
    """Split at line feeds only: a text may hold other signs that end lines elsewhere."""
    return [line.decode() for line in lines.split(b"\n")[:-1]]


def _said(taken: dict[str, Any]) -> Iterator[Skipped]:
    for number, reason, detail in taken["skipped"]:
        yield Skipped(f"record {number}" if number else "beside the records", reason, detail)


def _error(fault: tuple[str, int, int, str]) -> AmparoError:
    kind, offset, records, why = fault
    if kind == "not-a-list":
        return NotAHashList(why=why)
    found: type[AmparoError] = TruncatedList if kind == "truncated" else BrokenList
    return found(offset=offset, records=records, why=why)


def json_object(text: str) -> dict[str, Any]:
    """Return the object that `text` holds, an empty one if it holds none. Numbers stay as they are written."""
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
