"""HashList: one version of one list, and what it may be used for."""

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.web.accounts.models import Agency, Person
from amparo.web.common.models import UuidModel

#: The closed set of purposes a list may have; a list without one of them cannot be imported.
PURPOSES: Final[dict[str, str]] = {
    "csam": gettext_noop("find known child sexual abuse material"),
    "intimate-images": gettext_noop("find intimate images shared without consent"),
    "case-files": gettext_noop("find files of this unit's own cases"),
    "malware": gettext_noop("find known malware"),
    "training": gettext_noop("exercise with benign files"),
}


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
    source_sha256 = models.CharField(max_length=64)
    index_digest = models.CharField(max_length=64)
    entries = models.BigIntegerField()
    skipped = models.JSONField(default=dict)  # reason -> count
    skipped_examples = models.JSONField(default=list)  # [{"what", "reason", "detail"}], the first of each reason
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
