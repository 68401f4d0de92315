"""Pages of traces."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.authorisation import limits, require_authorisation
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.traces import actions, forms
from amparo.web.traces.compare import age_note, compared, statement_notes, view_of
from amparo.web.traces.models import Trace, TraceMark
from amparo.web.traces.picture import View, picture_of
from amparo.web.traces.tags import tags_of
from amparo.web.traces.wallets import wallets_of

ROWS = 50


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "traces.see")
    traces = Trace.objects.filter(case=found).select_related("chain", "started_by").prefetch_related("results")
    outside = 0 if limits(found, "financial") else traces.count()
    context = {
        "case": found,
        "traces": traces.none() if outside else traces,
        "outside": outside,
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/case.html", context)


@login_required
def new(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "traces.run")
    wallets = wallets_of(found)
    asked = "\n".join(wallets) if "wallets" in request.GET else request.GET.get("seed", "")
    initial = {"seed": asked, **({"chain": request.GET["chain"]} if "chain" in request.GET else {})}
    form = forms.TraceForm(request.POST or None, case=found, initial=initial)
    if form.is_valid():
        try:
            started = actions.start_trace(actor=request.user, case=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("traces:trace", args=[started.pk])
            return redirect(f"{reverse('jobs:job', args=[started.job_id])}?back={back}")
    context = {"form": form, "case": found, "act": "trace", "wallets": wallets}
    return render(request, "traces/form.html", context, status=400 if form.errors else 200)


def trace_for(request: HttpRequest, pk: UUID) -> Trace:
    require(request.user, "traces.see")
    found = Trace.objects.filter(pk=pk, case__in=cases_of(request.user)).select_related("chain", "case__agency").first()
    if found is None:
        raise NotFound
    require_authorisation(found.case, "financial")
    return found


@login_required
def export(request: HttpRequest, pk: UUID, rule: str) -> StreamingHttpResponse:
    found = trace_for(request, pk).results.filter(rule=rule).select_related("trace__case").first()
    if found is None:
        raise NotFound
    lines = actions.export_outputs(actor=request.user, found=found)
    name = f"{found.trace.case.number}-{found.trace.number}-{rule}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@login_required
def trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All rules side by side; the one whose rule is in the address is drawn large, with its tables below."""
    found = trace_for(request, pk)
    results = list(found.results.all())
    rule = request.GET.get("rule", found.case.preferred_rule)
    chosen = next((each for each in results if each.rule == rule), results[0] if results else None)
    shown = view_of(chosen) if chosen else None
    page = Paginator(shown.outputs if shown else [], ROWS).get_page(request.GET.get("page"))
    view = View.asked(request.GET, linked=page.paginator.num_pages == 1)
    context = {
        "trace": found,
        "case": found.case,
        "results": results,
        "compared": compared(results, found.case.preferred_rule),
        "chosen": chosen,
        "picture": picture_of(chosen, view=view) if chosen else "",
        "view": view,
        "marks": found.marks.select_related("made_by"),
        "shown": shown,
        "age": age_note(chosen) if chosen else "",
        "notes": [*shown.notes, *statement_notes(chosen)] if chosen and shown else [],
        "page": page,
        "query": urlencode({"rule": chosen.rule}) + "&" if chosen else "",
        "tags": tags_of(each["address"] for each in page.object_list if each["address"]),
        "may_run": request.user.may("traces.run"),
        "may_find": request.user.may("findings.make") and shown is not None and shown.conserves,
        "find_url": reverse("court:keep-trace", args=[found.pk]),
        "history": history(agency_id=found.case.agency_id, case_id=found.case_id, object=f"trace:{found.pk}"),
    }
    return render(request, "traces/trace.html", context)


@login_required
@require_POST
def mark(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a highlight or a note on a step."""
    found = trace_for(request, pk)
    require(request.user, "traces.run")
    kind = request.POST.get("kind", "")
    try:
        actions.add_mark(
            actor=request.user,
            trace=found,
            kind=kind if kind in TraceMark.Kind.values else TraceMark.Kind.HIGHLIGHT,
            key=request.POST.get("key", ""),
            text=request.POST.get("text", ""),
        )
    except AmparoError as error:
        messages.error(request, str(say(error)))
    return redirect(f"{reverse('traces:trace', args=[found.pk])}?{urlencode({'rule': request.POST.get('rule', '')})}")


@login_required
@require_POST
def unmark(request: HttpRequest, pk: UUID) -> HttpResponse:
    made = TraceMark.objects.filter(pk=pk, trace__case__in=cases_of(request.user)).select_related("trace__case").first()
    if made is None:
        raise NotFound
    actions.remove_mark(actor=request.user, mark=made)
    return redirect("traces:trace", made.trace_id)
