"""Book: an account ledger of a case (bank, mobile money, exchange records, EVM, TRON), read from exhibits' items."""

from django.db import models
from django.utils import timezone
from django_scopes import ScopedManager

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import UuidModel
from amparo.web.exhibits.models import Exhibit


class Book(UuidModel):
    """Several files may feed one book (a statement a month); each new one builds its store again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="books")
    number = models.CharField(max_length=10)  # B1, B2 … in the case
    name = models.CharField(max_length=120)
    ledger = models.CharField(max_length=120)  # the ledger's name in its transfers: "bank:DE89…", "tron"
    folder = models.CharField(max_length=80, blank=True)  # of the AccountStore below the home's ledger folder
    facts = models.JSONField(default=dict)  # accounts, assets, first and last time, transfers, digest
    problems = models.JSONField(default=list)  # {"code", "sentence", "facts"} with file and line: shown, never hidden
    job_id = models.UUIDField(null=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="case__agency")

    class Meta:
        ordering = ["made"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_book_a_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class BookFile(UuidModel):
    """One item of an exhibit that was read into a book, and how."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="files")
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="book_files")
    path = models.TextField()  # forensic path of the item
    sha256 = models.CharField(max_length=64)
    reader = models.CharField(max_length=40)  # name in amparo.ledger.statements.STATEMENTS
    profile = models.JSONField(default=dict)  # what a person confirmed: columns, signs, dates, currency
    lines = models.IntegerField(default=0)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    added = models.DateTimeField(default=timezone.now)

    objects = ScopedManager(agency="book__case__agency")

    class Meta:
        ordering = ["added"]
        constraints = [models.UniqueConstraint(fields=["book", "sha256"], name="one_book_file_a_digest")]
