"""The job that reads a book: killed, it begins again; the store is published whole or not at all."""

import tempfile
from pathlib import Path

from django.db import transaction
from django_scopes import scope

from amparo.web.accounts.models import Agency
from amparo.web.common.home import folder
from amparo.web.common.jobs import Run, handler
from amparo.web.exhibits.catalogue import unsaved_row
from amparo.web.exhibits.sources import item_blob
from amparo.web.traces.books import build, copy, name_of
from amparo.web.traces.models import Book


@handler("traces.book")
def run_book(run: Run) -> None:
    with scope(agency=Agency.objects.get(pk=run.job.agency_id)):
        book = Book.objects.select_related("case").get(pk=run.job.parameters["book"])
        with tempfile.TemporaryDirectory(dir=folder("ledger")) as place:
            files = []
            for number, file in enumerate(book.files.select_related("exhibit__case")):
                inside = Path(place) / str(number)
                inside.mkdir()
                name = f"{file.exhibit.number}-{name_of(unsaved_row(file.exhibit, file.path))}"
                files.append((file, copy(item_blob(file.exhibit, file.path), inside, name)))
            found = build(book, files, run.progress)
        with transaction.atomic():
            book.facts, book.problems = found["facts"], found["problems"]
            book.facts["problems"] = found["count"]
            book.ledger = ", ".join(found["facts"]["ledgers"])[:120]
            book.save(update_fields=["facts", "problems", "ledger"])
            for file, _ in files:
                file.lines = found["lines"].get(file.sha256, 0)
                file.save(update_fields=["lines"])
            run.finish()
