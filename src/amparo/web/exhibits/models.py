"""Exhibit, its files, its catalogue, and rows for the few items somebody matched, marked or reviewed."""

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django_scopes import ScopedManager

from amparo.base import gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel

#: What a page says for kinds, states and the result of the hash check.
WORDS: Final[dict[str, str]] = {
    "folder": gettext_noop("Folder"),
    "zip": gettext_noop("Zip archive"),
    "disk-image": gettext_noop("Disk image"),
    "file": gettext_noop("File"),
    "depositing": gettext_noop("being taken in"),
    "sealed": gettext_noop("sealed"),
    "failed": gettext_noop("not taken in"),
    "incomplete": gettext_noop("incomplete"),
    "yes": gettext_noop("equal to the hash that is stored with it"),
    "no": gettext_noop("differs from the hash that is stored with it, or damaged"),
    "absent": gettext_noop("no hash is stored with it to compare with"),
    "": gettext_noop("not checked yet"),
    "not-provider": gettext_noop("not from a platform"),
    "viewed": gettext_noop("from a platform, where somebody looked at the files"),
    "unviewed": gettext_noop("from a platform, where nobody looked at the files, or that is not known"),
}


class Exhibit(UuidModel):
    """One thing taken in. Four segments of one disk image are one exhibit; a folder is the one its manifest names."""

    class Kind(models.TextChoices):
        FOLDER = "folder"
        ZIP = "zip"
        DISK_IMAGE = "disk-image"
        FILE = "file"

    class State(models.TextChoices):
        DEPOSITING = "depositing"
        SEALED = "sealed"
        FAILED = "failed"
        INCOMPLETE = "incomplete"

    class HashCheck(models.TextChoices):
        NOT_YET = ""
        YES = "yes"
        NO = "no"
        ABSENT = "absent"

    class Provider(models.TextChoices):
        NONE = "not-provider"
        VIEWED = "viewed"
        UNVIEWED = "unviewed"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibits")
    number = models.CharField(max_length=12)  # EX1, EX2 … in the case
    label = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.FILE)
    state = models.CharField(max_length=12, choices=State, default=State.DEPOSITING)
    source = models.CharField(max_length=300, blank=True)  # where it comes from, in words
    provider = models.CharField(max_length=12, choices=Provider, default=Provider.NONE)
    acquired_on = models.DateField(null=True, blank=True)
    acquired_by = models.CharField(max_length=120, blank=True)
    acquired_where = models.CharField(max_length=200, blank=True)
    tool = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the one file, the segments' list, or the manifest
    size = models.BigIntegerField(default=0)  # bytes of all stored files
    media_sha256 = models.CharField(max_length=64, blank=True)  # of the disk inside an image
    stored_hashes = models.JSONField(default=dict)  # what the image says of itself: {"md5": …}
    computed_hashes = models.JSONField(default=dict)
    hash_verified = models.CharField(max_length=6, choices=HashCheck, default=HashCheck.NOT_YET, blank=True)
    facts = models.JSONField(default=dict)  # acquisition fields of the container's header
    problems = models.JSONField(default=list)  # {"code": …, "sentence": …, "facts": …}: shown, never hidden
    token = models.CharField(max_length=36, null=True)  # of the form: posting it twice makes one exhibit
    deposited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    deposited = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["deposited"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_exhibit_a_number"),
            models.UniqueConstraint(fields=["case", "token"], name="one_exhibit_a_form"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"

    @property
    def kind_words(self) -> str:
        return gettext(WORDS[self.kind])

    @property
    def state_words(self) -> str:
        return gettext(WORDS[self.state])

    @property
    def hash_words(self) -> str:
        return gettext(WORDS[self.hash_verified])

    @property
    def provider_words(self) -> str:
        return gettext(WORDS[self.provider])

    @property
    def is_readable(self) -> bool:
        return self.state in {self.State.SEALED, self.State.INCOMPLETE}


class ExhibitFile(UuidModel):
    """One stored file of an exhibit: a file, a segment of an image, or a folder's manifest and times.

    A folder's own files lie in the store under the digests that its manifest names; they have no rows.
    """

    class Role(models.TextChoices):
        SEGMENT = "segment"
        MANIFEST = "manifest"
        TIMES = "times"

    exhibit = models.ForeignKey(Exhibit, on_delete=models.CASCADE, related_name="files")
    position = models.IntegerField()
    name = models.TextField()  # display form: bytes that are no text are escaped
    role = models.CharField(max_length=10, choices=Role)
    sha256 = models.CharField(max_length=64, db_index=True)
    sha1 = models.CharField(max_length=40)
    md5 = models.CharField(max_length=32)
    size = models.BigIntegerField()

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["exhibit", "position"]
        constraints = [models.UniqueConstraint(fields=["exhibit", "position"], name="one_file_a_position")]


class Catalogue(UuidModel):
    """All items of an exhibit, in one Parquet file written once; its digest stands in the custody log."""

    exhibit = models.OneToOneField(Exhibit, on_delete=models.CASCADE, related_name="catalogue")
    path = models.CharField(max_length=300)  # below the folder "catalogues"
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField()  # items, and what was passed over
    items = models.BigIntegerField()
    skipped = models.JSONField(default=dict)  # reason -> count
    examples = models.JSONField(default=list)  # [what, reason, detail] of the first skips of each reason
    made = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="exhibit__case__agency")


class Item(UuidModel):
    """One item that was matched, marked, opened or reviewed. All others live in the catalogue only."""

    class Class(models.TextChoices):
        NORMAL = "normal"
        RESTRICTED = "restricted"

    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="items")
    path = models.TextField()  # forensic path inside the exhibit: permanent, one text for one thing
    display = models.TextField(blank=True)  # the same with the names people know
    path_key = models.CharField(max_length=64)  # SHA-256 of the path: long paths stay unique and quick
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    md5 = models.CharField(max_length=32, blank=True)
    mime = models.CharField(max_length=100, blank=True)
    mtime_raw = models.CharField(max_length=64, blank=True)
    mtime = models.DateTimeField(null=True)
    mtime_zone = models.CharField(max_length=8, blank=True)  # known, assumed, unknown
    allocated = models.BooleanField(null=True)
    item_class = models.CharField(max_length=12, choices=Class, default=Class.NORMAL, db_index=True)
    restricted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    restricted_at = models.DateTimeField(null=True)
    restricted_why = models.CharField(max_length=200, blank=True)
    viewed_by_provider = models.BooleanField(null=True)  # None: as the exhibit says
    noted = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="exhibit__case__agency")

    class Meta:
        ordering = ["exhibit", "path"]
        constraints = [models.UniqueConstraint(fields=["exhibit", "path_key"], name="one_item_a_path")]

    def __str__(self) -> str:
        return f"{self.exhibit.number}/{self.path}"

    @property
    def is_restricted(self) -> bool:
        return self.item_class == self.Class.RESTRICTED
