"""Signal: one kind of hash. Exact ones are made of the bytes, near ones of what the bytes show."""

import re
from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple, Protocol

_HEX = re.compile(r"[0-9a-f]+")


class Example(NamedTuple):
    data: bytes  # a whole file
    digest: str  # what the signal makes of it


class Running(Protocol):
    """A hash being made, as hashlib gives it."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


class Signal(ABC):
    """`name` is permanent: it heads list columns and stands in recipes. `octets`: bytes of a digest.

    `computed`: False where digests are only ever given by a list, stored and compared; no file is hashed with it.
    """

    name: ClassVar[str]
    octets: ClassVar[int]
    exact: ClassVar[bool]
    computed: ClassVar[bool] = True

    @abstractmethod
    def examples(self) -> list[Example]:
        """Published files and digests, reproduced by a test; where nothing is computed, digests of the right form."""

    def valid(self, digest: str) -> bool:
        """Whether `digest` is a lowercase hex digest of this signal."""
        return len(digest) == 2 * self.octets and _HEX.fullmatch(digest) is not None


class ByteSignal(Signal):
    """A hash of all the bytes: equal digests mean equal files, as far as the hash is sound."""

    exact = True

    @abstractmethod
    def start(self) -> Running:
        """Return a fresh running hash."""
