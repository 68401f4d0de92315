"""The scan job: items in catalogue order, in batches, continued after a kill with none lost and none twice."""

import json
import os
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from amparo.base import Blob
from amparo.media import Scanned, scan
from amparo.media.signatures import Signature, SignatureWriter
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.common.home import config
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits.rules import require_some
from amparo.web.exhibits.sources import Place, open_places
from amparo.web.matches import harmless, news
from amparo.web.matches.actions.lists import index_folder
from amparo.web.matches.keeping import Keeper
from amparo.web.matches.models import Scan
from amparo.web.matches.seen import seen_folder

#: A batch ends after so many items or seconds: what a killed worker has to do again.
ITEMS: Final = 256
SECONDS: Final = 2.0
#: Fewer items than this for each are read quicker by one process than by starting another.
WORTH_A_WORKER: Final = 100
OUTSIDE: Final = "outside-authorisation"


@handler("matches.scan")
def run_scan(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)), ExitStack() as stack:
        found = Scan.objects.select_related("exhibit__case__agency", "started_by").get(pk=run.job.parameters["scan"])
        _Scanner(run, found, stack).work()


class Cursor(NamedTuple):
    """`seen`: rows of the catalogue that were dealt with. `parts`: of the signatures; None: a scan begun before there
    were any."""

    seen: int = 0
    parts: int | None = 0

    @classmethod
    def read(cls, text: str) -> "Cursor":
        value = json.loads(text) if text else {}
        return cls(value, None) if isinstance(value, int) else cls(**value)

    def write(self) -> str:
        return json.dumps(self._asdict())


@dataclass(slots=True)
class _Ahead:
    """A place whose bytes are on their way, with what was closed before it: counted only, there may be millions."""

    place: Place | None
    seen: int
    closed: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)  # reason, display name


class _Scanner:
    """One attempt at one scan: what is found is written together with the place up to which all was looked at."""

    def __init__(self, run: Run, found: Scan, stack: ExitStack) -> None:
        self.run = run
        self.scan = found
        self.exhibit = found.exhibit
        self.total = found.exhibit.catalogue.rows
        self.keeper = Keeper(found)
        lists = [(each, index_folder(each)) for each in found.known_good.all()]
        self.known_good = stack.enter_context(harmless.opened(lists))
        self.cursor = Cursor.read(run.cursor)
        self.writer = SignatureWriter(seen_folder(found), self.cursor.parts) if self.cursor.parts is not None else None
        self.ahead: deque[_Ahead] = deque()
        self.signatures: list[Signature] = []
        self.outside = 0
        self.ended = False

    def work(self) -> None:
        require_authorisation(self.exhibit.case, "pictures", exhibit=self.exhibit.number)
        if self.cursor.seen == 0:
            with self.run.kept_alive():
                self.keeper.check_lists()
        results = cast(
            "Generator[Scanned, None, None]",
            scan(
                self._blobs(),
                self.keeper.indexes,
                threshold=self.scan.threshold,
                workers=workers_for(self.total - self.cursor.seen),
                known_good=self.known_good if self.known_good else None,
                negative=self.keeper.negative,
            ),
        )
        with closing(results):
            while not self.ended:
                with self.run.kept_alive():
                    self._take_some(results)
                self._flush()
        self._finish()

    def _blobs(self) -> Iterator[Blob]:
        allowed = require_some(self.exhibit)
        waiting = _Ahead(None, self.cursor.seen)
        places = open_places(self.exhibit, allowed, after=self.cursor.seen, progress=self._tick, with_restricted=True)
        for place in places:
            waiting.seen = place.number
            if place.blob is None:
                self._pass_over(waiting, place)
                continue
            waiting.place = place
            self.ahead.append(waiting)
            yield place.blob
            waiting = _Ahead(None, place.number)
        self.ahead.append(waiting)

    def _pass_over(self, waiting: _Ahead, place: Place) -> None:
        reason = place.closed or "not-read"
        waiting.closed[reason] += 1
        if waiting.closed[reason] <= 5:
            waiting.examples.append((reason, place.row.display))
        self.run.progress(self.cursor.seen, self.total, "items")

    def _take_some(self, results: Generator[Scanned, None, None]) -> None:
        """Take results until there are enough to write; each belongs to the oldest place that waits for one."""
        since = time.monotonic()
        for taken, scanned in enumerate(results, 1):
            ahead = self.ahead.popleft()
            self._passed(ahead)
            if ahead.place is not None:
                self._saw(ahead.place, scanned)
            if taken >= ITEMS or time.monotonic() - since >= SECONDS:
                return
        for ahead in self.ahead:
            self._passed(ahead)
        self.ended = True

    def _passed(self, ahead: _Ahead) -> None:
        for reason, count in ahead.closed.items():
            self.keeper.pass_over(reason, count, [name for of, name in ahead.examples if of == reason])
        self.outside += ahead.closed[OUTSIDE]
        self.cursor = self.cursor._replace(seen=ahead.seen)

    def _saw(self, place: Place, scanned: Scanned) -> None:
        self.keeper.add(place.path, place.row.display, scanned)
        unread = scanned.skipped[0] if scanned.hashes is None and scanned.skipped else None
        self.signatures.append(Signature(place.number, place.path, scanned.hashes, unread, scanned.known_good))

    def _tick(self, done: int, total: int | None, unit: str) -> None:
        self.run.progress(self.cursor.seen, self.total, "items")

    def _flush(self) -> None:
        if self.writer is not None and self.signatures:
            self.cursor = self.cursor._replace(parts=self.writer.write(self.signatures))
        self.signatures = []
        with transaction.atomic():
            self.keeper.write(self.run)
            self.scan.outside += self.outside
            self.scan.save(update_fields=["read", "outside", "skipped", "dropped", "examples"])
            self.run.commit(cursor=self.cursor.write(), done=self.cursor.seen, total=self.total, unit="items")
        self.outside = 0

    def _finish(self) -> None:
        with self.run.kept_alive():
            sha256 = self.writer.finish().sha256 if self.writer is not None else ""
        with transaction.atomic():
            self.scan.signatures_sha256 = sha256
            self.scan.finished = timezone.now()
            self.scan.save(update_fields=["signatures_sha256", "finished"])
            say_done(self.scan)
            self.run.finish()
        if self.writer is not None:
            self.writer.forget_parts()


def say_done(done: Scan) -> None:
    """One line in the custody log: what was read, and the digest of what is kept of it."""
    case = done.exhibit.case
    facts = {"read": done.read, "outside": done.outside, "matches": done.matches.count()}
    record(
        news.SCAN_DONE,
        actor=SYSTEM if done.by_policy else done.started_by.actor,
        agency_id=case.agency_id, case_id=case.pk, object=f"scan:{done.pk}",
        auth=done.authorisations, after=f"sha256:{done.signatures_sha256}" if done.signatures_sha256 else None,
        facts=facts,
    )  # fmt: skip


def workers_for(items: int) -> int:
    """Decoder processes: one a core, or `scan_workers` of config.toml; fewer for few items."""
    most = int(config().get("scan_workers") or os.cpu_count() or 1)
    return max(1, min(most, items // WORTH_A_WORKER))
