"""Finding, Offence → Element, Bundle and who may read it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.findings import TEMPLATES, Statement
from amparo.findings import Finding as FindingValue
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.matches.models import Match
from amparo.web.traces.models import Trace, TraceResult


def _said(statement: Statement) -> str:
    return gettext(TEMPLATES[statement.template].sentence) % statement.facts


class Finding(UuidModel):
    """One claim kept for the court. `body` is findings.Finding.as_dict(): template and facts, never a sentence."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="findings")
    number = models.CharField(max_length=10)  # F1, F2 … in the case
    body = models.JSONField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="findings")
    reviewers = models.JSONField(default=list)  # usernames, in the order of their reviews
    match = models.OneToOneField(Match, null=True, on_delete=models.PROTECT, related_name="finding")
    trace_result = models.OneToOneField(TraceResult, null=True, on_delete=models.PROTECT, related_name="finding")
    made = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["made"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_finding_a_number")]

    @property
    def value(self) -> FindingValue:
        return FindingValue.from_dict(self.body)

    @property
    def level(self) -> str:
        return self.body["level"]

    @property
    def sentence(self) -> str:
        """The claim in the active language."""
        return _said(self.value.claim)

    @property
    def supports(self) -> list[str]:
        return [_said(each) for each in self.value.supports]

    @property
    def against(self) -> list[str]:
        value = self.value
        return [_said(each) for each in (*value.against, *([value.known_error] if value.known_error else []))]

    @property
    def trace(self) -> Trace | None:
        return self.trace_result.trace if self.trace_result else None


class Offence(UuidModel):
    """What the law calls it, cut into the elements that must be shown."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offences")
    name = models.CharField(max_length=200)
    law = models.CharField(max_length=200)  # "Computer Misuse Act, s. 23"

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["name"]


class Element(UuidModel):
    """One element of an offence, and the findings put under it."""

    offence = models.ForeignKey(Offence, on_delete=models.CASCADE, related_name="elements")
    position = models.IntegerField()
    text = models.CharField(max_length=300)
    findings = models.ManyToManyField(Finding, related_name="elements")

    objects = ScopedManager(agency="offence__case__agency")

    class Meta:
        ordering = ["offence", "position"]
        constraints = [models.UniqueConstraint(fields=["offence", "position"], name="one_element_a_position")]


class Bundle(UuidModel):
    """One signed court bundle: a BagIt folder and its zip below the home's bundles folder."""

    class State(models.TextChoices):
        BUILDING = "building"
        SIGNED = "signed"
        FAILED = "failed"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bundles")
    number = models.CharField(max_length=10)  # B1, B2 … in the case
    languages = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the tag manifest
    key_id = models.CharField(max_length=16, blank=True)
    size = models.BigIntegerField(default=0)  # bytes of the zip
    job_id = models.UUIDField(null=True)
    built_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)
    signed = models.DateTimeField(null=True)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["-started"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_bundle_a_number")]


class BundleReader(UuidModel):
    """A judge, defence or expert who may read one bundle, and nothing else of the case."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="readers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readings")
    since = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="bundle__case__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "person"], name="one_reader_a_bundle")]
