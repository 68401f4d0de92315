"""E01 disk images, in one or more segment files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from amparo.base import Progress, Skipped, silent
from amparo.decoders import Limits
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.ewf import EwfImage, ewf_bytes, find_segments, is_ewf
from amparo.evidence.ewf.segments import refuse_other_forms
from amparo.evidence.filesystem import items_on
from amparo.evidence.item import Item
from amparo.evidence.nested import with_members
from amparo.evidence.verification import Verification


class EwfContainer(Container):
    kind = "ewf"

    def __init__(self, image: EwfImage) -> None:
        self.media: EwfImage = image

    @property
    def facts(self) -> dict[str, Any]:
        return self.media.facts()

    def verify(self, progress: Progress = silent) -> Verification:
        return self.media.verify(progress)

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        for problem in self.media.problems:
            yield Skipped(self.media.name, "image-problem", problem)
        yield from with_members(items_on(self.media), limits)

    def close(self) -> None:
        self.media.close()


class Ewf(ContainerFormat):
    """One path: the segments beside it are found by name. Several: all of them, ordered by their own numbers."""

    name = "ewf"

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        refuse_other_forms(paths[0].name, head)
        return is_ewf(head)

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        return EwfContainer(EwfImage(find_segments(paths[0]) if len(paths) == 1 else paths))

    def examples(self) -> Sequence[Form]:
        return [Form({"a.E01": ewf_bytes(b"hello" * 300)}, ("a.E01",), ("@0",))]
