"""What a decoder is: it recognises wrapped bytes by their signature and lists what is inside."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from amparo.base import Blob, ObservedTime, Skipped
from amparo.decoders.limits import Budget


@dataclass(frozen=True, slots=True)
class Member:
    """One thing inside a wrapping.

    `step`: its part of the forensic path ("3", "GZIP-0"). `name`: escaped display name, None if the wrapping keeps
    none. `blob`: its bytes; its size is exact. `remarks`: "unsafe-name", "duplicate-name": read, but worth saying.
    """

    step: str
    name: str | None
    blob: Blob
    modified: ObservedTime | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """`wrapped` holds exactly one member whose bytes are `inside`."""

    wrapped: bytes
    inside: bytes


class Decoder(ABC):
    """A wrapping format. `members` never raises for bad bytes: it yields a Skipped with a reason, whose `what` is the
    step of one member, or empty for the wrapping as a whole."""

    name: ClassVar[str]
    #: Bytes `fits` wants to see from the start.
    head: ClassVar[int] = 512

    @abstractmethod
    def fits(self, head: bytes) -> bool:
        """True if bytes that start with `head` carry this format's signature."""

    @abstractmethod
    def members(self, blob: Blob, budget: Budget) -> Iterator[Member | Skipped]:
        """Yield what is inside, in stored order. `blob` must open seekable."""

    @abstractmethod
    def examples(self) -> Sequence[Example]: ...
