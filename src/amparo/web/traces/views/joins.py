"""Pages of joins: where money leaves one book and goes on in another, each candidate with how sure it is."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.traces import actions
from amparo.web.traces.book_forms import AccountTraceForm
from amparo.web.traces.models import Book, JoinDecision
from amparo.web.traces.show_joins import join_views

ROWS = 50


@login_required
def joins(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "traces.see")
    require_authorisation(found, "financial")
    rows = JoinDecision.objects.filter(case=found).select_related("decided_by")
    page = Paginator(sorted(rows, key=_order), ROWS).get_page(request.GET.get("page"))
    context = {
        "case": found,
        "page": page,
        "joins": join_views(found, page.object_list),
        "books": Book.objects.filter(case=found).count(),
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/joins.html", context)


def _order(row: JoinDecision) -> tuple[int, int, str]:
    """Undecided ones first, of these the surest."""
    undecided = row.state == JoinDecision.State.PROPOSED
    return (0 if undecided else 1, -int(row.join["confidence"]), row.key)


@login_required
@require_POST
def look(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    job = actions.start_joins(actor=request.user, case=found)
    return redirect(f"{reverse('jobs:job', args=[job.pk])}?back={reverse('traces:joins', args=[found.pk])}")


@login_required
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "traces.run")
    found = JoinDecision.objects.filter(pk=pk, case__in=cases_of(request.user)).select_related("case__agency").first()
    if found is None:
        raise NotFound
    accepted = "accept" in request.POST
    try:
        actions.decide_join(actor=request.user, decision=found, accepted=accepted, why=request.POST.get("why", ""))
    except AmparoError as error:
        messages.error(request, str(say(error)))
    else:
        messages.success(request, gettext("Kept, with your reason."))
    return redirect("traces:joins", found.case_id)


@login_required
def new(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A trace through all books of the case."""
    found = case_for(request.user, case_id)
    require(request.user, "traces.run")
    form = AccountTraceForm(request.POST or None, case=found, initial={"seed": request.GET.get("seed", "")})
    if form.is_valid():
        try:
            started = actions.start_account_trace(actor=request.user, case=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("traces:trace", args=[started.pk])
            return redirect(f"{reverse('jobs:job', args=[started.job_id])}?back={back}")
    context = {"form": form, "case": found, "act": "trace"}
    return render(request, "traces/form.html", context, status=400 if form.errors else 200)
