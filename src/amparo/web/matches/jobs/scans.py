"""The scan job: items in catalogue order, in batches, continued after a kill with none lost and none twice."""

import time
from typing import Final

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from amparo.base import Skipped
from amparo.media import MIN_QUALITY, Index, Scanned, scan, scan_recipe
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import record
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.rules import require_some
from amparo.web.exhibits.sources import Place, open_places
from amparo.web.matches import news
from amparo.web.matches.actions import index_folder
from amparo.web.matches.models import Match, Scan

#: A batch ends after so many items or seconds: what a killed worker has to do again.
ITEMS: Final = 64
SECONDS: Final = 2.0
#: Not being a picture is no failure to read: the exact digests were compared.
NO_PICTURE: Final = frozenset({"not-a-picture"})
OUTSIDE: Final = "outside-authorisation"


@handler("matches.scan")
def run_scan(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        found = Scan.objects.select_related("exhibit__case__agency", "started_by").get(pk=run.job.parameters["scan"])
        _Scanner(run, found).work()


class _Scanner:
    """One attempt at one scan: what is found is written together with the place up to which all was looked at."""

    def __init__(self, run: Run, found: Scan) -> None:
        self.run = run
        self.scan = found
        self.exhibit = found.exhibit
        self.total = found.exhibit.catalogue.rows
        self.lists = {str(each): each for each in found.lists.all()}
        self.indexes = {name: Index.open(index_folder(each)) for name, each in self.lists.items()}
        self.seen = int(run.cursor or 0)
        self._empty()

    def _empty(self) -> None:
        self.batch: list[tuple[str, Scanned]] = []  # forensic path, what came of it
        self.skipped: list[Skipped] = []
        self.outside = self.items = 0
        self.since = time.monotonic()

    def work(self) -> None:
        require_authorisation(self.exhibit.case, "pictures", exhibit=self.exhibit.number)
        allowed = require_some(self.exhibit)
        places = open_places(self.exhibit, allowed, after=self.seen, progress=self._tick, with_restricted=True)
        for place in places:
            self._look_at(place)
            self.seen = place.number
            self.items += 1
            if self.items >= ITEMS or time.monotonic() - self.since >= SECONDS:
                self._flush()
        self._flush()
        self._finish()

    def _look_at(self, place: Place) -> None:
        if place.blob is None:
            self.outside += place.closed == OUTSIDE
            self.skipped.append(Skipped(place.path, place.closed or "not-read"))
            return
        for scanned in scan([place.blob], self.indexes, threshold=self.scan.threshold):
            self.batch.append((place.path, scanned))
            self.skipped += [each for each in scanned.skipped if each.reason not in NO_PICTURE]

    def _tick(self, done: int, total: int | None, unit: str) -> None:
        self.run.progress(self.seen, self.total, "items")

    @transaction.atomic
    def _flush(self) -> None:
        for each in self.skipped:
            self.run.skip(each)
        for path, scanned in self.batch:
            self._keep(path, scanned)
        self.scan.read += len(self.batch)
        self.scan.outside += self.outside
        self.scan.save(update_fields=["read", "outside"])
        self.run.commit(cursor=str(self.seen), done=self.seen, total=self.total, unit="items")
        self._empty()

    def _keep(self, path: str, scanned: Scanned) -> None:
        recipe = scan_recipe(scanned, self.indexes, self.scan.threshold, MIN_QUALITY)
        if scanned.hashes is None or recipe is None or not scanned.hits:
            return
        own, item = scanned.hashes.digests(), item_row(self.exhibit, path)
        for hit in scanned.hits:
            Match.objects.get_or_create(
                item=item,
                hash_list=self.lists[hit.list_name],
                entry_row=hit.entry.row,
                signal=hit.signal,
                defaults={
                    "exhibit": self.exhibit,
                    "scan": self.scan,
                    "label": hit.entry.label or "",
                    "distance": hit.distance,
                    "variant": hit.variant,
                    "quality": hit.quality,
                    "item_value": own[hit.signal],
                    "entry_value": hit.entry.digests[hit.signal],
                    "recipe": recipe.as_dict(),
                },
            )

    @transaction.atomic
    def _finish(self) -> None:
        self.scan.skipped = self.run.job.skipped
        self.scan.finished = timezone.now()
        self.scan.save(update_fields=["skipped", "finished"])
        case = self.exhibit.case
        record(
            news.SCAN_DONE,
            actor=self.scan.started_by.actor,
            agency_id=case.agency_id,
            case_id=case.pk,
            object=f"scan:{self.scan.pk}",
            auth=self.scan.authorisations,
            facts={"read": self.scan.read, "outside": self.scan.outside, "matches": self.scan.matches.count()},
        )
        self.run.finish()
