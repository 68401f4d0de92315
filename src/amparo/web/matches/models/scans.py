"""Scan: one exhibit compared with some lists; Quarantine: an entry that matched too much in one."""

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
    known_good = models.ManyToManyField(HashList, related_name="filtered_scans")  # whose files were left out
    retro_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="later")  # whose signatures
    by_policy = models.BooleanField(default=False)  # nobody asked for it: the agency's standing wish
    negative = models.CharField(max_length=64, blank=True)  # digest of the negative bank at its start; "" = none
    threshold = models.IntegerField(default=31)
    authorisations = models.CharField(max_length=200)  # numbers, "A1 A2"
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    read = models.BigIntegerField(default=0)
    outside = models.BigIntegerField(default=0)  # items the authorisation does not cover: counted, not read
    skipped = models.JSONField(default=dict)  # reason -> count
    examples = models.JSONField(default=dict)  # reason -> [display name, the first few]
    dropped = models.JSONField(default=dict)  # why a comparison was not made or its hit not kept -> count
    signatures_sha256 = models.CharField(max_length=64, blank=True)  # of what it saw; "" = not kept

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["-started"]

    @property
    def is_later(self) -> bool:
        """Whether it matched from what an earlier scan saw, without reading the media."""
        return self.retro_of_id is not None

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


class Quarantine(UuidModel):
    """An entry that matched more different pictures of one exhibit than it should: its matches wait for a decision."""

    class State(models.TextChoices):
        HELD = "held"
        LIFTED = "lifted"  # the matches are worth looking at one by one
        CLOSED = "closed"  # the entry is no good: nobody has to look

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="quarantines")
    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="quarantines")
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="quarantines")
    entry_row = models.BigIntegerField()
    label = models.CharField(max_length=120, blank=True)
    pictures = models.BigIntegerField()  # different ones it matched
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    since = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["exhibit", "hash_list", "entry_row"], name="one_quarantine_an_entry")
        ]
