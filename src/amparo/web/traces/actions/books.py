"""Mutations of books: read an item of an exhibit into an account ledger of the case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from amparo.base import Blob
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import record
from amparo.web.cases.actions import next_number
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.common.jobs import start_job
from amparo.web.exhibits.actions import open_item
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.traces import news
from amparo.web.traces.books import TRON, options_of
from amparo.web.traces.errors import BookNotEmpty, FileThere
from amparo.web.traces.models import Book, BookFile


def open_statement(*, actor: Person, exhibit: Exhibit, path: str) -> tuple[Item, Blob]:
    """The item's bytes, once role, authorisation and rules allow it; recorded before a byte is read.

    Raises NotAllowed, OutsideAuthorisation, NoSuchItem, ItemClosed.
    """
    require(actor, "traces.run")
    require_authorisation(exhibit.case, "financial", exhibit=exhibit.number)
    return open_item(actor=actor, exhibit=exhibit, path=path)


@transaction.atomic
def add_to_book(
    *,
    actor: Person,
    exhibit: Exhibit,
    path: str,
    reader: str,
    asked: Mapping[str, Any],
    book: Book | None = None,
    name: str = "",
) -> Book:
    """Add an item to a book of the case (a new one, if none is given) and queue its reading.

    `asked`: what a person said beside the file (profile, account, currency …). Raises as `open_statement`, and
    FileThere, BookNotEmpty, BadProfile.
    """
    item, _ = open_statement(actor=actor, exhibit=exhibit, path=path)
    options_of(asked)
    case = exhibit.case
    book = book or _new_book(actor, case, name or item.display)
    _refuse(book, item, reader)
    BookFile.objects.create(
        book=book,
        exhibit=exhibit,
        path=path,
        sha256=item.sha256,
        reader=reader,
        profile={key: value for key, value in asked.items() if value},
        added_by=actor,
    )
    limits = require_authorisation(case, "financial", exhibit=exhibit.number)
    record(
        news.BOOK_READ,
        actor=actor.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"book:{book.pk}",
        auth=" ".join(limits.numbers),
        before=f"sha256:{item.sha256}",
        facts={"number": book.number, "exhibit": exhibit.number, "reader": reader},
    )
    _queue(actor, book)
    return book


def _new_book(actor: Person, case: Case, name: str) -> Book:
    number = f"B{next_number(case.agency, f'book:{case.pk}')}"
    book = Book.objects.create(case=case, number=number, name=name[:120], ledger="", made_by=actor)
    book.folder = f"book-{book.pk.hex}"
    book.save(update_fields=["folder"])
    return book


def _refuse(book: Book, item: Item, reader: str) -> None:
    there = BookFile.objects.filter(book__case=book.case, sha256=item.sha256).select_related("book").first()
    if there is not None:
        raise FileThere(book=there.book.number)
    others = set(book.files.values_list("reader", flat=True))
    if others and (TRON in others) != (reader == TRON):
        raise BookNotEmpty(book=book.number)


def _queue(actor: Person, book: Book) -> None:
    job = start_job(
        "traces.book",
        agency_id=book.case.agency_id,
        case_id=book.case_id,
        actor_id=actor.pk,
        subject=f"{book.number}: {book.name}",
        parameters={"book": str(book.pk)},
    )
    book.job_id = UUID(str(job.pk))
    book.save(update_fields=["job_id"])
