"""Pages: whom to ask after a trace, peel chains, paths, rates."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from amparo.base import AmparoError
from amparo.ledger.calibrate import CAUTION, SENTENCE, rates
from amparo.ledger.trace.paths import path_between
from amparo.ledger.trace.peel import PEEL_STOPS, peel
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.traces import actions, forms
from amparo.web.traces.models import RateFile, TraceResult
from amparo.web.traces.show import btc
from amparo.web.traces.tags import service_addresses, tags_of
from amparo.web.traces.views.chains import chain_for
from amparo.web.traces.views.traces import trace_for
from amparo.web.traces.worklist import parties


def _result_for(request: HttpRequest, pk: UUID, rule: str) -> TraceResult:
    found = trace_for(request, pk).results.filter(rule=rule).select_related("trace__case").first()
    if found is None:
        raise NotFound
    return found


@login_required
def worklist(request: HttpRequest, pk: UUID, rule: str) -> HttpResponse:
    found = _result_for(request, pk, rule)
    context = {
        "found": found,
        "trace": found.trace,
        "case": found.trace.case,
        "parties": parties(found),
        "rates": RateFile.objects.all()[:5],
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/worklist.html", context)


@login_required
def export(request: HttpRequest, pk: UUID, rule: str) -> StreamingHttpResponse:
    found = _result_for(request, pk, rule)
    lines: Iterator[str] = actions.export_worklist(actor=request.user, found=found)
    name = f"{found.trace.case.number}-{found.trace.number}-{rule}-worklist.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@login_required
def peel_chain(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Follow a peel chain from one output; a person may pin which output goes on."""
    chain = chain_for(request, chain_id)
    store = actions.store_of(chain)
    seed, pins = request.GET.get("seed", "").strip(), request.GET.get("pins", "").split()
    context = {"chain": chain, "seed": seed, "pins": " ".join(pins), "rate": rate_of("peel")}
    if seed:
        try:
            found = peel(store, seed, pins=pins, services=service_addresses())
        except AmparoError as error:
            context["error"] = str(say(error))
        else:
            tags = tags_of(each.paid_address for each in found.steps if each.paid_address)
            rows = [(each, btc(each.paid_value), btc(each.carried_value)) for each in found.steps]
            context |= {"peel": found, "rows": rows, "tags": tags, "total": btc(found.total)}
            context["stop"] = gettext(PEEL_STOPS[found.stop])
    return render(request, "traces/peel.html", context)


@login_required
def path(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """The ways money could take between two addresses, transactions or outputs."""
    chain = chain_for(request, chain_id)
    start, end = request.GET.get("from", "").strip(), request.GET.get("to", "").strip()
    context = {"chain": chain, "start": start, "end": end}
    if start and end:
        try:
            found = path_between(actions.store_of(chain), start, end)
        except AmparoError as error:
            context["error"] = str(say(error))
        else:
            ways = [("", found.shortest)] if found.shortest else []
            ways += [(rule, each) for rule, each in found.by_rule.items()]
            context |= {
                "asked": True,
                "complete": found.complete,
                "ways": [(rule, way, [(each, btc(each.tainted)) for each in way.outputs]) for rule, way in ways],
            }
    return render(request, "traces/path.html", context)


def rate_of(heuristic: str) -> dict[str, str]:
    """A heuristic's measured error in a sentence, with what must be said beside it; {} where it was not measured."""
    known = rates()
    if heuristic not in known.names:
        return {}
    return {"sentence": gettext(SENTENCE) % known.of(heuristic).facts(), "caution": gettext(CAUTION)}


@login_required
def import_rates(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.run")
    form = forms.RatesForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            with tempfile.TemporaryDirectory(dir=folder("ledger")) as place:
                actions.import_rates(actor=request.user, path=kept(asked.pop("file"), Path(place)), **asked)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            messages.success(request, gettext("Imported. Lists of services now say what amounts were worth."))
            return redirect("traces:chains")
    return render(request, "traces/form.html", {"form": form, "act": "rates"}, status=400 if form.errors else 200)
