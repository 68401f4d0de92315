"""ChainWindow (installation-wide), TagPack and Tag (per agency), Trace and its results by rule."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel


class ChainWindow(UuidModel):
    """Blocks that were loaded: public data, so one store serves every real agency of the installation.

    Blocks that an exercise loaded may be made up: only exercises see them.
    `window` is None for a chain from its first block on, else the declared name of a part whose spent outputs may
    be missing.
    """

    name = models.CharField(max_length=120)
    network = models.CharField(max_length=20)
    window = models.CharField(max_length=120, null=True)
    folder = models.CharField(max_length=64, unique=True)  # below the home's ledger folder
    source_sha256 = models.CharField(max_length=64)
    is_exercise = models.BooleanField(default=False)
    tip = models.CharField(max_length=64)
    first_height = models.BigIntegerField(null=True)
    last_height = models.BigIntegerField(null=True)
    blocks = models.BigIntegerField()
    transactions = models.BigIntegerField()
    inputs = models.BigIntegerField()
    outputs = models.BigIntegerField()
    resolved = models.BigIntegerField()
    skipped = models.JSONField(default=dict)
    loaded = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["loaded"]
        constraints = [models.UniqueConstraint(fields=["source_sha256", "is_exercise"], name="one_chain_a_source")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, agency: Agency) -> models.QuerySet["ChainWindow"]:
        """The chains an agency may trace in."""
        every = cls.objects.all()
        return every if agency.is_exercise else every.filter(is_exercise=False)

    @property
    def unresolved(self) -> int:
        return self.inputs - self.resolved

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


class TagPack(UuidModel):
    """One file of tags: who says so, from which file digest."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tag_packs")
    title = models.CharField(max_length=200)
    creator = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    count = models.IntegerField()
    skipped = models.JSONField(default=dict)
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    imported = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["agency", "sha256"], name="one_pack_a_digest")]

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


class Tag(models.Model):
    """What somebody says about an address. Never overwritten: all are kept, ranked by confidence when shown."""

    pack = models.ForeignKey(TagPack, on_delete=models.CASCADE, related_name="tags")
    currency = models.CharField(max_length=12)
    address = models.CharField(max_length=120, db_index=True)
    label = models.CharField(max_length=300)
    category = models.CharField(max_length=80, blank=True)
    abuse = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=80, blank=True)
    confidence = models.CharField(max_length=40, blank=True)
    rank = models.IntegerField(default=0)  # confidence as a number, for order only
    source = models.TextField(blank=True)
    lastmod = models.DateField(null=True)

    objects = ScopedManager(agency="pack__agency")

    class Meta:
        ordering = ["-rank", "-lastmod", "label"]


class Trace(UuidModel):
    """One question: from these outputs, by these rules, with these stops. Results stand beside it, one a rule."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="traces")
    number = models.CharField(max_length=10)  # T1, T2 … in the case
    chain = models.ForeignKey(ChainWindow, on_delete=models.PROTECT, related_name="traces")
    seed = models.CharField(max_length=200)
    rules = models.JSONField()
    max_hops = models.IntegerField(null=True)
    floor = models.BigIntegerField(null=True)  # satoshi: smaller tainted amounts stop
    at_services = models.BooleanField(default=False)  # stop at addresses that a tag calls a service
    question = models.CharField(max_length=300, blank=True)
    authorisations = models.CharField(max_length=200)
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["-started"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_trace_a_number")]


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
