"""Review: one person's judgement; Exposure: the ledger of reveals."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches.models.matches import Match


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
    label_set = models.CharField(max_length=60, null=True)  # whose words `category` is one of
    category = models.CharField(max_length=60, null=True)  # code of a label
    severity = models.SmallIntegerField(null=True)  # 0 (none) to 3, as the label set rates the category
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
    match = models.ForeignKey(Match, null=True, on_delete=models.PROTECT, related_name="exposures")
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="exposures")  # unknown material
    reason = models.CharField(max_length=200)
    severity = models.SmallIntegerField(null=True)  # 0 to 3 as it was known when it was shown; None: not rated yet
    frame = models.CharField(max_length=16, null=True)  # of a video: the second that was shown
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="person__agency")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(match__isnull=False, item__isnull=True)
                | models.Q(match__isnull=True, item__isnull=False),
                name="an_exposure_is_of_one_thing",
            )
        ]

    @property
    def thing(self) -> Item:
        """The item that was shown."""
        return self.match.item if self.match else self.item

    @property
    def exhibit(self) -> Exhibit:
        return self.thing.exhibit

    @property
    def is_over(self) -> bool:
        return timezone.now() - self.at > self.SHOWN


class Pause(UuidModel):
    """A break that was suggested and what the person did: their own business, like the exposure ledger."""

    class Answer(models.TextChoices):
        TOOK = "took"
        WENT_ON = "went-on"
        URGENT = "urgent"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="pauses")
    answer = models.CharField(max_length=10, choices=Answer)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="person__agency")

    class Meta:
        ordering = ["-at"]
