"""The job that reads an exhibit's items for observables: in batches, to be killed and continued at any moment."""

import time
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.db import transaction
from django_scopes import scope

from amparo.base import AmparoError, Skipped
from amparo.observables import Observable, extract_blob
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import record
from amparo.web.audit.actors import SYSTEM
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.rules import data_kind, require_some
from amparo.web.exhibits.sources import Place, open_places
from amparo.web.sightings import news
from amparo.web.sightings.actions import EXTRACT, keep
from amparo.web.sightings.models import Sighting

#: A batch ends after so many items, finds or seconds: what a killed worker has to do again.
ITEMS: Final = 200
FINDS: Final = 2000
SECONDS: Final = 3.0


@handler(EXTRACT)
def extract(run: Run) -> None:
    """Read every item the authorisation covers; closed and broken ones are counted by reason."""
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        exhibit = Exhibit.objects.select_related("case__agency").get(pk=run.job.parameters["exhibit"])
        allowed = require_some(exhibit)
        batch = _Batch(run, exhibit)
        for place in open_places(exhibit, allowed, after=int(run.cursor or 0), progress=run.progress):
            batch.add(place)
        batch.flush()
        _say(run, exhibit, allowed.numbers)


class _Batch:
    """Finds not yet written, and the place up to which everything is."""

    def __init__(self, run: Run, exhibit: Exhibit) -> None:
        self.run, self.exhibit = run, exhibit
        self.region = exhibit.case.agency.country or None
        self.found: list[tuple[Place, list[Observable]]] = []
        self.finds = self.items = 0
        self.seen = int(run.cursor or 0)
        self.since = time.monotonic()

    def add(self, place: Place) -> None:
        for part in self._read(place):
            self.found.append((place, part))
            self.finds += len(part)
            if self.finds >= FINDS:
                self.flush()  # a large item: its rows are kept, the cursor stays before it
        self.items += 1
        self.seen = place.number
        if self.items >= ITEMS or time.monotonic() - self.since >= SECONDS:
            self.flush()

    def _read(self, place: Place) -> Iterator[list[Observable]]:
        """Finds of one item in parts of bounded size; nothing from a closed or broken one."""
        if place.blob is None:
            self.run.skip(Skipped(place.path, place.closed or "not-read"))
            return
        part: list[Observable] = []
        try:
            for each in extract_blob(place.blob, self.region, self._tick):
                part.append(each)
                if len(part) == FINDS:
                    yield part
                    part = []
        except (AmparoError, OSError):
            self.run.skip(Skipped(place.path, "broken"))
        yield part

    def _tick(self, done: int, total: int | None, unit: str) -> None:
        self.run.progress(self.seen, self.run.job.total, "items")

    def flush(self) -> None:
        with transaction.atomic():
            for place, part in self.found:
                keep(
                    self.exhibit.case, self.exhibit, place.path, part,
                    data_kind=data_kind(place.mime), item_day=place.mtime.date() if place.mtime else None,
                )  # fmt: skip
            self.run.commit(cursor=str(self.seen), done=self.seen, total=self.exhibit.catalogue.rows, unit="items")
        self.found, self.finds, self.items, self.since = [], 0, 0, time.monotonic()


@transaction.atomic
def _say(run: Run, exhibit: Exhibit, auth: str) -> None:
    """One custody line at the end: how many items were read for the case's sightings, how many were not."""
    actor_id: UUID | None = run.job.actor_id
    person = Person.objects.filter(pk=actor_id).first() if actor_id else None
    record(
        news.EXTRACTED,
        actor=person.actor if person else SYSTEM, agency_id=exhibit.case.agency_id, case_id=exhibit.case_id,
        object=f"exhibit:{exhibit.pk}", auth=auth,
        facts={
            "exhibit": exhibit.number,
            "items": run.job.done,
            "skipped": dict(run.job.skipped),
            "sightings": Sighting.objects.filter(exhibit=exhibit).count(),
        },
    )  # fmt: skip
    run.finish()
