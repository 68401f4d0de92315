"""The later scan: a new list against what an earlier scan saw. No byte of the exhibit is read.

What may be looked at is asked anew: an item the authorisation no longer covers is counted, not compared.
"""

import time
from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from amparo.base import Skipped
from amparo.media import Scanned, match_many
from amparo.media.matching import KNOWN_GOOD
from amparo.media.signatures import Signature, read_signatures
from amparo.web.accounts.models import Agency
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits.rules import require_some
from amparo.web.exhibits.sources import Listed, listed_runs
from amparo.web.matches.actions.lists import check_purpose
from amparo.web.matches.jobs.scans import OUTSIDE, Cursor, say_done
from amparo.web.matches.keeping import Keeper
from amparo.web.matches.models import Scan
from amparo.web.matches.seen import seen_folder

#: Why an item is not compared though it may be: it was closed, or not read, when the media were.
NOT_SEEN: Final = "not-seen-before"


@handler("matches.retro")
def run_retro(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        found = Scan.objects.select_related("exhibit__case__agency", "started_by", "retro_of").get(
            pk=run.job.parameters["scan"]
        )
        _Matcher(run, found).work()


class _Matcher:
    """One attempt: the catalogue beside the signatures, some hundreds at a time."""

    def __init__(self, run: Run, found: Scan) -> None:
        self.run = run
        self.scan = found
        self.exhibit = found.exhibit
        self.total = found.exhibit.catalogue.rows
        self.keeper = Keeper(found)
        self.cursor = Cursor.read(run.cursor)
        self.outside = 0

    def work(self) -> None:
        require_authorisation(self.exhibit.case, "pictures", exhibit=self.exhibit.number)
        for each in self.scan.lists.all():
            check_purpose(self.keeper.agency, each.purpose)
        before = self.scan.retro_of
        assert before is not None  # noqa: S101 - what this job is about
        if self.cursor.seen == 0:
            with self.run.kept_alive():  # every byte of the lists and of what was kept is checked once
                self.keeper.check_lists()
                next(read_signatures(seen_folder(before), sha256=before.signatures_sha256), None)
        signatures = read_signatures(seen_folder(before), after=self.cursor.seen)
        self._compare_all(_Beside(signatures))
        self._finish()

    def _compare_all(self, beside: "_Beside") -> None:
        since = time.monotonic()
        for rows in listed_runs(self.exhibit, require_some(self.exhibit), after=self.cursor.seen, with_restricted=True):
            self._compare(rows, beside)
            self.cursor = Cursor(rows[-1].number, 0)
            if time.monotonic() - since >= 1 or len(self.keeper.found) >= 2000:
                self._flush()
                since = time.monotonic()
        self._flush()

    def _compare(self, rows: list[Listed], beside: "_Beside") -> None:
        seen: list[tuple[Listed, Signature]] = []
        for row in rows:
            signature = beside.at(row.number)
            if row.closed is not None:
                self.outside += row.closed == OUTSIDE
                self.keeper.pass_over(row.closed, 1, [row.row.display])
            elif signature is None or signature.hashes is None:
                self.keeper.pass_over(NOT_SEEN, 1, [row.row.display])
            else:
                seen.append((row, signature))
        for (row, _), scanned in zip(seen, self._matched(seen), strict=True):
            self.keeper.add(row.row.path, row.row.display, scanned)

    def _matched(self, seen: list[tuple[Listed, Signature]]) -> Iterator[Scanned]:
        batch = [(row.row.path, signature.hashes) for row, signature in seen if signature.hashes is not None]
        found = match_many(batch, self.keeper.indexes, self.scan.threshold, negative=self.keeper.negative)
        for (row, signature), scanned in zip(seen, found, strict=True):
            if signature.known_good:
                said = Skipped(row.row.path, KNOWN_GOOD, "only exact digests were compared")
                yield Scanned(scanned.name, scanned.hashes, scanned.hits, (said, *scanned.skipped))
            else:
                yield scanned

    @transaction.atomic
    def _flush(self) -> None:
        self.keeper.write(self.run)
        self.scan.outside += self.outside
        self.scan.save(update_fields=["read", "outside", "skipped", "dropped", "examples"])
        self.run.commit(cursor=self.cursor.write(), done=self.cursor.seen, total=self.total, unit="items")
        self.outside = 0

    @transaction.atomic
    def _finish(self) -> None:
        self.scan.finished = timezone.now()
        self.scan.save(update_fields=["finished"])
        say_done(self.scan)
        self.run.finish()


class _Beside:
    """Signatures in order, asked for by number."""

    def __init__(self, signatures: Iterator[Signature]) -> None:
        self._signatures = signatures
        self._next = next(signatures, None)

    def at(self, number: int) -> Signature | None:
        while self._next is not None and self._next.number < number:
            self._next = next(self._signatures, None)
        return self._next if self._next is not None and self._next.number == number else None
