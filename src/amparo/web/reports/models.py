"""Reports as rows: what is readable ranks and finds, what was said is sealed.

Readable on purpose: category, state, day, scores with their reasons, size class, keyed hashes. No moment finer than a
day is kept for what a reporter does; DangerClock is the one exception and is deleted at the first human view.
"""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel


class KeyPair(UuidModel):
    """A public key of the agency, in numbered epochs. The private part is nowhere as such: see KeyWrap."""

    class Kind(models.TextChoices):
        AGENCY = "agency"
        RECOVERY = "recovery"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="key_pairs")
    kind = models.CharField(max_length=10, choices=Kind)
    epoch = models.IntegerField()
    public_key = models.BinaryField(max_length=32)
    is_active = models.BooleanField(default=True)
    #: Recovery only: the installation's index key sealed to it; without the index key no receipt code works.
    sealed_index_key = models.BinaryField(null=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["agency", "kind", "epoch"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "epoch"], name="one_key_pair_an_epoch")]


class StaffKey(UuidModel):
    """One person's X25519 key, boxed under Argon2id of a passphrase that the system drew."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="staff_key")
    public_key = models.BinaryField(max_length=32)
    boxed_private = models.BinaryField()
    kdf = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=16)
    made = models.DateField()

    objects = ScopedManager(agency="person__agency")


class KeyWrap(UuidModel):
    """An agency key's private part, sealed to one reader's staff key."""

    pair = models.ForeignKey(KeyPair, on_delete=models.CASCADE, related_name="wraps")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="key_wraps")
    sealed_private = models.BinaryField()

    objects = ScopedManager(agency="pair__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "person"], name="one_wrap_a_reader")]


class ReadingRoom(UuidModel):
    """An open reading room: the agency's keys, boxed under a random key that only the reader's cookie holds."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reading_rooms")
    boxed_keys = models.BinaryField()
    opened = models.DateTimeField(default=timezone.now)
    used = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="person__agency")


class Report(UuidModel):
    class State(models.TextChoices):
        RECEIVED = "received", gettext_noop("Received")
        TRIAGED = "triaged", gettext_noop("Looked at")
        ACTING = "acting", gettext_noop("Being worked on")
        REFERRED = "referred", gettext_noop("Passed on")
        NEED_ANSWER = "need-answer", gettext_noop("Waiting for the reporter")
        DONE = "done", gettext_noop("Done")
        NOT_ILLEGAL = "not-illegal", gettext_noop("Not against the law")
        DUPLICATE = "duplicate", gettext_noop("Known already")
        NO_ACTION = "no-action", gettext_noop("No action")
        WITHDRAWN = "withdrawn", gettext_noop("Withdrawn")

    CLOSED = frozenset({State.DONE, State.NOT_ILLEGAL, State.DUPLICATE, State.NO_ACTION, State.WITHDRAWN})

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="reports")
    number = models.CharField(max_length=20)  # R2026-0042
    category = models.CharField(max_length=30)  # name in INTAKE_FORMS
    schema_version = models.IntegerField()
    language = models.CharField(max_length=8)
    channel = models.CharField(max_length=10, default="web")
    day = models.DateField(db_index=True)  # in the agency's zone; the exact time is sealed inside
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    danger = models.IntegerField()
    is_danger = models.BooleanField()
    actionability = models.IntegerField()
    reasons = models.JSONField(default=list)  # names in triage.REASONS, heaviest first
    kinds = models.JSONField(default=list)  # kinds of observables recognised, never their values
    size_class = models.IntegerField()
    holder = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="reports_held")

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-is_danger", "-danger", "day", "number"]
        constraints = [models.UniqueConstraint(fields=["agency", "number"], name="one_report_a_number")]
        indexes = [models.Index(fields=["agency", "state", "is_danger", "day"], name="report_queue")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_closed(self) -> bool:
        """Nothing is left to decide: a withdrawn report that may be about danger is not closed."""
        return self.state in self.CLOSED and not (self.state == self.State.WITHDRAWN and self.is_danger)


class SealedPart(UuidModel):
    """One sealed text of a report. Every report has the same set of kinds, so that their number tells nothing."""

    class Kind(models.TextChoices):
        ANSWERS = "answers"
        CONTACT = "contact"
        OBSERVABLES = "observables"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=12, choices=Kind)
    sealed = models.BinaryField()

    objects = ScopedManager(agency="report__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "kind"], name="one_part_a_kind")]


class ReportKey(UuidModel):
    """One copy of a report's key. A report whose copies are deleted is erased."""

    class Holder(models.TextChoices):
        AGENCY = "agency"
        RECOVERY = "recovery"
        REPORTER = "reporter"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="keys")
    holder = models.CharField(max_length=10, choices=Holder)
    sealed_key = models.BinaryField()
    epoch = models.IntegerField(null=True)  # of the key pair, for agency and recovery
    lookup_hash = models.CharField(max_length=32, null=True, unique=True)  # keyed hash of the code, for the reporter
    kdf = models.CharField(max_length=40, default="")
    salt = models.BinaryField(null=True, max_length=16)

    objects = ScopedManager(agency="report__agency")

    class Meta:
        indexes = [models.Index(fields=["report", "holder"], name="report_key_holder")]


