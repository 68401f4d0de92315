"""What others say about addresses, and what the unit itself says: per agency, never overwritten."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel


class TagPack(UuidModel):
    """One file of tags: who says so, from which file digest."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tag_packs")
    title = models.CharField(max_length=200)
    creator = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    count = models.IntegerField()
    skipped = models.JSONField(default=dict)
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    file = models.CharField(max_length=80, blank=True)  # the pack as it came, below the home's tags folder
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
    address = models.CharField(max_length=120, db_index=True)  # or a transaction id: see `on_transaction`
    on_transaction = models.BooleanField(default=False)
    label = models.CharField(max_length=300)
    category = models.CharField(max_length=80, blank=True)
    abuse = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=80, blank=True)
    confidence = models.CharField(max_length=40, blank=True)
    rank = models.IntegerField(default=0)  # confidence as a number, for order only
    source = models.TextField(blank=True)
    lastmod = models.DateField(null=True)
    network = models.CharField(max_length=20, blank=True)
    concepts = models.JSONField(default=list)
    is_cluster_definer = models.BooleanField(default=False)

    objects = ScopedManager(agency="pack__agency")

    class Meta:
        ordering = ["-rank", "-lastmod", "label"]


class OwnTag(UuidModel):
    """A tag of the unit: who says it, on what ground, and who looked at it again. Withdrawn, it stays readable."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="own_tags")
    network = models.CharField(max_length=20)
    address = models.CharField(max_length=120, db_index=True)
    currency = models.CharField(max_length=12)
    label = models.CharField(max_length=300)
    category = models.CharField(max_length=80, blank=True)
    abuse = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=80, blank=True)
    confidence = models.CharField(max_length=40)
    source = models.TextField()  # the ground: a document, an answer to a request, an observation
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="own_tags")
    made = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="reviewed_tags")
    reviewed = models.DateTimeField(null=True)
    withdrawn = models.DateTimeField(null=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-made"]
