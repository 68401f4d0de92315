"""Errors a person meets: a code, one translatable sentence with named facts, and what to do next."""

from collections.abc import Mapping
from typing import ClassVar


def gettext_noop(message: str) -> str:
    """Mark `message` for the message catalogue; engines never translate, `web` and `cli` do."""
    return message


class AmparoError(Exception):
    """Base of every error that a user may see.

    Subclasses give `code` (one letter for the room, three digits), `sentence` with %(named)s facts and
    `advice`, both wrapped in `gettext_noop`. Raise with the facts as keywords.
    """

    code: ClassVar[str] = "A000"
    sentence: ClassVar[str] = gettext_noop("Something went wrong.")
    advice: ClassVar[str] = gettext_noop("Try again; if it happens again, give your administrator this code.")
    #: Exit code of the command line: 1 a check failed, 2 wrong use, 3 the outside world.
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(self.sentence % facts if facts else self.sentence)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence % self.facts if self.facts else self.sentence}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), dict(self.facts)))


def _rebuild(kind: type[AmparoError], facts: dict[str, object]) -> AmparoError:
    return kind(**facts)


class WrongUse(AmparoError):
    """The caller asked for something that does not exist or does not fit."""

    code = "A001"
    sentence = gettext_noop("%(what)s")
    advice = gettext_noop("Check what you typed; --help shows what is possible.")
    exit_code = 2


class OutsideWorld(AmparoError):
    """A file, disk or service outside Amparo did not do its part."""

    code = "A002"
    sentence = gettext_noop("%(what)s")
    advice = gettext_noop("Check that the file or service is there and can be read, then try again.")
    exit_code = 3
