"""Exercise: one casepack made from one seed, in one agency of kind exercise."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel


class Exercise(UuidModel):
    """The same casepack and seed give the same world, byte for byte; `manifest` holds its digest."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="exercises")
    casepack = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    seed = models.BigIntegerField()
    manifest = models.CharField(max_length=64, blank=True)
    reports = models.JSONField(default=list)  # ids of the reports that came in
    ready = models.BooleanField(default=False)
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-started"]
