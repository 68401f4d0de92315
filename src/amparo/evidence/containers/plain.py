"""Any other file: one item, its own bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from amparo.base import Blob, Progress, Skipped, silent
from amparo.decoders import Limits
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.item import Item
from amparo.evidence.nested import with_members
from amparo.evidence.verification import Digests, State, Verification

_CHUNK: Final = 1024 * 1024


class PlainContainer(Container):
    """Its one item is called "@0", because a stored file has no name of its own."""

    kind = "file"

    def __init__(self, path: Path) -> None:
        self._blob = Blob.from_path(path, "@0")

    @property
    def facts(self) -> dict[str, Any]:
        return {"size": self._blob.size}

    def verify(self, progress: Progress = silent) -> Verification:
        digests = hash_blob(self._blob, progress)
        return Verification(State.ABSENT, {}, digests.hex(), digests.size)

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        yield from with_members([Item("@0", "@0", self._blob.size or 0, self._blob)], limits)

    def close(self) -> None:
        """Nothing is held open."""


def hash_blob(blob: Blob, progress: Progress = silent) -> Digests:
    """Read `blob` once. Raises what its stream raises."""
    digests = Digests()
    with blob.open() as stream:
        while data := stream.read(_CHUNK):
            digests.update(data)
            progress(digests.size, blob.size, "bytes")
    return digests


class Plain(ContainerFormat):
    name = "file"

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        return len(paths) == 1 and paths[0].is_file()

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        return PlainContainer(paths[0])

    def examples(self) -> Sequence[Form]:
        return [Form({"a.txt": b"hello"}, ("a.txt",), ("@0",)), Form({"empty": b""}, ("empty",), ("@0",))]
