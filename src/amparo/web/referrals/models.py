"""Partner: whose keys we compared. Referral: one sealed file that went out or came in."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel


class Partner(UuidModel):
    """Another agency, here or abroad: its age recipient (to encrypt to) and its Ed25519 key (to believe)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="partners")
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    recipient = models.CharField(max_length=80)  # age1…
    verify_key = models.CharField(max_length=64)  # hex
    compared = models.CharField(max_length=200)  # how the fingerprints were compared, and by whom
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    added = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["agency", "verify_key"], name="one_partner_a_key")]

    def __str__(self) -> str:
        return self.name


class Referral(UuidModel):
    class Direction(models.TextChoices):
        OUT = "out"
        IN = "in"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="referrals")
    direction = models.CharField(max_length=3, choices=Direction)
    number = models.CharField(max_length=12)  # R1, R2 … in the agency
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="referrals")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="referrals")
    reference = models.CharField(max_length=40)  # the sender's case number
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    envelope = models.CharField(max_length=80)  # the referral's own id, the same on both sides
    digest = models.CharField(max_length=64)  # SHA-256 of the sealed file
    bundle_says = models.CharField(max_length=300, blank=True)  # incoming: what checking the bundle inside gave
    handled_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="one_referral_a_number"),
            models.UniqueConstraint(fields=["agency", "direction", "envelope"], name="one_referral_a_file"),
        ]
