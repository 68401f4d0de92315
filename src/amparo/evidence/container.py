"""Container: an opened exhibit, whatever form it came in; and ContainerFormat, which recognises one form."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from amparo.base import Blob, Progress, Skipped, silent
from amparo.decoders import Limits
from amparo.evidence.errors import ResumePointMissing
from amparo.evidence.item import Item
from amparo.evidence.media import Media
from amparo.evidence.verification import Verification


class Container(ABC):
    """One opened exhibit. Close it, or use it in a `with`; its items can be read only while it is open.

    `kind`: the format's name. `media`: the whole device, None where there is none (folder, archive).
    """

    kind: ClassVar[str]
    media: Media | None = None

    @property
    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """What the container says about itself: canonical JSON values."""

    @abstractmethod
    def verify(self, progress: Progress = silent) -> Verification:
        """Read all of it once; compare with the hashes it states. `progress` in bytes."""

    @abstractmethod
    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        """Yield all items, those inside archives too, in an order that never changes."""

    @abstractmethod
    def close(self) -> None: ...

    def walk(
        self, progress: Progress = silent, after: str | None = None, limits: Limits | None = None
    ) -> Iterator[Item | Skipped]:
        """Yield every item, archives inside items too (each right after its archive), and what was passed over.

        The order is always the same, so work that was stopped goes on with `after` = the path of the last item
        done. Raises ResumePointMissing if there is no such item. `progress` counts items.
        """
        count, waiting = 0, after is not None
        for found in self.found(limits or Limits()):
            if waiting:
                waiting = not (isinstance(found, Item) and found.path == after)
                continue
            yield found
            count += isinstance(found, Item)
            progress(count, None, "items")
        if waiting:
            raise ResumePointMissing(path=after)

    def whole(self) -> Blob | None:
        """Return the whole device as one blob ("@0"), for a search of every byte; None where there is none."""
        return self.media.blob("@0") if self.media is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Form:
    """An example: files to write into an empty folder (name -> bytes), and the paths of the items inside."""

    files: dict[str, bytes]
    open_names: tuple[str, ...]
    paths: tuple[str, ...]


class ContainerFormat(ABC):
    name: ClassVar[str]

    @abstractmethod
    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        """True if the exhibit at `paths` has this form; `head` are the first bytes of the first file."""

    @abstractmethod
    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        """Open it; `store` is the root of the write-once store, for forms that point into it."""

    @abstractmethod
    def examples(self) -> Sequence[Form]: ...
