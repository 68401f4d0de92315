"""Pages of exhibits. Thin: what they change, actions change; what they may show, rules say."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.common.models import Job
from amparo.web.exhibits import actions, pages, rules
from amparo.web.exhibits.catalogue import ItemPage, item_row, item_url, items_page, unsaved_row
from amparo.web.exhibits.forms import FilterForm, InboxForm, ReasonForm, UploadForm
from amparo.web.exhibits.models import Catalogue, Exhibit


def exhibit_for(person: Person, pk: UUID) -> Exhibit:
    """Return one exhibit of a case the person is a member of. Raises NotFound alike for all others."""
    require(person, "exhibits.see")
    found = Exhibit.objects.select_related("case__agency").filter(pk=pk, case__in=cases_of(person).order_by()).first()
    if found is None:
        raise NotFound
    return found


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    require(request.user, "exhibits.see")
    found = case_for(request.user, case_id)
    exhibits = Exhibit.objects.filter(case=found).select_related("catalogue")
    may_deposit = request.user.may("exhibits.deposit")
    return render(request, "exhibits/case.html", {"case": found, "exhibits": exhibits, "may_deposit": may_deposit})


@login_required
def deposit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    require(request.user, "exhibits.deposit")
    found = case_for(request.user, case_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [(each.name, each.chunks()) for each in form.cleaned_data["files"]]
        declared = form.cleaned_data["declared_sha256"]
        try:
            made = actions.deposit_file(
                actor=request.user, case=found, files=files, declared_sha256=declared, **form.about()
            )
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("exhibits:exhibit", made.pk)
    context = {"case": found, "form": form, "way": "upload"}
    return render(request, "exhibits/deposit.html", context, status=400 if form.errors else 200)


@login_required
def inbox(request: HttpRequest, case_id: UUID) -> HttpResponse:
    require(request.user, "exhibits.deposit")
    found = case_for(request.user, case_id)
    form = InboxForm(request.POST or None, agency=found.agency)
    if form.is_valid():
        entry = form.cleaned_data["entry"]
        try:
            made = actions.deposit_from_inbox(actor=request.user, case=found, entry=entry, **form.about())
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("exhibits:exhibit", made.pk)
    context = {"case": found, "form": form, "way": "inbox", "entries": form.found}
    return render(request, "exhibits/deposit.html", context, status=400 if form.errors else 200)


@login_required
def exhibit(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = exhibit_for(request.user, pk)
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "kind": ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "exhibit": found,
        "case": found.case,
        "form": form,
        "query": query + "&" if query else "",
        "is_filtered": bool(query),
        "facts": pages.facts_of(found),
        "problems": pages.problems_of(found),
        "files": found.files.all()[:100],
        "catalogue": Catalogue.objects.filter(exhibit=found).first(),
        "jobs": Job.objects.filter(case_id=found.case_id, parameters__exhibit=str(found.pk))[:6],
        "items": _items(found, asked, request.GET.get("page", "1")),
        "back": reverse("exhibits:exhibit", args=[found.pk]),
        "may_deposit": request.user.may("exhibits.deposit"),
        "history": history(agency_id=found.case.agency_id, case_id=found.case_id, object=f"exhibit:{found.pk}"),
    }
    return render(request, "exhibits/exhibit.html", context)


def _items(found: Exhibit, asked: dict[str, Any], page: str) -> ItemPage | None:
    """The page of items inside the authorisation, or None before there is a catalogue."""
    if not Catalogue.objects.filter(exhibit=found).exists():
        return None
    number = int(page) if page.isdecimal() and len(page) < 9 else 1
    return items_page(found, rules.allowance(found), text=asked["q"], kind=asked["kind"], number=number)


@login_required
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = exhibit_for(request.user, pk)
    path = request.GET.get("path", "")
    row = unsaved_row(found, path)
    closed = rules.why_closed(row)
    context = {
        "exhibit": found,
        "case": found.case,
        "item": row,
        "closed": pages.closed_words(closed),
        "is_restricted": closed in {rules.RESTRICTED, rules.HOLDS_RESTRICTED},
        "facts": pages.item_facts(row, closed),
        "preview": pages.preview(request.user, row) if closed is None else None,
        "form": ReasonForm(initial={"path": path}),
        "may_take": closed is None and request.user.may("items.take"),
        "may_trace": closed is None and request.user.may("traces.run"),
        "may_restrict": not row.is_restricted and request.user.may("matches.review"),
        "history": history(agency_id=found.case.agency_id, case_id=found.case_id, object=str(row)[:300]),
    }
    return render(request, "exhibits/item.html", context)


@login_required
@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a copy of an item; its name is its digest, so that nothing of the evidence names a file on this machine."""
    found = exhibit_for(request.user, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused_form(request, found, form)
    row, blob = actions.take_item(actor=request.user, exhibit=found, **form.cleaned_data)
    name = f"{found.number}-{row.sha256[:16]}.bin"
    return FileResponse(blob.open(), as_attachment=True, filename=name, content_type="application/octet-stream")


@login_required
@require_POST
def restrict(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = exhibit_for(request.user, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused_form(request, found, form)
    path = form.cleaned_data["path"]
    actions.mark_restricted(actor=request.user, item=item_row(found, path), why=form.cleaned_data["reason"])
    return redirect(item_url(found, path))


def _refused_form(request: HttpRequest, found: Exhibit, form: ReasonForm) -> HttpResponse:
    context = {"exhibit": found, "case": found.case, "form": form, "action": request.path}
    return render(request, "exhibits/reason.html", context, status=400)


@login_required
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = actions.check_again(actor=request.user, exhibit=exhibit_for(request.user, pk))
    return redirect("jobs:job", job.pk)


@login_required
@require_POST
def catalogue(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = actions.catalogue_again(actor=request.user, exhibit=exhibit_for(request.user, pk))
    return redirect("jobs:job", job.pk)
