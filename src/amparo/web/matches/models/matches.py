"""Match: a possible match, a lead that people confirm."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches.models.lists import RESTRICTING, HashList
from amparo.web.matches.models.scans import Scan


class Match(UuidModel):
    """A possible match: a lead that people confirm."""

    class State(models.TextChoices):
        POSSIBLE = "possible"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        DISPUTED = "disputed"
        KNOWN = "known"  # the same bytes were confirmed before in this agency: nobody has to look again
        HELD = "held"  # its entry matches too much: in quarantine, until a person decides

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="matches")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="matches")
    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="matches")
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="matches")
    entry_row = models.BigIntegerField()
    label = models.CharField(max_length=120)
    signal = models.CharField(max_length=12)
    distance = models.IntegerField()
    variant = models.CharField(max_length=12, null=True)  # which dihedral variant of the picture was closest
    quality = models.IntegerField(null=True)
    item_value = models.CharField(max_length=64)  # the item's own digest or PDQ hash
    entry_value = models.CharField(max_length=64)
    also = models.JSONField(default=list)  # weaker signals that agree with the same entry
    decoder = models.CharField(max_length=120, null=True)  # library and version that made the pixels
    pdqs = models.TextField(null=True)  # the item's PDQ hash, each of the eight ways, by blanks; None: not comparable
    segments = models.JSONField(default=list)  # of a video: where it agrees, in seconds
    group = models.CharField(max_length=64, null=True, db_index=True)  # matches one decision may serve
    apart = models.BooleanField(default=False)  # a person took it out of its group
    known_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="known_later")
    recipe = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.POSSIBLE)
    found = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["state", "distance", "found", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "hash_list", "entry_row", "signal"], name="one_match_an_entry")
        ]

    @property
    def case(self) -> Case:
        return self.exhibit.case

    @property
    def is_picture(self) -> bool:
        """Whether a blurred preview can be made of the item."""
        return self.signal == "pdq" or self.item.mime.startswith("image/")

    @property
    def restricts(self) -> bool:
        return self.hash_list.purpose in RESTRICTING
