"""Scan: one exhibit compared with some lists."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.models.lists import HashList


class Scan(UuidModel):
    """One exhibit compared with some lists under an authorisation: what was read, what was not, and why."""

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="scans")
    lists = models.ManyToManyField(HashList, related_name="scans")
    threshold = models.IntegerField(default=31)
    authorisations = models.CharField(max_length=200)  # numbers, "A1 A2"
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    read = models.BigIntegerField(default=0)
    outside = models.BigIntegerField(default=0)  # items the authorisation does not cover: counted, not read
    skipped = models.JSONField(default=dict)

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["-started"]
