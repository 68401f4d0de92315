"""EwfImage: the media inside one or more E01 segment files."""

import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from amparo.base import Progress, silent
from amparo.evidence.errors import ChunkDamaged, ImageBroken, ImagePartMissing
from amparo.evidence.ewf.headers import Volume, parse_bad_sectors, parse_hashes, parse_header, parse_volume
from amparo.evidence.ewf.segments import Section, in_order, read_sections
from amparo.evidence.ewf.tables import Table, parse_table
from amparo.evidence.media import Media
from amparo.evidence.verification import Digests, Verification, judge

_CACHED: Final = 64
_LONGEST_SECTION: Final = 512 * 1024 * 1024
_REPORTED: Final = 20
_QUIET: Final = {"header", "header2", "sectors", "next", "done"}


class EwfImage(Media):
    """Open `paths` (any order) as one medium.

    A damaged or cut image opens as far as it can be read; `problems` says what is wrong, in sentences. Raises
    ImageBroken if nothing of the media can be read. Memory: the tables (17 bytes a chunk) and 64 chunks.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        numbered = in_order(paths)
        self.name = numbered[0][1].name
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.stored: dict[str, str] = {}
        self.header: dict[str, str] = {}
        self.bad_sectors: list[dict[str, Any]] = []
        self.other_sections: list[str] = []
        self._volume: Volume | None = None
        self._tables: list[Table] = []
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._files: list[BinaryIO] = []
        try:
            self._load(numbered)
            self._measure()
        except BaseException:
            self.close()
            raise

    # ---------------------------------------------------------------- opening

    def _load(self, numbered: list[tuple[int, Path]]) -> None:
        ended = ""
        for expected, (number, path) in enumerate(numbered, 1):
            if number != expected:
                self.problems.append(f"segment {expected} is missing; found segment {number} in its place")
                break
            ended = self._load_segment(path)
            if ended == "":
                break
        if ended == "next" and len(self._files) == len(numbered):
            self.problems.append(f"segment {len(numbered) + 1} and what follows it are missing")
        if ended == "done" and len(self._files) < len(numbered):
            self.problems.append(f"segment {len(self._files)} says it is the last, but more were given")

    def _load_segment(self, path: Path) -> str:
        """Read one segment's sections; return "next", "done", or "" if it ends too early."""
        # Closed by close(): the chunks are read from it as long as the image lives.
        file = path.open("rb")
        self._files.append(file)
        sectors: tuple[int, int] | None = None
        wanted = False
        kind = ""
        for section in read_sections(file, path.name, self.problems):
            kind = section.kind
            if kind == "sectors":
                sectors, wanted = (section.start, section.end), True
            elif kind in {"table", "table2"} and wanted and sectors is not None:
                wanted = not self._add_table(section, file, path.name, sectors)
            else:
                self._add_facts(section, file, path.name)
        if wanted:
            self.problems.append(f"{path.name}: no usable table for the chunks at byte {sectors[0] if sectors else 0}")
        return kind if kind in {"next", "done"} else ""

    def _payload(self, section: Section, file: BinaryIO) -> bytes:
        file.seek(section.start)
        return file.read(min(section.end - section.start, _LONGEST_SECTION))

    def _add_table(self, section: Section, file: BinaryIO, name: str, sectors: tuple[int, int]) -> bool:
        table = parse_table(self._payload(section, file), len(self._files) - 1, sectors, self.warnings)
        if table is None:
            self.problems.append(f"{name}: the section {section.kind} at byte {section.start} is damaged")
            return False
        self._tables.append(table)
        return True

    def _add_facts(self, section: Section, file: BinaryIO, name: str) -> None:
        kind = section.kind
        if kind in {"header", "header2"}:
            found = parse_header(self._payload(section, file))
            if found is None:
                self.problems.append(f"{name}: the section {kind} is damaged")
            elif not self.header or kind == "header2":
                self.header = found
        elif kind in {"volume", "disk", "data"}:
            self._add_volume(parse_volume(self._payload(section, file)), f"{name}: the section {kind}")
        elif kind in {"hash", "digest"}:
            hashes = parse_hashes(kind, self._payload(section, file))
            self._add_hashes(hashes, f"{name}: the section {kind}")
        elif kind == "error2":
            sectors = parse_bad_sectors(self._payload(section, file))
            if sectors is None:
                self.problems.append(f"{name}: the section error2 is damaged")
            self.bad_sectors += sectors or []
        elif kind == "incomplete":
            self.problems.append(f"{name}: the acquisition was not finished (section incomplete)")
        elif kind == "table2":
            self._compare_table2(section, file, name)
        elif kind not in _QUIET:
            self.other_sections.append(kind)

    def _compare_table2(self, section: Section, file: BinaryIO, name: str) -> None:
        """`table` was used; its copy must say the same, or two readers could see two disks."""
        used = self._tables[-1] if self._tables else None
        if used is None:
            return
        copy = parse_table(self._payload(section, file), used.segment, (0, int(used.ends[-1])), [])
        if copy is None or len(copy.starts) != len(used.starts) or (copy.starts != used.starts).any():
            self.problems.append(f"{name}: table and table2 at byte {section.start} differ")

    def _add_volume(self, volume: Volume | None, what: str) -> None:
        if volume is None:
            self.problems.append(f"{what} is damaged")
        elif self._volume is None:
            self._volume = volume
        elif volume != self._volume:
            self.problems.append(f"{what} contradicts the first description of the media")

    def _add_hashes(self, hashes: dict[str, str] | None, what: str) -> None:
        if hashes is None:
            self.problems.append(f"{what} is damaged")
            return
        for name, digest in hashes.items():
            if self.stored.setdefault(name, digest) != digest:
                self.problems.append(f"{what} states another {name} than the image does elsewhere")

    def _measure(self) -> None:
        """The true length is that of the chunks, not the header's sector count (which drops an odd tail)."""
        if self._volume is None or not self._tables:
            why = "; ".join(self.problems[:3]) or "it holds no chunks"
            raise ImageBroken(name=self.name, why=why)
        self._chunk_size = self._volume.chunk_size
        self._firsts = [0]
        for table in self._tables:
            self._firsts.append(self._firsts[-1] + len(table.starts))
        self._chunks = self._firsts.pop()
        self.size = self._chunks * self._chunk_size
        complete = self._chunks == self._volume.chunks
        if not complete:
            self.problems.append(f"{self._chunks} of {self._volume.chunks} chunks are there")
        self._measure_last(complete)

    def _measure_last(self, complete: bool) -> None:
        volume = self._volume
        if volume is None or not complete:
            return
        stated = volume.sectors * volume.bytes_per_sector
        try:
            self.size += len(self._chunk(self._chunks - 1)) - self._chunk_size
        except ChunkDamaged as error:
            self.size = stated
            self.problems.append(f"the last chunk is damaged ({error.facts['why']}); the length is the stated one")
        if not stated <= self.size < stated + volume.bytes_per_sector:
            self.problems.append(f"the chunks hold {self.size} bytes, the header says {stated}")

    # ---------------------------------------------------------------- reading

    def read_at(self, offset: int, size: int) -> bytes:
        """Raises ChunkDamaged, and ImagePartMissing beyond what a cut image holds."""
        volume = self._volume
        if volume is not None and self.size <= offset < volume.sectors * volume.bytes_per_sector and size:
            raise ImagePartMissing(name=self.name, readable=self.size, offset=offset)
        end = min(offset + size, self.size)
        parts = []
        while offset < end:
            index, skip = divmod(offset, self._chunk_size)
            part = self._cached(index)[skip : skip + end - offset]
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def _cached(self, index: int) -> bytes:
        if index in self._cache:
            self._cache.move_to_end(index)
            return self._cache[index]
        chunk = self._cache[index] = self._chunk(index)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return chunk

    def _chunk(self, index: int) -> bytes:
        at = bisect_right(self._firsts, index) - 1
        table, row = self._tables[at], index - self._firsts[at]
        start, end = int(table.starts[row]), int(table.ends[row])
        if end - start > 2 * self._chunk_size + 1024:
            raise self._damaged(index, "its stored form is too long")
        file = self._files[table.segment]
        file.seek(start)
        stored = file.read(end - start)
        data = self._inflate(index, stored) if table.compressed[row] else self._plain(index, stored)
        if len(data) > self._chunk_size or (index < self._chunks - 1 and len(data) != self._chunk_size):
            raise self._damaged(index, f"it holds {len(data)} bytes")
        return data

    def _inflate(self, index: int, stored: bytes) -> bytes:
        inflater = zlib.decompressobj()
        try:
            data = inflater.decompress(stored, self._chunk_size + 1)
        except zlib.error as error:
            raise self._damaged(index, str(error)) from error
        if not inflater.eof or inflater.unused_data:
            raise self._damaged(index, "its compressed form does not end where it should")
        return data

    def _plain(self, index: int, stored: bytes) -> bytes:
        data = stored[:-4]
        if zlib.adler32(data) != int.from_bytes(stored[-4:], "little"):
            raise self._damaged(index, "its checksum fails")
        return data

    def _damaged(self, index: int, why: str) -> ChunkDamaged:
        start = index * self._chunk_size
        return ChunkDamaged(name=self.name, start=start, end=start + self._chunk_size - 1, why=why)

    def verify(self, progress: Progress = silent) -> Verification:
        """Read every chunk, check each, and compare the media's hashes with the stored ones."""
        digests = Digests()
        problems = list(self.problems)
        damaged = 0
        for index in range(self._chunks):
            try:
                data = self._chunk(index)
            except ChunkDamaged as error:
                damaged += 1
                data = bytes(min(self._chunk_size, self.size - index * self._chunk_size))
                if damaged <= _REPORTED:
                    problems.append(str(error))
            digests.update(data)
            progress(digests.size, self.size, "bytes")
        if damaged > _REPORTED:
            problems.append(f"{damaged} chunks are damaged; the first {_REPORTED} are listed")
        computed = digests.hex()
        return Verification(
            judge(self.stored, computed, tuple(problems)), self.stored, computed, digests.size, tuple(problems)
        )

    def facts(self) -> dict[str, Any]:
        """Canonical JSON values about the image, as it states them itself."""
        volume = self._volume
        sector_bytes = volume.sectors * volume.bytes_per_sector if volume else 0
        return {
            "segments": len(self._files),
            "size": self.size,
            "tail_bytes": max(0, self.size - sector_bytes),
            "chunk_size": self._chunk_size,
            "set_id": volume.set_id if volume else None,
            "stored_hashes": dict(self.stored),
            "acquisition": dict(self.header),
            "bad_sectors": list(self.bad_sectors),
            "other_sections": sorted(set(self.other_sections)),
            "problems": list(self.problems),
            "warnings": sorted(set(self.warnings)),
        }

    def close(self) -> None:
        while self._files:
            self._files.pop().close()
