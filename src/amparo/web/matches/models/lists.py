"""HashList: one version of one list, what it may be used for; its import, and what this unit thinks of its entries."""

import hashlib
from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.media import SIGNALS
from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel

#: The closed set of purposes a list may have; a list without one of them cannot be imported.
PURPOSES: Final[dict[str, str]] = {
    "csam": gettext_noop("find known child sexual abuse material"),
    "intimate-images": gettext_noop("find intimate images shared without consent"),
    "case-files": gettext_noop("find files of this unit's own cases"),
    "malware": gettext_noop("find known malware"),
    "known-good": gettext_noop("leave out harmless files, such as those of operating systems"),
    "training": gettext_noop("exercise with benign files"),
}

#: Lists of this purpose are looked up to leave files out; never matched.
KNOWN_GOOD: Final = "known-good"
#: Once confirmed, matches with a list of these purposes make their item restricted.
RESTRICTING: Final = frozenset({"csam", "intimate-images"})


class HashList(UuidModel):
    """One version of one list: its entries lie in immutable segment files, only opinions are rows."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="hash_lists")
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=[(name, name) for name in PURPOSES])
    source = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    licence = models.CharField(max_length=200, blank=True)  # under what terms it may be used and passed on
    source_sha256 = models.CharField(max_length=64)
    index_digest = models.CharField(max_length=64)
    entries = models.BigIntegerField()
    skipped = models.JSONField(default=dict)  # reason -> count
    skipped_examples = models.JSONField(default=list)  # [{"what", "reason", "detail"}], the first of each reason
    conflicts = models.BigIntegerField(default=0)  # digests the list holds with different labels
    conflict_examples = models.JSONField(default=list)  # [{"signal", "digest", "labels"}]
    odd_pdq = models.BigIntegerField(default=0)  # PDQ hashes that look unlike what the algorithm makes
    taken_back = models.BigIntegerField(default=0)  # entries the source itself has withdrawn: kept, never matched
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    imported = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["name", "-imported"]
        constraints = [models.UniqueConstraint(fields=["agency", "name", "version"], name="one_list_a_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def purpose_words(self) -> str:
        return gettext(PURPOSES[self.purpose])

    @property
    def skipped_total(self) -> int:
        return sum(self.skipped.values())

    @property
    def is_known_good(self) -> bool:
        return self.purpose == KNOWN_GOOD


class ListImport(UuidModel):
    """A list's file on its way in. The job reads it; only a file that was read to its end makes a HashList.

    The list made of it has the same key, so that a worker that died and goes on makes no second one.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="list_imports")
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=20)  # "" = look at its beginning
    inbox = models.CharField(max_length=32, blank=True)  # key of a file on the server; "" = it was sent
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    started = models.DateTimeField(default=timezone.now)
    job_id = models.UUIDField(null=True)
    hash_list = models.OneToOneField(HashList, null=True, on_delete=models.PROTECT, related_name="import_of")

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-started"]


class ListOpinion(UuidModel):
    """What a person of this unit thinks of one entry of a list, in all its versions. The newest counts; all stay."""

    class Opinion(models.TextChoices):
        CONFIRMED = "confirmed"
        DISPUTED = "disputed"
        WITHDRAWN = "withdrawn"  # by us: it matches nothing in new scans

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="list_opinions")
    list_name = models.CharField(max_length=120)
    key = models.CharField(max_length=64)  # see `entry_key`
    digests = models.JSONField()  # signal -> digest, as the entry had them
    label = models.CharField(max_length=120, blank=True)
    opinion = models.CharField(max_length=10, choices=Opinion)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="list_opinions")
    at = models.DateTimeField(default=timezone.now)
    current = models.BooleanField(default=True)

    objects = ScopedManager(agency="agency")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "list_name", "key"], condition=models.Q(current=True), name="one_opinion_counts"
            )
        ]


def entry_key(digests: Mapping[str, str]) -> str:
    """What names an entry through all versions of its list: its strongest digest, hashed; weaker ones may come."""
    signal = next(each.name for each in SIGNALS if each.name in digests)
    return hashlib.sha256(f"{signal}:{digests[signal]}".encode()).hexdigest()
