"""Review: one person's judgement; Exposure: the ledger of reveals."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.common.models import UuidModel
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
