"""Load statement files into one account store: lines booked once, problems kept, statements compared."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from amparo.base import Progress, silent
from amparo.ledger.accounts import Asset, Opening, Transfer
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.statements.book import TOP
from amparo.ledger.statements.errors import NeedsProfile, StatementRefused, StatementUnreadable
from amparo.ledger.statements.forms import STATEMENTS, form_of
from amparo.ledger.statements.money import digits_of, shown
from amparo.ledger.statements.records import Options, Place, Problem, Read, StatementForm
from amparo.ledger.statements.report import KEPT, FileReport, StatementReport

HEAD: Final = 4096
#: Lines whose marks are kept to find those that two files both hold.
REMEMBERED: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class StatementFile:
    """`form`: a name in STATEMENTS, None = told by the file's beginning (a table with a profile else)."""

    path: Path
    form: str | None = None
    options: Options = field(default_factory=Options)


class StatementLoad(NamedTuple):
    store: AccountStore
    report: StatementReport


class _Key(NamedTuple):
    ledger: str
    account: str
    asset: str


def load_statements(
    folder: Path, files: Sequence[StatementFile], *, strict: bool = False, progress: Progress = silent
) -> StatementLoad:
    """Write a new store in `folder` from `files`, in the order of their first lines.

    `strict`: the first grave problem raises StatementRefused and nothing is stored. Raises L60x errors, L5xx of the
    store. Files that overlap are booked once (`in-other-file`); a hole between two is said (`opening-differs`).
    """
    loader = _Loader(strict=strict, progress=progress)
    ordered = sorted(files, key=_first_time)
    sources = [f"{each.path.name} sha256:{_sha256(each.path)}" for each in ordered]
    store = AccountStore.build(
        folder, loader.transfers(ordered), loader.openings(), loader.assets, sources=sources, progress=silent
    )
    report = StatementReport(tuple(loader.reports))
    report.write(folder)
    return StatementLoad(store, report)


def read_file(file: StatementFile) -> Iterator[Read]:
    """Read one file by its form. Raises NeedsProfile, StatementUnreadable and the form's errors."""
    form = form_for(file)
    try:
        with file.path.open("rb") as stream:
            yield from form.read(stream, file.path.name, file.options)
    except OSError as error:
        raise StatementUnreadable(path=file.path.name, why=error.strerror or type(error).__name__) from None


def form_for(file: StatementFile) -> StatementForm:
    """Raises UnknownEntry, NeedsProfile, StatementUnreadable."""
    if file.form is not None:
        return STATEMENTS[file.form]
    if file.options.profile is not None:
        return STATEMENTS["table"]
    try:
        with file.path.open("rb") as stream:
            found = form_of(stream.read(HEAD))
    except OSError as error:
        raise StatementUnreadable(path=file.path.name, why=error.strerror or type(error).__name__) from None
    if found is None:
        raise NeedsProfile(file=file.path.name)
    return found


class _Assets(dict[str, Asset]):
    """Filled while the lines are read; the store takes it before that, and takes it as it is."""

    def __bool__(self) -> bool:
        return True


