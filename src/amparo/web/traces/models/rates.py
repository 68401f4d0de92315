"""RateFile: what an asset was worth on a day, as a named source published it."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel


class RateFile(UuidModel):
    """The file lies below the home's rates folder, named by its digest; values are read from it, never typed in."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="rate_files")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)  # who published the rates
    sha256 = models.CharField(max_length=64)
    fiat = models.CharField(max_length=12)
    assets = models.JSONField(default=list)
    first_day = models.DateField()
    last_day = models.DateField()
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    imported = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-imported"]
        constraints = [models.UniqueConstraint(fields=["agency", "sha256"], name="one_rate_file_a_digest")]

    def __str__(self) -> str:
        return self.name
