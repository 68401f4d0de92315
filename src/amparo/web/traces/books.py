"""Books of accounts: how an item of an exhibit may be read, what reading it would give, and where the store lies."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from amparo.base import Blob, Progress, gettext_noop
from amparo.ledger.accounts import Asset, Transfer
from amparo.ledger.accounts.store import AccountStore
from amparo.ledger.accounts.tron import KNOWN_ASSETS, read_tron_table
from amparo.ledger.statements import (
    Guess,
    Options,
    Problem,
    StatementFile,
    form_of,
    guess_profile,
    load_statements,
    profile_from,
    profiles,
    read_file,
)
from amparo.ledger.statements.guess import SAMPLE
from amparo.ledger.statements.money import digits_of
from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.exhibits.models import Item
from amparo.web.traces.errors import TooLarge
from amparo.web.traces.models import Book, BookFile

TRON: Final = "tron-table"
#: A statement larger than this is cut by whoever exported it, or read on the command line.
LARGEST: Final = 512 * 1024 * 1024
SHOWN: Final = 20
_COPY: Final = 1 << 20

#: What the form of a file is called on pages.
FORM_WORDS: Final[dict[str, str]] = {
    "camt053": gettext_noop("bank statement (CAMT.053)"),
    "mt940": gettext_noop("bank statement (MT940)"),
    "goaml": gettext_noop("goAML report"),
    "exchange": gettext_noop("records of an exchange"),
    "transactions": gettext_noop("table of transactions"),
    "table": gettext_noop("table of a bank or of mobile money"),
    TRON: gettext_noop("TRON transfers (table)"),
}


class Reading(NamedTuple):
    """How a file could be read. `form` None: nobody knows; a person chooses a profile from `guesses` or all."""

    form: str | None
    guesses: tuple[Guess, ...]


class Preview(NamedTuple):
    """The first lines as they would be booked, and what is wrong so far."""

    lines: list[dict[str, str]]
    problems: list[dict[str, Any]]


def store_of_book(book: Book) -> AccountStore:
    return AccountStore.open(folder("ledger") / book.folder)


def how_to_read(blob: Blob) -> Reading:
    """Look at the beginning of an item."""
    sample = blob.read(SAMPLE)
    if _is_tron(sample):
        return Reading(TRON, ())
    found = form_of(sample[:4096])
    return Reading(found.name, ()) if found is not None else Reading(None, guess_profile(sample))


def _is_tron(sample: bytes) -> bool:
    head = sample[:4096]
    return b'"token_info"' in head or (b'"raw_data"' in head and b'"txID"' in head)


def options_of(asked: Mapping[str, Any]) -> Options:
    """What a person said beside the file. Raises BadProfile."""
    profile = asked.get("profile")
    if isinstance(profile, str):
        profile = profiles()[profile].as_dict() if profile in profiles() else None
    return Options(
        profile=profile_from(profile) if profile else None,
        **{
            name: asked.get(name) or None
            for name in ("account", "currency", "ledger", "service", "zone", "first_day", "last_day")
        },
    )


def preview(blob: Blob, name: str, form: str, options: Options) -> Preview:
    """The first lines of a copy that is gone afterwards. Raises the reader's errors."""
    with tempfile.TemporaryDirectory(dir=folder("ledger")) as place:
        path = copy(blob, Path(place), name)
        assets: dict[str, Asset] = {}
        lines, problems = [], []
        reading = read_tron_table(path, assets) if form == TRON else read_file(StatementFile(path, form, options))
        for each in islice(reading, 2_000):
            if isinstance(each, Transfer) and len(lines) < SHOWN:
                lines.append(line_of(each, assets))
            elif isinstance(each, Problem) and len(problems) < SHOWN:
                problems.append(each.as_dict())
        return Preview(lines, problems)


