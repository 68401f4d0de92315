"""Registry: an explicit, ordered list of the things of one kind, found by name and never by scanning."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar, runtime_checkable

from amparo.base.errors import AmparoError, gettext_noop


class UnknownEntry(AmparoError):
    code = "A010"
    sentence = gettext_noop("There is no %(kind)s called %(name)s.")
    advice = gettext_noop("Choose one of: %(known)s.")
    exit_code = 2


@runtime_checkable
class Entry(Protocol):
    """What every registered thing has: a permanent name, and published examples a test reproduces."""

    @property
    def name(self) -> str: ...

    def examples(self) -> object: ...


T = TypeVar("T", bound=Entry)


class Registry(Generic[T]):
    """`SIGNALS = Registry("signal", Sha256(), Pdq())`: iterate in order, look up by name.

    Adding an entry = its module + its test + one line here. Names are permanent: they stand in recipes.
    """

    def __init__(self, kind: str, *entries: T) -> None:
        self.kind = kind
        self._entries = {entry.name: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise ValueError(f"two entries of the registry {kind!r} share a name")

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownEntry(kind=self.kind, name=name, known=", ".join(self._entries)) from None

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)
