"""Case, members, authorisations, people: what limits and scopes all that is done later."""

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel

#: Kinds of data an authorisation can name. An empty list on an authorisation allows none of them.
DATA_KINDS: Final[dict[str, str]] = {
    "files": gettext_noop("files of deposited exhibits"),
    "pictures": gettext_noop("pictures and videos, compared with hash lists"),
    "communications": gettext_noop("messages and mail"),
    "financial": gettext_noop("payments, wallets and bank data"),
    "report": gettext_noop("what a citizen reported"),
}
#: What a page says for each kind, category and outcome.
WORDS: Final[dict[str, str]] = {
    "court-order": gettext_noop("Court order"),
    "statute": gettext_noop("Power given by statute"),
    "consent": gettext_noop("Consent of the person concerned"),
    "complaint": gettext_noop("Complaint of the person concerned"),
    "urgency": gettext_noop("Urgency: danger to a life or a child"),
    "suspect": gettext_noop("Suspect"),
    "convicted": gettext_noop("Convicted"),
    "victim": gettext_noop("Victim"),
    "witness": gettext_noop("Witness"),
    "reporter": gettext_noop("Reporter"),
    "other": gettext_noop("Other"),
    "open": gettext_noop("Open"),
    "unfounded": gettext_noop("Unfounded"),
    "charged": gettext_noop("Charged"),
    "acquitted": gettext_noop("Acquitted"),
}


class Counter(models.Model):
    """Human numbers per agency ("2026-0042"), counted without gaps or doubles."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="one_counter_a_name")]


class Case(UuidModel):
    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    crime_types = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    preferred_rule = models.CharField(max_length=20, default="fifo")  # the taint rule the case's law prefers
    opened = models.DateTimeField(default=timezone.now)
    members = models.ManyToManyField(Person, through="Membership", related_name="cases")

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-opened"]
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="one_case_a_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Membership(UuidModel):
    """Need to know: who is not a member does not see that the case exists."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    since = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="one_membership")]


class Authorisation(UuidModel):
    """What lets the unit act, and its limits. Empty limits do not limit; a kind of data not listed is outside."""

    class Kind(models.TextChoices):
        COURT_ORDER = "court-order"
        STATUTE = "statute"
        CONSENT = "consent"
        COMPLAINT = "complaint"
        URGENCY = "urgency"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="authorisations")
    number = models.CharField(max_length=10)  # A1, A2 … in the case
    kind = models.CharField(max_length=20, choices=Kind)
    reference = models.CharField(max_length=120)
    issuer = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    data_kinds = models.JSONField(default=list)
    exhibits = models.JSONField(default=list)  # exhibit numbers ("EX1"); empty = all exhibits of the case
    persons = models.JSONField(default=list)
    items_from = models.DateField(null=True, blank=True)  # only items dated within these
    items_to = models.DateField(null=True, blank=True)
    unviewed_files = models.BooleanField(default=False)  # may files that no provider viewed be opened?
    entered = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["entered"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_authorisation_a_number")]

    @property
    def kind_words(self) -> str:
        return gettext(WORDS[self.kind])

    @property
    def data_kind_words(self) -> list[str]:
        return [gettext(DATA_KINDS[kind]) for kind in self.data_kinds]


class CasePerson(UuidModel):
    """Somebody the case is about. Categories are kept apart; "unfounded" is an outcome like any other."""

    class Category(models.TextChoices):
        SUSPECT = "suspect"
        CONVICTED = "convicted"
        VICTIM = "victim"
        WITNESS = "witness"
        REPORTER = "reporter"
        OTHER = "other"

    class Outcome(models.TextChoices):
        OPEN = "open"
        UNFOUNDED = "unfounded"
        CHARGED = "charged"
        CONVICTED = "convicted"
        ACQUITTED = "acquitted"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="people")
    number = models.CharField(max_length=10)  # P1, P2 …: what logs and findings say instead of a name
    category = models.CharField(max_length=12, choices=Category)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OPEN)
    name = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    is_child = models.BooleanField(default=False)
    safeguarding = models.TextField(blank=True)  # victims: what was done to keep them from harm, by whom
    notified_on = models.DateField(null=True, blank=True)  # victims: told of the case's outcome
    entered = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["entered"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_case_person_a_number")]

    @property
    def category_words(self) -> str:
        return gettext(WORDS[self.category])

    @property
    def outcome_words(self) -> str:
        return gettext(WORDS[self.outcome])
