"""Pages of lists, scans and the review of matches."""

import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.media import preview
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.exhibits.sources import item_blob
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches import actions, forms
from amparo.web.matches.models import Exposure, HashList, Match, Scan


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.see")
    context = {"lists": HashList.objects.all(), "may_import": request.user.may("lists.import")}
    return render(request, "matches/lists.html", context)


@login_required
def hash_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "matches.see")
    found = HashList.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    past = history(agency_id=request.user.agency_id, object=f"list:{found.pk}")
    context = {"list": found, "history": past, "may_import": request.user.may("lists.import")}
    return render(request, "matches/list.html", context)


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "lists.import")
    form = forms.ImportForm(request.POST or None, request.FILES or None, agency=request.user.agency)
    if form.is_valid():
        upload = form.cleaned_data.pop("file")
        try:
            with tempfile.TemporaryDirectory(dir=folder("index")) as place:
                path = kept(upload, Path(place))
                found = actions.import_list(actor=request.user, path=path, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("matches:list", found.pk)
    return render(request, "matches/import.html", {"form": form}, status=400 if form.errors else 200)


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The review grid of a case: possible matches first, near-by filters in the address."""
    found = case_for(request.user, case_id)
    require(request.user, "matches.see")
    matches = Match.objects.filter(exhibit__case=found).select_related("item", "hash_list", "exhibit")
    state = request.GET.get("state", "possible")
    if state in Match.State.values:
        matches = matches.filter(state=state)
    context = {
        "case": found,
        "state": state,
        "states": Match.State.values,
        "matches": matches[:200],
        "scans": Scan.objects.filter(exhibit__case=found).select_related("exhibit").prefetch_related("lists"),
        "exhibits": Exhibit.objects.filter(case=found),
    }
    return render(request, "matches/case.html", context)


@login_required
def scan(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    exhibit = Exhibit.objects.filter(pk=exhibit_id, case__in=cases_of(request.user)).first()
    if exhibit is None:
        raise NotFound
    require(request.user, "matches.scan")
    form = forms.ScanForm(request.POST or None)
    if form.is_valid():
        try:
            started = actions.start_scan(actor=request.user, exhibit=exhibit, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("matches:case", args=[exhibit.case_id])
            return redirect(f"{reverse('jobs:job', args=[started.job_id])}?back={back}")
    context = {"form": form, "exhibit": exhibit, "case": exhibit.case}
    return render(request, "matches/scan.html", context, status=400 if form.errors else 200)


def _match_for(request: HttpRequest, pk: UUID) -> Match:
    require(request.user, "matches.see")
    found = (
        Match.objects.filter(pk=pk, exhibit__case__in=cases_of(request.user))
        .select_related("item", "hash_list", "exhibit__case__agency")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@login_required
def match(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _match_for(request, pk)
    context = {
        "match": found,
        "case": found.case,
        "reviews": found.reviews.select_related("person"),
        "reviewed": found.reviews.filter(person=request.user).exists(),
        "needed": found.case.agency.policy["match_confirmations"],
        "exposure": Exposure.objects.filter(pk=_uuid(request.GET.get("shown")), person=request.user).first(),
        "next": Match.objects.filter(exhibit__case=found.case, state=Match.State.POSSIBLE).exclude(pk=pk).first(),
        "history": history(agency_id=found.case.agency_id, case_id=found.case.pk, object=f"match:{found.pk}"),
    }
    return render(request, "matches/match.html", context)


@login_required
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _match_for(request, pk)
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        actions.review(actor=request.user, match=found, **form.cleaned_data)
    return redirect("matches:match", pk)


@login_required
@require_POST
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _match_for(request, pk)
    exposure = actions.reveal(actor=request.user, match=found, reason=request.POST.get("reason", ""))
    return redirect(f"{reverse('matches:match', args=[pk])}?shown={exposure.pk}")


@login_required
def picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The match's picture, grey and blurred, made here; small and clear only for an exposure of this very person.

    A restricted item has no blurred picture either: only the reveal action shows it.
    """
    found = _match_for(request, pk)
    exposure = Exposure.objects.filter(pk=_uuid(request.GET.get("shown")), person=request.user, match=found).first()
    if exposure is None and found.item.is_restricted:
        raise NotFound
    picture = preview(item_blob(found.exhibit, found.item.path), side=256, grey=exposure is None, blur=exposure is None)
    response = HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = "no-store"
    return response


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
