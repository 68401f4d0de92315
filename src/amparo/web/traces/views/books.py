"""Pages of books: read a statement, see its lines and its problems."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.cases.authorisation import limits, require_authorisation
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.exhibits.cataloguing import WHOLE
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.views import exhibit_for
from amparo.web.traces import actions
from amparo.web.traces.book_forms import StatementForm
from amparo.web.traces.books import how_to_read, name_of, options_of, preview, store_of_book
from amparo.web.traces.models import Book
from amparo.web.traces.show_books import BookLines, problem_words

ROWS = 50


@login_required
def books(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "traces.see")
    allowed = limits(found, "financial")
    rows = Book.objects.filter(case=found).prefetch_related("files__exhibit")
    context = {
        "case": found,
        "books": rows if allowed else rows.none(),
        "outside": 0 if allowed else rows.count(),
        "exhibits": Exhibit.objects.filter(case=found, kind=Exhibit.Kind.FILE)[:ROWS],
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/books.html", context)


@login_required
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What reading an item would give; posted, it is read into a book."""
    exhibit = exhibit_for(request.user, pk)
    path = request.GET.get("path", WHOLE)
    item, blob = actions.open_statement(actor=request.user, exhibit=exhibit, path=path)
    reading = how_to_read(blob)
    form = StatementForm(request.POST or None, case=exhibit.case, reading=reading)
    shown = None
    if form.is_valid():
        asked, reader = form.asked(), form.cleaned_data["reader"]
        try:
            shown = preview(blob, name_of(item), reader, options_of(asked))
            if "keep" in request.POST:
                book = actions.add_to_book(
                    actor=request.user,
                    exhibit=exhibit,
                    path=path,
                    reader=reader,
                    asked=asked,
                    book=form.cleaned_data["book"],
                    name=form.cleaned_data["name"],
                )
                back = reverse("traces:book", args=[book.pk])
                return redirect(f"{reverse('jobs:job', args=[book.job_id])}?back={back}")
        except AmparoError as error:
            form.add_error(None, str(say(error)))
    context = {
        "exhibit": exhibit,
        "case": exhibit.case,
        "item": item,
        "form": form,
        "reading": reading,
        "shown": shown,
        "problems": problem_words(shown.problems) if shown else [],
    }
    return render(request, "traces/read.html", context, status=400 if form.errors else 200)


def book_for(request: HttpRequest, pk: UUID) -> Book:
    """Raises NotAllowed, NotFound, OutsideAuthorisation."""
    require(request.user, "traces.see")
    found = Book.objects.filter(pk=pk, case__in=cases_of(request.user)).select_related("case__agency").first()
    if found is None:
        raise NotFound
    require_authorisation(found.case, "financial")
    return found


@login_required
def book(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = book_for(request, pk)
    lines = None
    if found.facts:
        account = request.GET.get("account", "").strip()
        lines = BookLines(store_of_book(found), account or None)
    context = {
        "book": found,
        "case": found.case,
        "files": found.files.select_related("exhibit", "added_by"),
        "problems": problem_words(found.problems[:200]),
        "lines": lines,
        "account": request.GET.get("account", ""),
        "page": Paginator(lines, ROWS).get_page(request.GET.get("page")) if lines is not None else None,
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/book.html", context)
