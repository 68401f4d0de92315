"""What readers of statements give: transfers, opening balances, and problems that name file and line."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Final, NamedTuple

from amparo.base import Skipped, visible
from amparo.ledger.accounts import Opening, Transfer

if TYPE_CHECKING:
    from amparo.ledger.statements.profile import Profile

#: Longest piece of a foreign text that a problem repeats.
SHOWN: Final = 120


class Place(NamedTuple):
    file: str
    line: int  # from 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect of the statement. `expected` and `found` are for people. `grave`: sums or order can't be trusted.

    `lost`: the line was not booked. `reason` is a permanent short key.
    """

    place: Place
    reason: str
    expected: str = ""
    found: str = ""
    grave: bool = True
    lost: bool = False

    @property
    def skipped(self) -> Skipped:
        detail = f"{self.found} ({self.expected})" if self.expected else self.found
        return Skipped(str(self.place), self.reason, detail)

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.place.file,
            "line": self.place.line,
            "reason": self.reason,
            "expected": self.expected,
            "found": self.found,
            "grave": self.grave,
            "lost": self.lost,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Problem":
        place = Place(value["file"], value["line"])
        return cls(place, value["reason"], value["expected"], value["found"], value["grave"], value["lost"])


Read = Transfer | Opening | Problem


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says beside the file. None = the file says it, or an error asks for it.

    `account`, `currency`: of the statement. `ledger`: name of the book, else "bank:ACCOUNT" and the like. `service`:
    the exchange or operator. `zone`: of times without one. `first_day`, `last_day` (ISO): the range asked for.
    """

    profile: "Profile | None" = None
    account: str | None = None
    currency: str | None = None
    ledger: str | None = None
    service: str | None = None
    zone: str | None = None
    first_day: str | None = None
    last_day: str | None = None


class StatementExample(NamedTuple):
    data: bytes
    options: Options
    transfers: int
    problems: tuple[str, ...]  # reasons, in order


class StatementForm(ABC):
    """A form statements come in. `name` is permanent. Reading is one pass, or two where order must be known first."""

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes look like this form."""

    @abstractmethod
    def read(self, stream: BinaryIO, name: str, options: Options) -> Iterator[Read]:
        """Yield what `stream` (seekable, at 0) holds. `name` is the file's name. Raises L60x errors."""

    @abstractmethod
    def examples(self) -> list[StatementExample]:
        """Statements and what reading them gives, reproduced by a test."""


class Part(NamedTuple):
    """One payment of a line that books several at once; amounts of all parts add up to the line's."""

    amount: int
    ref: str
    remarks: str
    extra: Mapping[str, Any]


@dataclass(slots=True)
class Line:
    """One booked line of one account, before it is checked. `amount` > 0: money came in."""

    place: Place
    time: int
    precise: bool
    amount: int
    asset: str
    ref: str
    remarks: str = ""
    balance: int | None = None
    fee: int = 0
    kind: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


def piece(text: str) -> str:
    """A foreign text as a problem repeats it."""
    return visible(text if len(text) <= SHOWN else text[:SHOWN] + "…")
