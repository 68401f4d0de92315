"""Sighting: one observable at one place of a case."""

import hashlib
from typing import Any

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.observables import KINDS, defang
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit
from amparo.web.reports.models import ReportCopy


def value_key(kind: str, value: str) -> str:
    """SHA-256 that two equal observables share; long values stay quick to find."""
    return hashlib.sha256(f"{kind}\0{value}".encode()).hexdigest()


def place_key(source: str, path: str, offset: int, encoding: str) -> str:
    """SHA-256 of one place: reading it twice gives the same sighting, not a second one."""
    return hashlib.sha256(f"{source}\0{path}\0{offset}\0{encoding}".encode()).hexdigest()


class Sighting(UuidModel):
    """An observable seen at `offset` of an item (bytes), or of an answer in a report (signs)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="sightings")
    kind = models.CharField(max_length=20)
    value = models.TextField()  # normalised; masked for cards and secrets
    value_key = models.CharField(max_length=64, db_index=True)
    validity = models.CharField(max_length=14)
    exhibit = models.ForeignKey(Exhibit, null=True, on_delete=models.CASCADE, related_name="sightings")
    report_copy = models.ForeignKey(ReportCopy, null=True, on_delete=models.CASCADE, related_name="sightings")
    path = models.TextField()  # forensic path of the item, or the question of the report
    place_key = models.CharField(max_length=64)
    offset = models.BigIntegerField()
    encoding = models.CharField(max_length=12)
    data_kind = models.CharField(max_length=16)  # of the item, for the authorisation (cases.models.DATA_KINDS)
    item_day = models.DateField(null=True)  # when the item was last changed, for the authorisation's dates
    first_seen = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["kind", "value", "path", "offset"]
        constraints = [
            models.UniqueConstraint(fields=["case", "value_key", "place_key"], name="one_sighting_a_place"),
            models.CheckConstraint(
                condition=models.Q(exhibit__isnull=False, report_copy__isnull=True)
                | models.Q(exhibit__isnull=True, report_copy__isnull=False),
                name="a_sighting_has_one_source",
            ),
        ]
        indexes = [models.Index(fields=["case", "kind", "value_key"], name="sightings_of_a_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"

    @property
    def shown(self) -> str:
        return shown(self.kind, self.value)


def shown(kind: str, value: str) -> str:
    """The value as a page may show it: addresses of sites are defanged and never links."""
    return defang(value) if kind in {"url", "onion"} else value


def may_link(kind: str, value: str) -> bool:
    """May this value link two cases? The kind decides, nobody else."""
    return kind in KINDS and KINDS[kind].may_link(value)


def new_sighting(case: Case, kind: str, value: str, **fields: Any) -> Sighting:
    """An unsaved row with its keys. `fields`: exhibit or report_copy, path, offset, encoding, validity and the rest."""
    source = fields.get("exhibit") or fields["report_copy"]
    return Sighting(
        case=case,
        kind=kind,
        value=value,
        value_key=value_key(kind, value),
        place_key=place_key(str(source.pk), fields["path"], fields["offset"], fields["encoding"]),
        **fields,
    )
