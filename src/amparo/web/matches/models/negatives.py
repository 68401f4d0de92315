"""NegativeEntry: a picture that is not what a list says; what lies close to it is no hit."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel
from amparo.web.matches.models.matches import Match


class NegativeEntry(UuidModel):
    """One picture of the agency's negative bank: proposed by one person, in force once another agreed."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="negatives")
    sha256 = models.CharField(max_length=64, blank=True)
    pdq = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=300)
    match = models.ForeignKey(Match, null=True, on_delete=models.PROTECT, related_name="negatives")  # None: by hand
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    agreed = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended = models.DateTimeField(null=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-proposed"]
        constraints = [models.CheckConstraint(condition=~Q(sha256="", pdq=""), name="a_negative_names_a_picture")]

    @property
    def in_force(self) -> bool:
        return self.agreed is not None and self.ended is None
