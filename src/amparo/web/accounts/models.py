"""Agency and Person: who works here, in which unit, in which roles."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from amparo.web.accounts.roles import ROLE_NAMES, ROLES
from amparo.web.audit.actors import Actor
from amparo.web.common.models import UuidModel


def default_policy() -> dict[str, Any]:
    """Strict by default; a unit of four may relax it, and the bundle then says so."""
    return {"match_confirmations": 2}


class Agency(UuidModel):
    """One unit. Nothing of one agency is seen by another. `exercise` agencies hold synthetic cases only."""

    class Kind(models.TextChoices):
        REAL = "real"
        EXERCISE = "exercise"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REAL)
    country = models.CharField(max_length=2, default="")  # ISO 3166-1 alpha-2; also the region of phone numbers
    time_zone = models.CharField(max_length=40, default="UTC")
    languages = models.JSONField(default=list)  # portal languages, first = default
    emergency_numbers = models.JSONField(default=list)  # [{"name": "Police", "number": "112"}]
    policy = models.JSONField(default=default_policy)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name

    @property
    def is_exercise(self) -> bool:
        return self.kind == self.Kind.EXERCISE


class Person(AbstractUser, UuidModel):
    """A member of staff. Usernames, no mail server assumed. What they may do comes from their roles alone."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="persons")
    language = models.CharField(max_length=8, default="en")

    REQUIRED_FIELDS = ["agency"]

    class Meta:
        ordering = ["username"]

    @cached_property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.grants.order_by("role").values_list("role", flat=True))

    @property
    def role_names(self) -> list[str]:
        """The roles' English names, for `translate` in templates."""
        return [ROLE_NAMES[role] for role in self.roles]

    @cached_property
    def permissions(self) -> frozenset[str]:
        if not self.is_active:
            return frozenset()
        return frozenset().union(*(ROLES[role] for role in self.roles))

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        return Actor(self.pk, self.username, "+".join(self.roles) or "none")


class RoleGrant(UuidModel):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    granted = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="one_grant_a_role")]


class ApiToken(UuidModel):
    """A token of the API: only its digest is kept. `scopes` are permissions it may use; `purpose` from a closed set."""

    class Purpose(models.TextChoices):
        PARTNER = "partner-lookup"
        HOTLINE = "hotline-lookup"
        INTERNAL = "internal-tool"

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="tokens")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    purpose = models.CharField(max_length=20, choices=Purpose)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created"]


class Remembered(models.Model):
    """What sign-in keeps for some minutes (see `memory`): counts of failures, codes that were used."""

    key = models.CharField(max_length=64, primary_key=True)  # keyed hash
    value = models.JSONField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["until"]
