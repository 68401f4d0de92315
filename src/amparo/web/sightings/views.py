"""Pages of sightings: the case's values, one value with its places, the export."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from amparo.web.accounts.permissions import require
from amparo.web.cases.models import Case
from amparo.web.cases.scope import case_for
from amparo.web.common.errors import NotFound
from amparo.web.exhibits.views import exhibit_for
from amparo.web.sightings import actions, queries
from amparo.web.sightings.forms import FilterForm
from amparo.web.sightings.models import Sighting

ROWS = 50
#: Kinds of sightings whose money can be followed, and the form that does: over blocks, or through books of accounts.
FOLLOWED = {
    **dict.fromkeys(("btc", "ltc", "doge"), "traces:new"),
    **dict.fromkeys(("eth", "trx", "iban", "phone"), "traces:new-account-trace"),
}


def _filtered(request: HttpRequest, case: Case) -> tuple[FilterForm, QuerySet[Sighting], str]:
    """The filter's form, what it lets through, and its part of the address."""
    form = FilterForm(request.GET, case=case)
    asked = form.cleaned_data if form.is_valid() else {"kind": "", "q": "", "exhibit": ""}
    found = queries.sightings_of(case, kind=asked["kind"], text=asked["q"], exhibit=asked["exhibit"])
    return form, found, urlencode({name: value for name, value in asked.items() if value})


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    require(request.user, "sightings.see")
    found_case = case_for(request.user, case_id)
    form, found, query = _filtered(request, found_case)
    page = Paginator(queries.values_of(found), ROWS).get_page(request.GET.get("page"))
    context = {
        "case": found_case,
        "form": form,
        "page": page,
        "values": queries.with_elsewhere(request.user, found_case, list(page.object_list)),
        "query": query + "&" if query else "",
        "outside": queries.outside_count(found_case),
        "is_filtered": bool(query),
    }
    return render(request, "sightings/case.html", context)


@login_required
def value(request: HttpRequest, case_id: UUID, key: str) -> HttpResponse:
    require(request.user, "sightings.see")
    found_case = case_for(request.user, case_id)
    found = queries.sightings_of(found_case).filter(value_key=key).select_related("exhibit", "report_copy")
    first = found.first()
    if first is None:
        raise NotFound
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    others = queries.other_cases(request.user, first)
    follow = FOLLOWED.get(first.kind) if request.user.may("traces.run") else None
    context = {"case": found_case, "first": first, "page": page, "others": others, "follow": follow}
    return render(request, "sightings/value.html", context)


@login_required
def export(request: HttpRequest, case_id: UUID) -> StreamingHttpResponse:
    found_case = case_for(request.user, case_id)
    _, found, _ = _filtered(request, found_case)
    lines = actions.export(actor=request.user, case=found_case, found=found)
    name = f"sightings-{found_case.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@login_required
@require_POST
def extract(request: HttpRequest, pk: UUID) -> HttpResponse:
    exhibit = exhibit_for(request.user, pk)
    job = actions.extract(actor=request.user, exhibit=exhibit)
    return redirect("jobs:job", job.pk)
