"""ChainWindow: blocks of a chain, installation-wide; edges of entities that a person holds back."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
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
    source = models.CharField(max_length=20, default="block-file")  # name in amparo.ledger.SOURCES
    given = models.JSONField(default=dict)  # inputs outside the window whose amount a source told: {"undo": 1239}
    entities = models.JSONField(default=dict)  # facts of the last clustering, with the tip it stands on; {} = none
    clustering_job_id = models.UUIDField(null=True)

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
    def has_entities(self) -> bool:
        """Whether entities were computed for the blocks as they are now."""
        return bool(self.entities) and self.entities.get("tip") == self.tip

    @property
    def unresolved(self) -> int:
        return self.inputs - self.resolved

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())


class HeldEdge(UuidModel):
    """A transaction that must not join addresses in this agency's view of entities: who decided so, and why.

    Clusters are the installation's; what an agency holds back is taken out when it looks.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="held_edges")
    chain = models.ForeignKey(ChainWindow, on_delete=models.CASCADE, related_name="held_edges")
    txid = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    held_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    held = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["held"]
        constraints = [models.UniqueConstraint(fields=["agency", "chain", "txid"], name="one_held_edge_a_tx")]
