"""Trace, its results by rule, and what people marked on them."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.traces.models.books import Book
from amparo.web.traces.models.chains import ChainWindow
from amparo.web.traces.models.joins import JoinDecision


class Trace(UuidModel):
    """One question: from these outputs, by these rules, with these stops. Results stand beside it, one a rule.

    Over blocks (`chain`), over account ledgers (`books`), or over both where accepted joins lead across.
    """

    class Direction(models.TextChoices):
        FORWARD = "forward"
        BACKWARD = "backward"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="traces")
    number = models.CharField(max_length=10)  # T1, T2 … in the case
    chain = models.ForeignKey(ChainWindow, null=True, on_delete=models.PROTECT, related_name="traces")
    books = models.ManyToManyField(Book, related_name="traces")  # account ledgers it runs over
    joins = models.ManyToManyField(JoinDecision, related_name="traces")  # accepted joins it crosses
    seed = models.CharField(max_length=200)
    seeds = models.JSONField(default=list)  # further starts, one a line of what a person typed
    left_out = models.JSONField(default=list)  # starts that no loaded block pays: named on the page, not followed
    side = models.CharField(max_length=8, default="received")  # of accounts: received, sent or balance
    unknown = models.CharField(max_length=6, default="least")  # opening balances nobody knows: least or gap
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.FORWARD)
    rules = models.JSONField()
    max_hops = models.IntegerField(null=True)
    floor = models.BigIntegerField(null=True)  # satoshi: smaller tainted amounts stop
    at_services = models.BooleanField(default=False)  # stop at addresses that a tag calls a service
    at_mixers = models.BooleanField(default=False)  # stop at CoinJoins
    dormant_days = models.IntegerField(null=True)  # stop where money lay still for longer
    until = models.DateField(null=True)  # do not follow what moved after this day
    question = models.CharField(max_length=300, blank=True)
    authorisations = models.CharField(max_length=200)
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["-started"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_trace_a_number")]

    @property
    def over_accounts(self) -> bool:
        return self.chain_id is None

    @property
    def starts(self) -> list[str]:
        """Every start, in the order it was asked."""
        return [self.seed, *self.seeds]


class TraceResult(UuidModel):
    """The answer by one rule: totals to the satoshi, every step, the picture, and the recipe to run it again."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="results")
    rule = models.CharField(max_length=20)
    result = models.JSONField()
    totals = models.JSONField()
    svg = models.TextField()
    recipe = models.JSONField()

    objects = ScopedManager(agency="trace__case__agency")

    class Meta:
        ordering = ["rule"]
        constraints = [models.UniqueConstraint(fields=["trace", "rule"], name="one_result_a_rule")]


class TraceMark(UuidModel):
    """A hand-drawn highlight, a note, or a pinned next output: who made it, when; taken back, it stays in the log."""

    class Kind(models.TextChoices):
        HIGHLIGHT = "highlight"
        NOTE = "note"
        PIN = "pin"

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=200)  # of the node or link in the picture: an output's ref, a transfer's
    text = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="trace__case__agency")

    class Meta:
        ordering = ["made"]
        constraints = [models.UniqueConstraint(fields=["trace", "kind", "key", "text"], name="one_mark_a_key")]
