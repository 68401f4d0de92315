"""What a scan saw of every item, kept: so that a list that comes later is matched without reading the media again.

One row an item, in walk order, in Parquet. While a scan works its rows go to numbered parts; a part is complete or
not there, and whoever was killed goes on after the parts that it counted as its own. `finish` joins them to one file
whose bytes do not depend on where the parts were cut.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from amparo.base import Skipped, canonical
from amparo.media.errors import SignaturesDamaged
from amparo.media.hashes import CameraFacts, Hashes, PdqHash
from amparo.media.video_hash import VideoHash

FILE: Final = "signatures.parquet"
_PARTS: Final = "parts"
#: Rows of a group, of which readers hold one in memory.
_GROUP: Final = 5000
_SKIP: Final = pa.struct([("reason", pa.string()), ("detail", pa.string())])
SCHEMA: Final = pa.schema(
    [
        ("number", pa.int64()), ("path", pa.string()), ("size", pa.int64()),
        ("md5", pa.binary(16)), ("sha1", pa.binary(20)), ("sha256", pa.binary(32)),
        ("pdq", pa.binary()),  # the hash of each of VARIANTS, joined
        ("quality", pa.uint8()), ("decoder", pa.string()), ("notes", pa.list_(pa.string())), ("not_pictured", _SKIP),
        ("camera", pa.string()), ("video", pa.string()),  # JSON with sorted keys
        ("known_good", pa.bool_()), ("unread", _SKIP),
    ],
    metadata={"amparo": "signatures", "version": "1"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """One item as a scan saw it.

    `number`: its place in the walk, from 1. `path`: its forensic path. `hashes` None: it could not be read, `unread`
    says why. `known_good`: a list of harmless files holds it, so what it shows was not looked at.
    """

    number: int
    path: str
    hashes: Hashes | None
    unread: Skipped | None = None
    known_good: bool = False


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """`sha256`: of the finished file."""

    rows: int
    sha256: str


class SignatureWriter:
    """Writes the signatures of one scan into `folder`. `parts`: how many parts of an earlier run are to be kept.

    A caller stores the number that `write` returns together with its own results; what was written after that is
    dropped when it goes on.
    """

    def __init__(self, folder: Path, parts: int = 0) -> None:
        self.folder = folder
        self.parts = parts
        self._place = folder / _PARTS
        self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(self._place.iterdir()):
            if path.suffix != ".parquet" or int(path.stem) > parts:
                path.unlink()

    def write(self, signatures: Iterable[Signature]) -> int:
        """Write one more part, on the disk when this returns. Returns how many there are. Raises OSError."""
        path = self._part(self.parts + 1)
        partial = path.with_suffix(".partial")
        table = pa.Table.from_pylist([_plain(each) for each in signatures], SCHEMA)
        pq.write_table(table, partial, compression="zstd")
        _publish(partial, path)
        self.parts += 1
        return self.parts

    def finish(self) -> SignatureReport:
        """Join the parts. Raises SignaturesDamaged if one is missing or cut, OSError. The parts stay: see `forget`."""
        path = self.folder / FILE
        partial = path.with_suffix(".partial")
        rows = 0
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
            for table in _regrouped(self._tables()):
                writer.write_table(table, row_group_size=_GROUP)
                rows += table.num_rows
        _publish(partial, path)
        return SignatureReport(rows, _sha256(path))

    def forget_parts(self) -> None:
        """Remove the parts, once the caller has kept what `finish` returned."""
        shutil.rmtree(self._place, ignore_errors=True)

    def _part(self, number: int) -> Path:
        return self._place / f"{number:08d}.parquet"

    def _tables(self) -> Iterator[pa.Table]:
        for number in range(1, self.parts + 1):
            yield _read(self._part(number))


def read_signatures(folder: Path, *, after: int = 0, sha256: str | None = None) -> Iterator[Signature]:
    """Yield the signatures of a finished scan in walk order, those whose `number` is greater than `after`.

    `sha256`: compare the file with it first. Memory: one group of rows. Raises SignaturesDamaged, which names the file.
    """
    path = folder / FILE
    if sha256 is not None and _sha256(path) != sha256:
        raise SignaturesDamaged(file=path.name, why="its SHA-256 is not the one in the log")
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                for value in file.read_row_group(group).to_pylist():
                    if value["number"] > after:
                        yield _signature(value)
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise SignaturesDamaged(file=path.name, why=str(error)) from error


def _regrouped(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of _GROUP, however they were cut before."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) >= _GROUP:
            joined = pa.concat_tables(waiting)
            whole = joined.num_rows - joined.num_rows % _GROUP
            yield from (joined.slice(start, _GROUP).combine_chunks() for start in range(0, whole, _GROUP))
            waiting = [joined.slice(whole)]
    if any(each.num_rows for each in waiting):
        yield pa.concat_tables(waiting).combine_chunks()


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path, schema=SCHEMA)
    except (pa.ArrowException, OSError) as error:
        raise SignaturesDamaged(file=path.name, why=str(error)) from error


def _publish(partial: Path, path: Path) -> None:
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SignaturesDamaged(file=path.name, why=error.strerror or str(error)) from error


def _plain(each: Signature) -> dict[str, Any]:
    row: dict[str, Any] = {"number": each.number, "path": each.path, "known_good": each.known_good}
    row["unread"] = _skip_row(each.unread)
    hashes = each.hashes
    if hashes is None:
        return row
    row |= {"size": hashes.size, "not_pictured": _skip_row(hashes.skipped)}
    row |= {name: bytes.fromhex(getattr(hashes, name)) for name in ("md5", "sha1", "sha256")}
    if hashes.pdq is not None:
        row |= {"quality": hashes.pdq.quality, "decoder": hashes.pdq.decoder, "notes": list(hashes.pdq.notes)}
        row["pdq"] = b"".join(bytes.fromhex(variant) for variant in hashes.pdq.variants)
    row["camera"] = json.dumps(asdict(hashes.camera), sort_keys=True) if hashes.camera else None
    row["video"] = canonical(hashes.video.as_dict()) if hashes.video else None
    return row


def _signature(value: Mapping[str, Any]) -> Signature:
    path = value["path"]
    return Signature(
        number=value["number"],
        path=path,
        hashes=None if value["sha256"] is None else _hashes(value),
        unread=_skip(path, value["unread"]),
        known_good=value["known_good"],
    )


def _hashes(value: Mapping[str, Any]) -> Hashes:
    return Hashes(
        size=value["size"],
        md5=value["md5"].hex(),
        sha1=value["sha1"].hex(),
        sha256=value["sha256"].hex(),
        pdq=_pdq(value) if value["pdq"] is not None else None,
        skipped=_skip(value["path"], value["not_pictured"]),
        camera=_camera(value["camera"]) if value["camera"] else None,
        video=VideoHash.from_dict(json.loads(value["video"])) if value["video"] else None,
    )


def _pdq(value: Mapping[str, Any]) -> PdqHash:
    joined = value["pdq"].hex()
    variants = tuple(joined[at : at + 64] for at in range(0, len(joined), 64))
    return PdqHash(variants[0], value["quality"], variants, value["decoder"], tuple(value["notes"]))


def _camera(text: str) -> CameraFacts:
    value = json.loads(text)
    gps = value.pop("gps")
    return CameraFacts(**value, gps=tuple(gps) if gps else None)


def _skip_row(skipped: Skipped | None) -> dict[str, str] | None:
    return None if skipped is None else {"reason": skipped.reason, "detail": skipped.detail}


def _skip(path: str, value: Mapping[str, str] | None) -> Skipped | None:
    return None if value is None else Skipped(path, value["reason"], value["detail"])
