"""Match: a possible match, a lead that people confirm."""

from typing import Final

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches.models.lists import RESTRICTING, HashList
from amparo.web.matches.models.scans import Scan

#: Of a video that matched as a whole: a few seconds near its start. A shorter one shows its last picture instead.
STILLS: Final = ("0.000", "5.000", "15.000", "30.000", "60.000", "120.000")


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
    variant = models.CharField(max_length=24, null=True)  # which dihedral variant of the picture was closest
    quality = models.IntegerField(null=True)
    item_value = models.CharField(max_length=64)  # the item's own digest or PDQ hash
    entry_value = models.CharField(max_length=64)
    also = models.JSONField(default=list)  # weaker signals that agree with the same entry
    decoder = models.CharField(max_length=120, null=True)  # library and version that made the pixels
    pdqs = models.TextField(null=True)  # the item's PDQ hash, each of the eight ways, by blanks; None: not comparable
    segments = models.JSONField(default=list)  # of a video: where it agrees, in seconds
    verdict = models.CharField(max_length=30, null=True)  # of a video: whether the stretches suffice
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
        return not self.is_video and (self.signal == "pdq" or self.item.mime.startswith("image/"))

    @property
    def is_video(self) -> bool:
        """Stills at given times can be made of the item."""
        return bool(self.segments) or self.item.mime.startswith("video/")

    @property
    def stills(self) -> list[str]:
        """Seconds of a video, as text, of which stills are shown: where it agrees with the listed one, at most six."""
        spans = [(float(each["query_start"]), float(each["query_end"])) for each in self.segments][:6]
        if not spans:
            return list(STILLS) if self.is_video else []
        each = max(1, 6 // len(spans))
        return [f"{start + (end - start) * step / each:.3f}" for start, end in spans for step in range(each)]

    @property
    def restricts(self) -> bool:
        return self.hash_list.purpose in RESTRICTING
