"""Exhibits opened again from the store: inspected, checked, walked item by item, one item found by its path."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple, cast
from uuid import UUID

from amparo.base import AmparoError, Blob, Progress, Skipped, silent, visible
from amparo.evidence import CONTAINERS, CatalogueRow, Container, Verification, open_container, read_catalogue
from amparo.evidence import Item as Found
from amparo.web.exhibits import allowances
from amparo.web.exhibits.catalogue import file_of
from amparo.web.exhibits.errors import CatalogueDiffers, ImageProblem, NoSuchItem
from amparo.web.exhibits.models import Exhibit, ExhibitFile, Item
from amparo.web.exhibits.problems import as_problem
from amparo.web.exhibits.storing import Kept, store_of

_KINDS: Final = {
    "folder": Exhibit.Kind.FOLDER,
    "zip": Exhibit.Kind.ZIP,
    "ewf": Exhibit.Kind.DISK_IMAGE,
    "raw": Exhibit.Kind.DISK_IMAGE,
}
_MANIFEST: Final = b'{"amparo-folder":'
#: Facts of a container that the exhibit keeps in places of their own.
_ELSEWHERE: Final = {"problems", "stored_hashes", "size", "manifest", "times"}


class Inspected(NamedTuple):
    kind: str
    facts: dict[str, Any]
    stored_hashes: dict[str, str]
    problems: list[dict[str, Any]]


def _open(agency_id: UUID, files: list[Kept] | list[ExhibitFile]) -> Container:
    """Open stored files. Only a folder that was deposited as one is read by its manifest: an uploaded file that looks
    like a manifest would name files of other cases."""
    store = store_of(agency_id)
    paths = [store.path(each.sha256) for each in files]
    if files[0].role != ExhibitFile.Role.MANIFEST and len(paths) == 1:
        with paths[0].open("rb") as stream:
            if stream.read(len(_MANIFEST)) == _MANIFEST:
                return CONTAINERS["file"].open(paths, None)
    return open_container(paths, store.root)


@contextmanager
def opened(exhibit: Exhibit) -> Iterator[Container]:
    """Open an exhibit; its items can be read inside the `with` only. Raises evidence errors."""
    with _open(exhibit.case.agency_id, list(exhibit.files.all())) as container:
        yield container


def inspect(agency_id: UUID, files: list[Kept]) -> Inspected:
    """Say what was stored, by its signature; a container that cannot be opened is a file with a problem."""
    try:
        with _open(agency_id, files) as container:
            facts = dict(container.facts)
            problems = [_named(ImageProblem(problem=each), files) for each in facts.get("problems", [])]
            stored = dict(facts.get("stored_hashes", {}))
            return Inspected(_KINDS.get(container.kind, Exhibit.Kind.FILE), _plain(facts), stored, problems)
    except AmparoError as error:
        return Inspected(Exhibit.Kind.FILE, {}, {}, [_named(error, files)])


def _named(error: AmparoError, files: list[Kept]) -> dict[str, Any]:
    """The problem with files under the names they came with; in the store they are named by their digests."""
    problem = as_problem(error)
    for each in files:
        problem["facts"] = {
            fact: text.replace(each.sha256, visible(each.name)) for fact, text in problem["facts"].items()
        }
    return problem


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as name -> text: groups are spread out, empty ones left out."""
    plain: dict[str, Any] = {}
    for name, value in facts.items():
        if name in _ELSEWHERE or value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            plain.update({f"{name}: {part}": str(each) for part, each in value.items() if each not in (None, "")})
        else:
            plain[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return plain


def check_media(exhibit: Exhibit, progress: Progress = silent) -> Verification:
    """Read the exhibit once and compare with the hashes it states. Raises evidence errors if it cannot be opened."""
    with opened(exhibit) as container:
        return container.verify(progress)


class Place(NamedTuple):
    """One item as a job meets it: its catalogue row, and its bytes, or the reason why they are not given."""

    number: int  # 1, 2 … over all rows of the catalogue: where a job that was stopped goes on after
    row: CatalogueRow
    blob: Blob | None
    closed: str | None  # "restricted", "outside-authorisation", "unviewed", or why it was not read

    @property
    def path(self) -> str:
        return self.row.path

    @property
    def mime(self) -> str:
        return self.row.type or ""

    @property
    def mtime(self) -> datetime | None:
        return self.row.modified.instant if self.row.modified else None


def open_places(
    exhibit: Exhibit,
    allowed: allowances.Allowance,
    *,
    after: int = 0,
    progress: Progress = silent,
    with_restricted: bool = False,
) -> Iterator[Place]:
    """Walk an exhibit beside its catalogue, from the row after number `after`; closed items come without bytes.

    Read each blob before asking for the next place. `with_restricted`: for a scan that only compares digests.
    Raises NotCataloguedYet, CatalogueDiffers if the two do not agree.
    """
    with opened(exhibit) as container:
        walk = enumerate(container.walk(), 1)
        for number, _ in islice(walk, after):
            progress(number, None, "items")
        for rows in listed_runs(exhibit, allowed, after=after, with_restricted=with_restricted):
            for each, (_, found) in zip(rows, walk, strict=False):
                yield _place(each, found, exhibit.number)


class Listed(NamedTuple):
    """One row of the catalogue. `closed`: why its item may not be looked at now, or was not read then; None = open."""

    number: int
    row: CatalogueRow
    closed: str | None


def listed_runs(
    exhibit: Exhibit, allowed: allowances.Allowance, *, after: int = 0, with_restricted: bool = False
) -> Iterator[list[Listed]]:
    """The catalogue's rows after number `after`, some hundreds at a time, without opening the exhibit.

    Raises NotCataloguedYet.
    """
    rows = read_catalogue(file_of(exhibit), offset=after)
    while batch := list(islice(rows, 256)):
        reasons = _reasons(exhibit, allowed, batch, with_restricted)
        yield [Listed(number, row, row.skipped or reasons.get(row.path)) for number, row in enumerate(batch, after + 1)]
        after += len(batch)


def _place(listed: Listed, found: Found | Skipped, exhibit: str) -> Place:
    path = found.what if isinstance(found, Skipped) else found.path
    if path != listed.row.path:
        raise CatalogueDiffers(exhibit=exhibit, listed=listed.row.path, found=path)
    readable = listed.closed is None and isinstance(found, Found)
    return Place(listed.number, listed.row, found.blob if readable else None, listed.closed)


def _reasons(
    exhibit: Exhibit, allowed: allowances.Allowance, rows: list[CatalogueRow], with_restricted: bool
) -> dict[str, str]:
    """path -> why it is closed, for the closed ones of one batch."""
    noted = {each.path: each for each in Item.objects.filter(exhibit=exhibit, path__in=[row.path for row in rows])}
    digests = set() if with_restricted else allowances.restricted_among([row.sha256 or "" for row in rows])
    reasons = {}
    for row in rows:
        item = noted.get(row.path)
        if not with_restricted and (row.sha256 in digests or (item is not None and item.is_restricted)):
            reasons[row.path] = "restricted"
        elif not allowed.covers(row.type or "", row.modified.instant if row.modified else None):
            reasons[row.path] = "outside-authorisation"
        elif allowances.is_unviewed(exhibit, item) and not allowed.unviewed:
            reasons[row.path] = "unviewed"
    return reasons


def item_blob(exhibit: Exhibit, path: str) -> Blob:
    """Return one item's bytes. It asks no rule: `rules.readable` and the actions do.

    Each `open()` walks to the item; asked in walk order, as a scan does, the walk of the same thread goes on where
    it was. `open()` raises NoSuchItem, evidence errors.
    """
    agency_id, number, pk = exhibit.case.agency_id, exhibit.number, exhibit.pk
    files = list(exhibit.files.all())

    def opener() -> BinaryIO:
        walker: _Walker | None = getattr(_LAST, "walker", None)
        if walker is None or walker.exhibit != pk:
            walker = _LAST.walker = _Walker(pk, number, lambda: _open(agency_id, files))
        found, session = walker.find(path)
        return cast(BinaryIO, _Held(found.blob.open(), session))

    return Blob(path, None, opener)


_LAST: Final = threading.local()


class _Session:
    """An open container that closes once neither its walker nor a stream of one of its items needs it."""

    def __init__(self, container: Container) -> None:
        self.walk = container.walk()
        weakref.finalize(self, container.close)


class _Walker:
    """One exhibit held open by one thread, and how far its walk is."""

    def __init__(self, exhibit: UUID, number: str, opener: Callable[[], Container]) -> None:
        self.exhibit, self._number = exhibit, number
        self._opener = opener
        self._restart()

    def _restart(self) -> None:
        self._session = _Session(self._opener())
        self._found: Found | None = None

    def find(self, path: str) -> tuple[Found, _Session]:
        if self._found is not None and self._found.path == path:
            return self._found, self._session
        for _ in range(2):
            for found in self._session.walk:
                if isinstance(found, Found) and found.path == path:
                    self._found = found
                    return found, self._session
            self._restart()  # it lies before where the walk was
        raise NoSuchItem(exhibit=self._number, path=path)


class _Held:
    """A stream that keeps its session for as long as it is read."""

    def __init__(self, stream: BinaryIO, session: _Session) -> None:
        self._stream, self._session = stream, session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __enter__(self) -> "_Held":
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()
