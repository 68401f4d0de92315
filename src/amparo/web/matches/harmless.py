"""Lists of harmless files, as a scan looks them up."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from amparo.media import Index, KnownGood
from amparo.media.lists.known_good import KNOWN_GOOD, OpenKnownGood
from amparo.web.matches.models import HashList

#: Forms that are looked up as they came, without an index of our own.
LOOKED_UP: Final[frozenset[str]] = frozenset(KNOWN_GOOD.names())


class Harmless:
    """Several lists as one: amparo.media's KnownGood."""

    def __init__(self, lists: Iterable[KnownGood]) -> None:
        self._lists = list(lists)

    def holds(self, *, md5: str, sha1: str, sha256: str) -> bool:
        return any(each.holds(md5=md5, sha1=sha1, sha256=sha256) for each in self._lists)

    def __bool__(self) -> bool:
        return bool(self._lists)


class _Listed:
    """An index of digests, asked whether it holds one of a file's. An exact digest is enough; the strongest first."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def holds(self, *, md5: str, sha1: str, sha256: str) -> bool:
        asked = (("sha256", sha256), ("sha1", sha1), ("md5", md5))
        return any(self._index.lookup(signal, digest) for signal, digest in asked)


@contextmanager
def opened(lists: Iterable[tuple[HashList, Path]]) -> Iterator[Harmless]:
    """The lists, each with its folder, open for the length of the `with`."""
    with ExitStack() as stack:
        yield Harmless([_open(stack, each, place) for each, place in lists])


def _open(stack: ExitStack, each: HashList, place: Path) -> KnownGood:
    if each.format in LOOKED_UP:
        return stack.enter_context(open_known_good(each.format, place / each.format))
    return _Listed(Index.open(place))


def open_known_good(form: str, path: Path) -> OpenKnownGood:
    """Open a file that is looked up as it came. Raises NotKnownGood."""
    return KNOWN_GOOD[form].open(path)