def copy(blob: Blob, place: Path, name: str) -> Path:
    """A copy under a plain name: readers say that name with the line, so it is the item's own as far as it is safe."""
    plain = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name)[-80:].lstrip(".") or "file"
    path = place / plain
    left = LARGEST
    with blob.open() as stream, path.open("wb") as out:
        while chunk := stream.read(min(_COPY, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise TooLarge(name=plain, limit=LARGEST // 2**20)
            out.write(chunk)
    return path


def name_of(item: Item) -> str:
    """The file name of an item as pages show it, without its folders: readers tell some forms by its ending."""
    return str(item.display).rpartition("/")[2]


def build(book: Book, files: Sequence[tuple[BookFile, Path]], progress: Progress) -> dict[str, Any]:
    """Build the book's store from copies of its files; return facts and problems for its page."""
    place = folder("ledger") / book.folder
    tron = [path for file, path in files if file.reader == TRON]
    if tron:
        return _build_tron(place, tron, progress)
    asked = [StatementFile(path, file.reader, options_of(file.profile)) for file, path in files]
    loaded = load_statements(place, asked, progress=progress)
    problems = [problem.as_dict() for file in loaded.report.files for problem in file.problems]
    lines = {report.sha256: report.transfers for report in loaded.report.files}
    return {"facts": facts_of(loaded.store), "problems": problems[:2000], "count": len(problems), "lines": lines}


def _build_tron(place: Path, paths: Sequence[Path], progress: Progress) -> dict[str, Any]:
    """All tables of transfers on TRON make one book; a transfer that two of them hold counts once."""
    assets = dict(KNOWN_ASSETS)  # filled further while the rows are read

    def transfers() -> Iterator[Transfer]:
        seen = set()
        for path in paths:
            for each in read_tron_table(path, assets):
                if (each.position, each.asset) not in seen:
                    seen.add((each.position, each.asset))
                    yield each
                    progress(len(seen), None, gettext("lines"))

    store = AccountStore.build(place, transfers(), (), assets, sources=[path.name for path in paths])
    return {"facts": facts_of(store), "problems": [], "count": 0, "lines": {}}


def facts_of(store: AccountStore) -> dict[str, Any]:
    """What a book's page says first; canonical values."""
    return {
        "digest": store.data_digest,
        "ledgers": list(store.ledgers),
        "transfers": len(store),
        "assets": {
            name: {"decimals": asset.decimals, "symbol": asset.symbol or name} for name, asset in store.assets.items()
        },
        "first": _day(store.time(0)) if len(store) else None,
        "last": _day(store.time(len(store) - 1)) if len(store) else None,
    }


def line_of(transfer: Transfer, assets: Mapping[str, Asset]) -> dict[str, str]:
    """A transfer as a row: day, from, to, amount with its asset, reference, words, file and line."""
    return {
        "time": when(transfer.time, precise=transfer.precise),
        "sender": transfer.sender or "",
        "receiver": transfer.receiver or "",
        "amount": money(transfer.amount, transfer.asset, assets),
        "kind": transfer.kind.value,
        "ref": transfer.ref,
        "remarks": transfer.remarks,
        "source": transfer.source,
        "key": f"{transfer.ledger}@{':'.join(map(str, transfer.position))}",
    }


def money(amount: int, asset: str, assets: Mapping[str, Asset]) -> str:
    """`123456` EUR -> "1,234.56 EUR": exact."""
    known = assets.get(asset)
    return shown_amount(amount, known.decimals if known else digits_of(asset), (known and known.symbol) or asset)


def shown_amount(amount: int, decimals: int, symbol: str) -> str:
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**decimals)
    return f"{sign}{whole:,}{f'.{rest:0{decimals}d}' if decimals else ''} {symbol}"


def when(seconds: int, *, precise: bool) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S") if precise else moment.strftime("%Y-%m-%d")


def _day(seconds: int) -> str:
    return when(seconds, precise=False)


def books_of(case: Case) -> list[tuple[Book, AccountStore]]:
    """The books of a case that were read, with their stores. The scope must be active."""
    return [(book, store_of_book(book)) for book in Book.objects.filter(case=case) if book.facts]
