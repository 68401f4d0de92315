"""LookupSpent: how many hashes a token has asked for, this minute and this day."""

from django.db import models
from django_scopes import ScopedManager

from amparo.web.accounts.models import ApiToken
from amparo.web.common.models import UuidModel


class LookupSpent(UuidModel):
    """One row a token and span, counted on in place: all processes see the same."""

    class Span(models.TextChoices):
        MINUTE = "minute"
        DAY = "day"

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="spent")
    span = models.CharField(max_length=6, choices=Span)
    since = models.DateTimeField()  # when the span began
    hashes = models.BigIntegerField(default=0)

    objects = ScopedManager(agency="token__agency")

    class Meta:
        ordering = ["token", "span"]
        constraints = [models.UniqueConstraint(fields=["token", "span"], name="one_count_a_token_and_span")]
