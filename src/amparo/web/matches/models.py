"""HashList, Scan, Match, Review, and the exposure ledger."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit, Item

#: The closed set of purposes a list may have; a list without one of them cannot be imported.
PURPOSES: Final[dict[str, str]] = {
    "csam": gettext_noop("find known child sexual abuse material"),
    "intimate-images": gettext_noop("find intimate images shared without consent"),
    "case-files": gettext_noop("find files of this unit's own cases"),
    "malware": gettext_noop("find known malware"),
    "training": gettext_noop("exercise with benign files"),
}
#: Once confirmed, matches with a list of these purposes make their item restricted.
RESTRICTING: Final = frozenset({"csam", "intimate-images"})


class HashList(UuidModel):
    """One version of one list: its entries lie in immutable segment files, only opinions are rows."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="hash_lists")
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=[(name, name) for name in PURPOSES])
    source = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    source_sha256 = models.CharField(max_length=64)
    index_digest = models.CharField(max_length=64)
    entries = models.BigIntegerField()
    skipped = models.JSONField(default=dict)  # reason -> count
    skipped_examples = models.JSONField(default=list)  # [{"what", "reason", "detail"}], the first of each reason
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    imported = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["name", "-imported"]
        constraints = [models.UniqueConstraint(fields=["agency", "name", "version"], name="one_list_a_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def purpose_words(self) -> str:
        return gettext(PURPOSES[self.purpose])

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


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


class Match(UuidModel):
    """A possible match: a lead that people confirm."""

    class State(models.TextChoices):
        POSSIBLE = "possible"
        CONFIRMED = "confirmed"
        REJECTED = "rejected"
        DISPUTED = "disputed"

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


class Review(UuidModel):
    """One person's judgement of one match. Nobody judges twice; two different persons confirm."""

    class Decision(models.TextChoices):
        CONFIRM = "confirm"
        REJECT = "reject"
        UNSURE = "unsure"

    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    decision = models.CharField(max_length=10, choices=Decision)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="match__exhibit__case__agency")

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["match", "person"], name="one_review_a_person")]


class Exposure(UuidModel):
    """The exposure ledger: each reveal, for the person's own protection. Never used for appraisal.

    The picture can be loaded for as long as SHOWN after it; then it takes another reveal, with its own reason.
    """

    SHOWN = timedelta(minutes=5)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exposures")
    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="exposures")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="match__exhibit__case__agency")

    class Meta:
        ordering = ["-at"]

    @property
    def is_over(self) -> bool:
        return timezone.now() - self.at > self.SHOWN
