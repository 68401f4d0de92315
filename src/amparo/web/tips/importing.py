"""Reading a delivery into rows, in batches: a worker killed at any moment loses nothing and doubles nothing.

A tip's bytes go into the store first, then its rows are written in the same transaction that moves the cursor past it.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import transaction

from amparo.base import Blob, SkipCount, Skipped, visible
from amparo.evidence import READ_ERRORS, DiskFull, StoreDamaged, sniff
from amparo.exchange.tips import LooseFile
from amparo.exchange.tips import Tip as Read
from amparo.exchange.tips import TipFile as ReadFile
from amparo.web.cases.actions import next_number
from amparo.web.common.jobs import Run
from amparo.web.exhibits.storing import store_of
from amparo.web.reports.days import today
from amparo.web.tips.known import Lists, compare_files, declared_problems
from amparo.web.tips.models import Delivery, Tip, TipFile, TipKey
from amparo.web.tips.plain import as_plain
from amparo.web.tips.ranking import Ranker, Repeats, identify

#: A batch ends after so many tips, files or seconds: what a killed worker has to do again.
TIPS: Final = 50
FILES: Final = 200
SECONDS: Final = 4.0
HEAD: Final = 512
KINDS: Final = ("sha256", "sha1", "md5")
#: Bytes of a file that is read at once, and looked up in the store before it is written.
SMALL: Final = 16 << 20
_CHUNK: Final = 1 << 20
#: Examples of each reason that the delivery's page shows.
EXAMPLES: Final = 3


class Digested(NamedTuple):
    sha256: str
    sha1: str
    md5: str
    size: int


@dataclass(slots=True)
class Taken:
    """One tip whose bytes are stored and whose rows are not written yet."""

    position: int
    read: Read
    document: dict[str, Any]
    files: list[TipFile]


class Importer:
    """One attempt at one delivery."""

    def __init__(self, run: Run, delivery: Delivery, seen: int) -> None:
        self.run, self.delivery, self.agency = run, delivery, delivery.agency
        self.seen = seen
        self.store = store_of(delivery.agency_id)
        self.lists = Lists(delivery.agency)
        self.ranker = Ranker(delivery.agency)
        self.day = today(delivery.agency)
        self.skips = SkipCount(keep=EXAMPLES)
        self._empty()

    def _empty(self) -> None:
        self.batch: list[Taken] = []
        self.files = 0
        self.since = time.monotonic()

    def read(self, found: Iterator[Read | LooseFile | Skipped], save: Callable[[bool], None]) -> None:
        """Take every tip after the first `seen`.

        `save` moves the job's cursor, inside each batch's transaction; it is told True with the last one.
        """
        for each in self.lists.damaged if not self.seen else ():
            self._skip(each)
        position = 0
        for each in found:
            self._tick()
            if not isinstance(each, Read):
                if position >= self.seen:
                    self._skip(each if isinstance(each, Skipped) else Skipped(each.path, "no-report"))
                continue
            position += 1
            if position <= self.seen:
                continue
            self.batch.append(self._take(position, each))
            self.files += len(self.batch[-1].files)
            if len(self.batch) >= TIPS or self.files >= FILES or time.monotonic() - self.since >= SECONDS:
                self._flush(save)
        self._flush(save, last=True)

    def _tick(self) -> None:
        self.run.progress(self.seen, None, "tips")

    def _skip(self, skipped: Skipped) -> None:
        self.run.skip(skipped)
        self.skips.add(Skipped(visible(skipped.what), skipped.reason, visible(skipped.detail)))

    # -- bytes into the store

    def _take(self, position: int, read: Read) -> Taken:
        document: dict[str, Any] = {}
        if read.document is not None:
            stored, mime = self._put(read.document)
            document = {**stored._asdict(), "mime": mime}
        files = [self._file(number, each) for number, each in enumerate(read.files, 1)]
        return Taken(position, read, document, files)

    def _file(self, number: int, read: ReadFile) -> TipFile:
        file = TipFile(
            position=number,
            name=visible(read.shown_name),
            size=read.size,
            # The report once more, in another form, is the provider's own writing, not a file somebody sent.
            viewed_by_provider=True if _is_report(read) else read.viewed_by_provider,
            classification=(read.classification or "")[:40],
            fields=as_plain(read),
        )
        if read.blob is None:
            return file
        try:
            stored, file.mime = self._put(read.blob)
        except (DiskFull, StoreDamaged):
            raise
        except READ_ERRORS as error:
            return self._unreadable(file, error)
        file.sha256, file.sha1, file.md5, file.size = stored.sha256, stored.sha1, stored.md5, stored.size
        computed = {"md5": file.md5, "sha1": file.sha1, "sha256": file.sha256}
        file.problems = [list(each) for each in declared_problems(file.name, dict(read.digests), computed)]
        return file

    def _unreadable(self, file: TipFile, error: Exception) -> TipFile:
        file.problems = [[file.name, "unreadable", str(error)[:300]]]
        return file

    def _put(self, blob: Blob) -> tuple[Digested, str]:
        """Store the bytes; small ones that are there already (of a folder, or sent before) are not written again."""
        if blob.size is not None and blob.size <= SMALL:
            data = blob.read(SMALL + 1)
            if len(data) <= SMALL:
                return self._put_small(data), sniff(data[:HEAD]) or ""
        head = b""

        def chunks() -> Iterator[bytes]:
            nonlocal head
            with blob.open() as stream:
                while chunk := stream.read(_CHUNK):
                    head = head or chunk[:HEAD]
                    yield chunk

        stored = self.store.put(chunks(), progress=lambda *_: self._tick())
        return Digested(stored.sha256, stored.sha1, stored.md5, stored.size), sniff(head) or ""

    def _put_small(self, data: bytes) -> Digested:
        found = Digested(*(hashlib.new(kind, data, usedforsecurity=False).hexdigest() for kind in KINDS), len(data))
        if found.sha256 not in self.store:
            self.store.put([data], expected_sha256=found.sha256)
        return found

    # -- rows

    def _flush(self, save: Callable[[bool], None], *, last: bool = False) -> None:
        files = [file for taken in self.batch for file in taken.files]
        compare_files(self.lists, self.store, files, self._tick)
        with transaction.atomic():
            self._write()
            self.seen = self.batch[-1].position if self.batch else self.seen
            self._count()
            save(last)
        self._empty()

    def _write(self) -> None:
        """Rows of the batch: tips with their rank, their files, their keys."""
        made = [(self._row(taken), taken) for taken in self.batch]
        repeats = Repeats(self.agency, [tip for tip, _ in made])
        keys = {tip.pk: self.ranker.keys(taken.read, taken.files) for tip, taken in made}
        around = self.ranker.around(key for each in keys.values() for key in each)
        for tip, taken in made:
            repeats.place(tip)
            self.ranker.place(tip, taken.read, taken.files, keys[tip.pk], around)
            for file in taken.files:
                file.tip = tip
        Tip.objects.bulk_create([tip for tip, _ in made], batch_size=100)
        TipFile.objects.bulk_create([file for _, taken in made for file in taken.files], batch_size=200)
        rows = [TipKey(tip=tip, **each._asdict()) for tip, _ in made for each in keys[tip.pk]]
        TipKey.objects.bulk_create(rows, batch_size=500)

    def _row(self, taken: Taken) -> Tip:
        read = taken.read
        for problem in (*read.problems, *(Skipped(*each) for file in taken.files for each in file.problems)):
            self._skip(problem)
        year = self.day.year
        tip = Tip(
            agency=self.agency,
            number=f"T{year}-{next_number(self.agency, f'tip:{year}'):04d}",
            delivery=self.delivery,
            position=taken.position,
            day=self.day,
            provider_report_id=(read.provider_report_id or "")[:120],
            clearing_house=(read.source or "")[:120],
            esp=(read.esp or "")[:120],
            incident_kind=read.incident_kind,
            incident_at=read.incident.instant if read.incident else None,
            foreign_reference=_foreign(read),
            document_sha256=taken.document.get("sha256", ""),
            document_size=taken.document.get("size", 0),
            fields={**as_plain(read), "stored_document": taken.document},
            problems=[list(each) for each in read.problems],
            known_files=sum(bool(file.known) for file in taken.files),
            missing_files=sum(file.is_missing for file in taken.files),
        )
        identify(tip, read)
        return tip

    def _count(self) -> None:
        self.delivery.tips_read = self.seen
        self.delivery.files_read += sum(not file.is_missing for taken in self.batch for file in taken.files)
        self.delivery.skipped = dict(Counter(self.delivery.skipped) + self.skips.counts)
        shown = Counter(reason for _what, reason, _detail in self.delivery.examples)
        for each in self.skips.examples:
            if shown[each.reason] < EXAMPLES:
                self.delivery.examples.append(list(each))
                shown[each.reason] += 1
        self.skips = SkipCount(keep=EXAMPLES)
        self.delivery.save(update_fields=["tips_read", "files_read", "skipped", "examples"])


def _is_report(read: ReadFile) -> bool:
    return not read.named and read.relevance == "report"


def _foreign(read: Read) -> str:
    """Another agency's reference as text; it never becomes a number of ours."""
    parts = [
        " ".join(filter(None, (each.agency, each.country, each.case_number)))
        for each in read.law_enforcement
        if each.case_number
    ]
    return visible("; ".join(parts))[:300]
