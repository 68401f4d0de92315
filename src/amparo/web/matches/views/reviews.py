"""Pages of the review of matches."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from amparo.base import gettext_noop
from amparo.media import preview
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.models import Case
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound
from amparo.web.exhibits import rules
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches import actions, forms
from amparo.web.matches.errors import ReviewRefused
from amparo.web.matches.models import Exposure, Match, Scan

ROWS = 48


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The review grid of a case: possible matches first, the filter in the address."""
    found = case_for(request.user, case_id)
    require(request.user, "matches.see")
    form = forms.FilterForm({"state": Match.State.POSSIBLE, **request.GET.dict()}, case=found)
    context = {
        "case": found,
        "form": form,
        "page": Paginator(_filtered(found, form), ROWS).get_page(request.GET.get("page")),
        "query": form.address(),
        "any": Match.objects.filter(exhibit__case=found).exists(),
        "may_scan": request.user.may("matches.scan"),
        "scans": Scan.objects.filter(exhibit__case=found).select_related("exhibit").prefetch_related("lists"),
        "exhibits": Exhibit.objects.filter(case=found),
    }
    return render(request, "matches/case.html", context)


def _filtered(found: Case, form: forms.FilterForm) -> QuerySet[Match]:
    matches = Match.objects.filter(exhibit__case=found).select_related("item", "hash_list", "exhibit")
    for field, value in form.wanted().items():
        matches = matches.filter(**{field: value})
    return matches


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
        "may_review": request.user.may("matches.review"),
        "may_reveal": request.user.may("media.reveal"),
        "exposure": _exposure(request, found),
        "closed": rules.why_closed(found.item),
        "revealed_today": Exposure.objects.filter(person=request.user, at__date=timezone.now().date()).count(),
        "next": _next(request.user, found),
        "history": history(agency_id=found.case.agency_id, case_id=found.case.pk, object=f"match:{found.pk}"),
    }
    return render(request, "matches/match.html", context)


def _next(person: Person, found: Match) -> Match | None:
    """The next match of the case that waits for a judgement this person has not given yet."""
    waiting = Match.objects.filter(exhibit__case=found.case, state__in=[Match.State.POSSIBLE, Match.State.DISPUTED])
    return waiting.exclude(pk=found.pk).exclude(reviews__person=person).first()


def _exposure(request: HttpRequest, found: Match) -> Exposure | None:
    """The reveal named in the address, if it is this person's, of this match, and not over."""
    named = Exposure.objects.filter(pk=_uuid(request.GET.get("shown")), person=request.user, match=found).first()
    return None if named is None or named.is_over else named


@login_required
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _match_for(request, pk)
    form = forms.ReviewForm(request.POST)
    if not form.is_valid():
        raise ReviewRefused(why=gettext_noop("it holds no decision, or too long a note"))
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

    Restricted, outside the authorisation, or a platform's file that nobody viewed: there is no blurred picture either.
    """
    found = _match_for(request, pk)
    exposure = _exposure(request, found)
    if exposure is None and rules.why_closed(found.item):
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