class _Loader:
    def __init__(self, *, strict: bool, progress: Progress) -> None:
        self._strict, self._progress = strict, progress
        self.assets = _Assets()
        self.reports: list[FileReport] = []
        self._openings: dict[_Key, Opening] = {}
        self._reached: dict[_Key, int] = {}
        self._seen: OrderedDict[bytes, list[int]] = OrderedDict()  # mark -> file number, how often
        self._done = False

    def transfers(self, files: Iterable[StatementFile]) -> Iterator[Transfer]:
        total = 0
        for number, file in enumerate(files):
            one = _File(number, file)
            for each in read_file(file):
                if isinstance(each, Problem):
                    self._problem(one, each)
                elif isinstance(each, Opening):
                    one.openings.setdefault(_Key(each.ledger, each.account, each.asset), each)
                elif (booked := self._transfer(one, each)) is not None:
                    total += 1
                    if total % 10_000 == 0:
                        self._progress(total, None, "lines")
                    yield booked
            self._follow(one)
            self.reports.append(one.report())
        self._done = True

    def openings(self) -> Iterator[Opening]:
        """To be read after the transfers: only then is every opening known."""
        if not self._done:
            raise RuntimeError("openings were asked for before the transfers were read")
        yield from self._openings.values()

    def _problem(self, one: "_File", problem: Problem) -> None:
        if self._strict and problem.grave:
            raise StatementRefused(
                place=str(problem.place), reason=problem.reason, expected=problem.expected, found=problem.found
            )
        one.counts[problem.reason] += 1
        if len(one.problems) < KEPT:
            one.problems.append(problem)

    def _transfer(self, one: "_File", each: Transfer) -> Transfer | None:
        """The transfer in its place among all files; None if a file before holds the same line."""
        one.ledgers.setdefault(each.ledger)
        if each.asset not in self.assets:
            self.assets[each.asset] = Asset(_decimals(each), each.asset)
        known = self._known(one, each)
        for account, sign in ((each.sender, -1), (each.receiver, 1)):
            if account is not None:
                key = _Key(each.ledger, account, each.asset)
                one.sums[key] += sign * each.amount
                if not known:
                    one.added[key] += sign * each.amount
        if known:
            place = Place(*_place(each.source))
            self._problem(one, Problem(place, "in-other-file", "", each.ref, grave=False, lost=True))
            return None
        one.transfers += 1
        position = each.position
        return replace(each, position=position._replace(tx=position.tx + one.number * TOP))

    def _known(self, one: "_File", each: Transfer) -> bool:
        said = (
            each.ledger, each.time, each.asset, each.amount, each.sender, each.receiver, each.ref, each.remarks,
            each.position.log,
        )  # fmt: skip
        mark = hashlib.blake2b(repr(said).encode(), digest_size=12).digest()
        held = self._seen.get(mark)
        if held is not None and held[0] != one.number and held[1] > 0:
            held[1] -= 1
            return True
        if held is None or held[0] != one.number:
            self._seen[mark] = [one.number, 1]
        else:
            held[1] += 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _follow(self, one: "_File") -> None:
        """At a file's end: it must reach the same balance as all files so far do together."""
        for key, opening in one.openings.items():
            if key not in self._openings:
                self._openings[key] = opening
                self._reached[key] = opening.amount + one.added[key]
                continue
            expected = self._reached[key] + one.added[key]
            found = opening.amount + one.sums[key]
            self._reached[key] = found
            if expected != found:
                digits = digits_of(key.asset)
                texts = shown(expected, digits), shown(found, digits)
                self._problem(one, Problem(Place(*_place(opening.source)), "opening-differs", *texts))


class _File:
    """One file while it is loaded."""

    def __init__(self, number: int, file: StatementFile) -> None:
        self.number, self.file = number, file
        self.ledgers: dict[str, None] = {}
        self.openings: dict[_Key, Opening] = {}
        self.sums: Counter[_Key] = Counter()  # of every line
        self.added: Counter[_Key] = Counter()  # of the lines no other file holds
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self.transfers = 0

    def report(self) -> FileReport:
        path = self.file.path
        return FileReport(
            name=path.name,
            size=path.stat().st_size,
            sha256=_sha256(path),
            form=form_for(self.file).name,
            options=options_dict(self.file.options),
            ledgers=tuple(self.ledgers),
            transfers=self.transfers,
            counts=dict(self.counts),
            problems=tuple(self.problems),
        )


def options_dict(options: Options) -> dict[str, Any]:
    """What was said beside the file, without what was not."""
    plain = {name: getattr(options, name) for name in options.__slots__ if name != "profile"}
    found = {name: value for name, value in plain.items() if value is not None}
    return found | ({"profile": options.profile.as_dict()} if options.profile is not None else {})


def _decimals(transfer: Transfer) -> int:
    said = transfer.extra.get("decimals")
    return said if isinstance(said, int) else digits_of(transfer.asset)


def _place(source: str) -> tuple[str, int]:
    name, _, line = source.rpartition(":")
    return name, int(line)


def _first_time(file: StatementFile) -> int:
    return next((each.time for each in read_file(file) if isinstance(each, Transfer)), 0)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise StatementUnreadable(path=path.name, why=error.strerror or type(error).__name__) from None
