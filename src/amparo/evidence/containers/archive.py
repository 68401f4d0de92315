"""An archive as an exhibit: "@0" is the archive itself, "0", "1" … or "GZIP-0" what is in it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from amparo.base import Blob, Progress, Skipped, silent
from amparo.decoders import Decoder, Limits
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.containers.plain import hash_blob
from amparo.evidence.item import Item
from amparo.evidence.nested import members_of
from amparo.evidence.verification import State, Verification


class ArchiveContainer(Container):
    def __init__(self, path: Path, decoder: Decoder) -> None:
        self.kind = decoder.name  # type: ignore[misc]  # one class, a kind an instance
        self._blob = Blob.from_path(path, path.name)

    @property
    def facts(self) -> dict[str, Any]:
        return {"size": self._blob.size}

    def verify(self, progress: Progress = silent) -> Verification:
        digests = hash_blob(self._blob, progress)
        return Verification(State.ABSENT, {}, digests.hex(), digests.size)

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        """The archive's own bytes are an item too, as those of archives inside it are: a document may be known."""
        whole = Item("@0", "@0", self._blob.size or 0, self._blob)
        yield whole
        for found in members_of(replace(whole, path="", display=""), limits):
            if isinstance(found, Skipped):
                yield found._replace(what=found.what.removeprefix("|") or "@0")
            else:
                yield replace(found, path=found.path[1:], display=found.display[1:])

    def close(self) -> None:
        """Nothing is held open."""


class Archive(ContainerFormat):
    def __init__(self, decoder: Decoder) -> None:
        self.name = decoder.name  # type: ignore[misc]
        self._decoder = decoder

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        return len(paths) == 1 and self._decoder.fits(head)

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        return ArchiveContainer(paths[0], self._decoder)

    def examples(self) -> Sequence[Form]:
        first = "0" if self.name in {"zip", "tar"} else f"{self.name.upper()}-0"
        return [Form({"a": example.wrapped}, ("a",), ("@0", first)) for example in self._decoder.examples()]
