"""JoinDecision: where money leaves one ledger and goes on in another, proposed by the engine, decided by a person."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel


class JoinDecision(UuidModel):
    """`join` is the engine's Join as a dict; `key` its digest, so that a second proposal finds the decision."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joins")
    key = models.CharField(max_length=64)
    join = models.JSONField()
    level = models.CharField(max_length=10)  # observed, derived, inferred
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    decided = models.DateTimeField(null=True)
    proposed = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["proposed"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="one_join_a_key")]
