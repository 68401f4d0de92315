"""The entry behind a match: what this unit thinks of it; and the negative bank."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.matches import list_forms
from amparo.web.matches.actions.negatives import agree_to_negative, end_negative, propose_negative
from amparo.web.matches.actions.opinions import entry_digests, give_opinion
from amparo.web.matches.models import ListOpinion, Match, NegativeEntry, entry_key

ROWS = 100


def _match_for(request: HttpRequest, pk: UUID) -> Match:
    require(request.user, "matches.see")
    found = Match.objects.filter(pk=pk, exhibit__case__in=cases_of(request.user))
    match = found.select_related("item", "hash_list__agency", "exhibit__case__agency").first()
    if match is None:
        raise NotFound
    return match


@login_required
def entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the list says, and what this unit thinks of it; opinions reach the list's source by its feedback file."""
    match = _match_for(request, pk)
    form = list_forms.OpinionForm(request.POST or None)
    if form.is_valid():
        try:
            give_opinion(actor=request.user, match=match, **form.cleaned_data)
        except AmparoError as error:
            form.add_error("note", str(say(error)))
        else:
            return redirect("matches:entry", pk)
    digests = entry_digests(match)
    said = ListOpinion.objects.filter(list_name=match.hash_list.name, key=entry_key(digests)).select_related("by")
    context = {
        "match": match,
        "case": match.case,
        "digests": digests,
        "opinions": said,
        "form": form,
        "may_review": request.user.may("matches.review"),
        "may_propose": match.state == Match.State.REJECTED and request.user.may("matches.review"),
    }
    return render(request, "matches/entry.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def negative(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose the picture of a rejected match for the negative bank."""
    match = _match_for(request, pk)
    propose_negative(actor=request.user, match=match, reason=request.POST.get("reason", ""))
    return redirect("matches:negatives")


@login_required
def negatives(request: HttpRequest) -> HttpResponse:
    """The agency's negative bank, and the form to propose a picture by its digests."""
    require(request.user, "matches.see")
    form = list_forms.NegativeForm(request.POST or None)
    if form.is_valid():
        try:
            propose_negative(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("matches:negatives")
    found = NegativeEntry.objects.filter(ended=None).select_related("proposed_by", "agreed_by")
    context = {
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "form": form,
        "may_review": request.user.may("matches.review"),
    }
    return render(request, "matches/negatives.html", context, status=400 if form.errors else 200)


def _negative_for(request: HttpRequest, pk: UUID) -> NegativeEntry:
    require(request.user, "matches.review")
    found = NegativeEntry.objects.filter(pk=pk).select_related("agency").first()
    if found is None:
        raise NotFound
    return found


@login_required
@require_POST
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    agree_to_negative(actor=request.user, negative=_negative_for(request, pk))
    return redirect("matches:negatives")


@login_required
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    end_negative(actor=request.user, negative=_negative_for(request, pk))
    return redirect("matches:negatives")
