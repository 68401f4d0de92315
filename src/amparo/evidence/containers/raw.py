"""Raw disk images: the device's bytes and nothing else, in one file or split (.000 .001 …, .001 .002 …)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from amparo.base import Progress, Skipped, silent
from amparo.decoders import Limits
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.filesystem import has_file_system, items_on
from amparo.evidence.item import Item
from amparo.evidence.media import JoinedFiles
from amparo.evidence.nested import with_members
from amparo.evidence.sniff import sniff
from amparo.evidence.verification import Digests, State, Verification

_CHUNK: Final = 1024 * 1024
_SECTOR: Final = 512


class RawContainer(Container):
    kind = "raw"

    def __init__(self, media: JoinedFiles, files: int) -> None:
        self.media: JoinedFiles = media
        self._count = files

    @property
    def facts(self) -> dict[str, Any]:
        return {"segments": self._count, "size": self.media.size, "tail_bytes": self.media.size % _SECTOR}

    def verify(self, progress: Progress = silent) -> Verification:
        digests = Digests()
        while data := self.media.read_at(digests.size, _CHUNK):
            digests.update(data)
            progress(digests.size, self.media.size, "bytes")
        return Verification(State.ABSENT, {}, digests.hex(), digests.size)

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        yield from with_members(items_on(self.media), limits)

    def close(self) -> None:
        self.media.close()


class Raw(ContainerFormat):
    """Recognised by the partition table or file system on it, or by being one of several numbered pieces."""

    name = "raw"

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        if len(paths) > 1:
            return True
        pieces = _pieces(paths[0])
        if len(pieces) > 1:
            return True
        if not paths[0].is_file() or paths[0].stat().st_size < 2 * _SECTOR or sniff(head) is not None:
            return False
        media = JoinedFiles(pieces)
        try:
            return has_file_system(media)
        finally:
            media.close()

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        pieces = _pieces(paths[0]) if len(paths) == 1 else list(paths)
        return RawContainer(JoinedFiles(pieces), len(pieces))

    def examples(self) -> Sequence[Form]:
        return [Form({"a.001": b"ab", "a.002": b"cd"}, ("a.001",), ("@0",))]


def _pieces(first: Path) -> list[Path]:
    """Return `first` and the numbered files that follow it without a gap, if it is the first of its kind."""
    number = first.suffix[1:]
    pieces = [first]
    if number not in {"0", "00", "000", "0000", "1", "01", "001", "0001"} or len(number) < 2:
        return pieces
    while (following := first.with_suffix(f".{int(number) + len(pieces):0{len(number)}}")).is_file():
        pieces.append(following)
    return pieces