class Message(UuidModel):
    class Sender(models.TextChoices):
        REPORTER = "reporter"
        STAFF = "staff"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="messages")
    seq = models.IntegerField()
    sender = models.CharField(max_length=10, choices=Sender)
    sealed = models.BinaryField()
    seen = models.BooleanField(default=False)
    day = models.DateField()

    objects = ScopedManager(agency="report__agency")

    class Meta:
        ordering = ["report", "seq"]
        constraints = [models.UniqueConstraint(fields=["report", "seq"], name="one_message_a_place")]


class ReportIndicator(UuidModel):
    """That a report names something, as a keyed hash: finds reports that name the same."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="indicators")
    purpose = models.CharField(max_length=10)  # in keyed.PURPOSES
    keyed_hash = models.CharField(max_length=32)

    objects = ScopedManager(agency="report__agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "purpose", "keyed_hash"], name="one_indicator")]
        indexes = [models.Index(fields=["purpose", "keyed_hash"], name="indicator_lookup")]


class StateChange(UuidModel):
    """What the reporter can follow: from, to, on which day. The public sentence comes from `states.PUBLIC`."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="changes")
    seq = models.IntegerField()
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    day = models.DateField()

    objects = ScopedManager(agency="report__agency")

    class Meta:
        ordering = ["report", "seq"]


class DangerClock(UuidModel):
    """The minute a danger report came in; lives until a human first sees it, then becomes a count in a bucket."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="danger_clock")
    minute = models.DateTimeField()

    objects = ScopedManager(agency="report__agency")


class DangerBucket(UuidModel):
    """How many danger reports waited at most `minutes` for a human; -1 collects the longer ones."""

    LIMITS = (5, 15, 30, 60, 240, 1440)

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="danger_buckets")
    minutes = models.IntegerField()
    count = models.IntegerField(default=0)

    objects = ScopedManager(agency="agency")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "minutes"], name="one_bucket_a_limit")]


class FormNonce(UuidModel):
    """A form that was sent once: sending it again gives the same report, not a second one."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="form_nonces")
    keyed_hash = models.CharField(max_length=32, unique=True)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="nonces")
    content_hash = models.CharField(max_length=64)  # keyed by the report's own key
    day = models.DateField(db_index=True)

    objects = ScopedManager(agency="agency")


class ReportCopy(UuidModel):
    """What an officer copied out of a report into a case: from here on it is case material, under its authorisation."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="report_copies")
    report = models.ForeignKey(Report, null=True, on_delete=models.SET_NULL, related_name="copies")
    number = models.CharField(max_length=20)  # of the report
    category = models.CharField(max_length=30)
    schema_version = models.IntegerField()
    language = models.CharField(max_length=8)
    day = models.DateField()
    answers = models.JSONField()  # question -> answer, without contact data
    observables = models.JSONField(default=list)  # dicts: kind, value, raw, validity, question, offset
    copied_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    copied = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["copied"]
        constraints = [models.UniqueConstraint(fields=["case", "report"], name="one_copy_a_case")]
