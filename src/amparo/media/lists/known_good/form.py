"""What a list of harmless files can be asked, and what a form of such a list is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol


class KnownGood(Protocol):
    """All that a scan asks: is a file with these digests (lowercase hex) listed?"""

    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool: ...


class OpenKnownGood(ABC):
    """An open list; use it in a `with`. Safe to share between threads.

    `count`: how many files it says it lists, about. `false_rate`: share of unlisted files it holds all the same.
    """

    count: int
    false_rate: float = 0.0

    @abstractmethod
    def holds(self, *, md5: str | None = None, sha1: str | None = None, sha256: str | None = None) -> bool:
        """Whether a file with these digests is listed, by the strongest digest the list can be searched by.

        Raises NotKnownGood where the list turns out to be damaged.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> "OpenKnownGood":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class GoodExample(NamedTuple):
    data: bytes  # a whole list file
    listed: Mapping[str, str]  # digests of a file it holds
    unlisted: Mapping[str, str]  # digests of one it does not


class KnownGoodForm(ABC):
    """A form such lists come in. `name` is permanent, and what `detect` calls it."""

    name: ClassVar[str]

    @abstractmethod
    def open(self, path: Path) -> OpenKnownGood:
        """Open the list at `path`. Raises NotKnownGood."""

    @abstractmethod
    def examples(self) -> list[GoodExample]:
        """Made-up lists and what they hold, reproduced by a test."""
