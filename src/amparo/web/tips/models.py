"""Delivery, Tip, TipFile, TipKey: what platforms sent, before anything of it is a case.

A tip's files lie in the agency's write-once store; what a row says of them are digests, never a picture.
"""

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop, visible
from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit

#: What a page says for each state of a delivery and of a tip.
WORDS: Final[dict[str, str]] = {
    "waiting": gettext_noop("waiting for its turn"),
    "reading": gettext_noop("being read"),
    "ranking": gettext_noop("being compared with the others"),
    "done": gettext_noop("read"),
    "failed": gettext_noop("could not be read"),
    "new": gettext_noop("New"),
    "looked-at": gettext_noop("Looked at"),
    "in-case": gettext_noop("In a case"),
    "duplicate": gettext_noop("Known already"),
    "no-action": gettext_noop("No action"),
}


class Delivery(UuidModel):
    """What was handed over at once: one report with its files, or hundreds in one zip. Kept as it came."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READING = "reading"
        RANKING = "ranking"
        DONE = "done"
        FAILED = "failed"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="deliveries")
    number = models.CharField(max_length=20)  # D2026-0001
    name = models.TextField()  # display form of the file's or folder's name
    source = models.CharField(max_length=200)  # who handed it over, in words
    legal_basis = models.CharField(max_length=300)  # on what authority the unit holds it, in words
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    inbox_key = models.CharField(max_length=32, blank=True)  # of the inbox entry it is still to be taken from
    stored = models.JSONField(default=list)  # exhibits.storing.Kept of each stored file, as dicts
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)  # bytes
    tips_read = models.IntegerField(default=0)
    files_read = models.IntegerField(default=0)
    skipped = models.JSONField(default=dict)  # reason -> count
    examples = models.JSONField(default=list)  # [what, reason, detail] of the first skips of each reason
    error = models.CharField(max_length=500, blank=True)
    job_id = models.UUIDField(null=True)
    token = models.CharField(max_length=36, null=True)  # of the form: posting it twice makes one delivery
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    imported = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-imported"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="one_delivery_a_number"),
            models.UniqueConstraint(fields=["agency", "token"], name="one_delivery_a_form"),
        ]
        indexes = [models.Index(fields=["agency", "sha256"], name="delivery_by_digest")]

    def __str__(self) -> str:
        return self.number

    @property
    def state_words(self) -> str:
        return gettext(WORDS[self.state])

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


class Tip(UuidModel):
    """One report of a platform. `fields` is all that it said (see `plain`); the columns are what ranks and finds."""

    class State(models.TextChoices):
        NEW = "new"
        LOOKED_AT = "looked-at"
        IN_CASE = "in-case"
        DUPLICATE = "duplicate"
        NO_ACTION = "no-action"

    OVER = frozenset({State.IN_CASE, State.DUPLICATE, State.NO_ACTION})

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tips")
    number = models.CharField(max_length=20)  # T2026-0001
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tips")
    position = models.IntegerField()  # in the delivery, from 1: reading it again makes no second row
    day = models.DateField()  # imported, in the agency's zone
    provider_report_id = models.CharField(max_length=120, blank=True)
    clearing_house = models.CharField(max_length=120, blank=True)
    esp = models.CharField(max_length=120, blank=True)
    incident_kind = models.CharField(max_length=20)
    incident_at = models.DateTimeField(null=True)
    foreign_reference = models.CharField(max_length=300, blank=True)  # another country's case number, as text
    document_sha256 = models.CharField(max_length=64, blank=True)
    document_size = models.BigIntegerField(default=0)
    fields = models.JSONField()
    problems = models.JSONField(default=list)  # [what, reason, detail]
    report_key = models.CharField(max_length=64, blank=True)  # equal for the same report, whatever its content
    content_key = models.CharField(max_length=64, blank=True)  # equal for the same content

    danger = models.IntegerField(default=0)
    is_danger = models.BooleanField(default=False)
    actionability = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)  # names, heaviest first
    rank = models.IntegerField(default=0)  # danger flag, danger, actionability in one number: see `ranking.rank_of`
    known_files = models.IntegerField(default=0)  # files that a list of the unit knows
    missing_files = models.IntegerField(default=0)
    report_links = models.IntegerField(default=0)  # citizens' reports that name the same
    case_links = models.IntegerField(default=0)  # cases of the unit in which the same was seen

    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    is_over = models.BooleanField(default=False)  # state in OVER: for the queue's index
    state_reason = models.CharField(max_length=300, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="duplicates")
    version_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="versions")
    incident = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="incident_tips")
    holder = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="tips_held")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="tips")
    exhibit = models.ForeignKey(Exhibit, null=True, on_delete=models.PROTECT, related_name="tips")

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["is_over", "-rank", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="one_tip_a_number"),
            models.UniqueConstraint(fields=["delivery", "position"], name="one_tip_a_position"),
        ]
        indexes = [
            models.Index(fields=["agency", "is_over", "-rank", "number"], name="tip_queue"),
            models.Index(fields=["agency", "report_key"], name="tip_by_report"),
            models.Index(fields=["agency", "esp"], name="tip_by_sender"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def state_words(self) -> str:
        return gettext(WORDS[self.state])

    @property
    def sender(self) -> str:
        """Who reported, for a page: the platform, else the clearing house."""
        return visible(self.esp or self.clearing_house)


class TipFile(UuidModel):
    """A file that a tip names or brought. Its bytes, if it came, lie in the store under `sha256`."""

    tip = models.ForeignKey(Tip, on_delete=models.CASCADE, related_name="files")
    position = models.IntegerField()
    name = models.TextField()  # display form
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)  # empty: it did not come with the tip
    sha1 = models.CharField(max_length=40, blank=True)
    md5 = models.CharField(max_length=32, blank=True)
    size = models.BigIntegerField(null=True)
    mime = models.CharField(max_length=100, blank=True)
    viewed_by_provider = models.BooleanField(null=True)  # None: the report does not say, which counts as no
    classification = models.CharField(max_length=40, blank=True)
    fields = models.JSONField(default=dict)  # what the report says of it
    problems = models.JSONField(default=list)  # [what, reason, detail]
    pdq = models.CharField(max_length=64, blank=True)
    pdq_quality = models.IntegerField(null=True)
    pdq_variants = models.JSONField(default=list)
    decoder = models.CharField(max_length=120, blank=True)
    compared = models.BooleanField(default=False)  # with the agency's lists
    known = models.JSONField(default=list)  # dicts: list, name, purpose, entry, label, signal, distance

    objects = ScopedManager(agency="tip__agency")

    class Meta:
        ordering = ["tip", "position"]
        constraints = [models.UniqueConstraint(fields=["tip", "position"], name="one_tip_file_a_position")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_missing(self) -> bool:
        return not self.sha256

    @property
    def known_words(self) -> list[str]:
        """Each list that knows it, once."""
        return sorted({str(each["name"]) for each in self.known})


class TipKey(UuidModel):
    """One thing by which a tip is linked: to other tips, to citizens' reports (keyed hash) and to sightings."""

    tip = models.ForeignKey(Tip, on_delete=models.CASCADE, related_name="keys")
    purpose = models.CharField(max_length=10)
    value = models.TextField()  # normalised
    keyed_hash = models.CharField(max_length=32)

    objects = ScopedManager(agency="tip__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tip", "purpose", "keyed_hash"], name="one_tip_key")]
        indexes = [models.Index(fields=["purpose", "keyed_hash"], name="tip_key_lookup")]
