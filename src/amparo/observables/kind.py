"""What a kind is: it finds itself in text, checks each find, and knows one spelling for each value."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from amparo.observables.errors import NotThisKind
from amparo.observables.observable import Validity


class Hit(NamedTuple):
    """One checked find in a text: signs `start` to `end`. `shown` replaces the raw signs where they are secret."""

    start: int
    end: int
    value: str
    validity: Validity
    remarks: tuple[str, ...] = ()
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """`good`: raw -> value. `bad`: looks right, must be refused. `region`: the case's country, where it matters."""

    good: dict[str, str]
    bad: Sequence[str] = field(default=())
    region: str | None = None


class Kind(ABC):
    name: ClassVar[str]
    #: May equal values link two cases?
    matchable: ClassVar[bool] = True
    #: Longest find in signs: windows over a stream overlap by this much.
    longest: ClassVar[int] = 128

    @abstractmethod
    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        """Yield every checked find in `text`, in order. `region`: ISO 3166 country, for national phone numbers."""

    @abstractmethod
    def examples(self) -> Examples: ...

    def may_link(self, value: str) -> bool:
        """True if `value` found in two places is news (127.0.0.1 is not)."""
        return self.matchable

    def normalise(self, raw: str, region: str | None = None) -> str:
        """Return the value of `raw`, which must be one find and nothing else. Raises NotThisKind."""
        raw = raw.strip()
        for hit in self.find(raw, region):
            if (hit.start, hit.end) == (0, len(raw)):
                return hit.value
        raise NotThisKind(kind=self.name)


_LONG: Final = re.compile(r"[0-9A-Za-z]{14,128}")


@lru_cache(maxsize=2)
def long_tokens(text: str) -> tuple[tuple[int, str], ...]:
    """Return (start, token) of each run of 14 to 128 ASCII letters and digits. One pass serves many kinds."""
    found = []
    end = -1
    for match in _LONG.finditer(text):
        # A longer run comes in pieces; none of them stands alone.
        glued = match.start() == end
        end = match.end()
        after = text[end : end + 1]
        if not glued and not (after.isascii() and after.isalnum()):
            found.append((match.start(), match.group()))
    return tuple(found)


class TokenKind(Kind):
    """A kind whose values are runs of letters and digits with nothing beside them."""

    @abstractmethod
    def check(self, token: str) -> tuple[str, Validity, tuple[str, ...]] | None:
        """Return value, validity and remarks if `token` is one of these."""

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for start, token in long_tokens(text):
            checked = self.check(token)
            if checked is not None:
                yield Hit(start, start + len(token), *checked)
