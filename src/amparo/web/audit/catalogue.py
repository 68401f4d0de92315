"""Every action that can stand in a log, declared once with its human sentence."""

from typing import Final, NamedTuple


class Declared(NamedTuple):
    name: str
    sentence: str
    custody: bool  # written to the case's custody log, which a bundle carries


ACTIONS: Final[dict[str, Declared]] = {}


def declare(name: str, sentence: str, *, custody: bool = False) -> str:
    """Declare an action; `sentence` is what the history says ("sealed the exhibit"). Returns the name."""
    declared = Declared(name, sentence, custody)
    if ACTIONS.setdefault(name, declared) != declared:
        raise ValueError(f"the action {name!r} is declared twice")
    return name
