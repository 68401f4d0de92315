"""Pages of chains."""

import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.traces import actions, forms
from amparo.web.traces.entities import alarms_of, entities_of, shape_words
from amparo.web.traces.models import ChainWindow, HeldEdge, RateFile, TagPack
from amparo.web.traces.tags import tagged_actors


@login_required
def chains(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.see")
    context = {
        "chains": ChainWindow.of(request.user.agency),
        "packs": TagPack.objects.all(),
        "rate_files": RateFile.objects.all(),
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/chains.html", context)


@login_required
def load(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.run")
    form = forms.LoadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        place = Path(tempfile.mkdtemp(prefix="incoming-", dir=folder("ledger")))
        try:
            path = kept(data["file"], place)
            job = actions.start_load(actor=request.user, source=path, name=data["name"], window=data["window"] or None)
        except AmparoError as error:
            shutil.rmtree(place)
            form.add_error(None, str(say(error)))
        else:
            return redirect(f"{reverse('jobs:job', args=[job.pk])}?back={reverse('traces:chains')}")
    return render(request, "traces/form.html", {"form": form, "act": "load"}, status=400 if form.errors else 200)


def chain_for(request: HttpRequest, pk: UUID) -> ChainWindow:
    """The chain, if the reader may trace in it. Raises NotAllowed, NotFound."""
    require(request.user, "traces.see")
    found = ChainWindow.of(request.user.agency).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@login_required
def chain(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """What was loaded, its entities with their alarms, and where to look up an address or a transaction."""
    found = chain_for(request, chain_id)
    store = actions.store_of(found)
    clusters = entities_of(found, store)
    facts = found.entities or {}
    context = {
        "chain": found,
        "clusters": clusters is not None,
        "facts": facts,
        "largest": [(store.address_text(root), size) for root, size in facts.get("largest", ())] if clusters else [],
        "shapes": [(name, shape_words(name), count) for name, count in facts.get("shapes", {}).items()],
        "alarms": alarms_of(store, clusters, tagged_actors(store)) if clusters else [],
        "held": HeldEdge.objects.filter(chain=found).select_related("held_by"),
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/chain.html", context)


@login_required
def append(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Add blocks to a chain."""
    found = chain_for(request, chain_id)
    require(request.user, "traces.run")
    form = forms.AppendForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        place = Path(tempfile.mkdtemp(prefix="incoming-", dir=folder("ledger")))
        try:
            path = kept(form.cleaned_data["file"], place)
            job = actions.start_append(actor=request.user, chain=found, source=path)
        except AmparoError as error:
            shutil.rmtree(place)
            form.add_error(None, str(say(error)))
        else:
            return redirect(f"{reverse('jobs:job', args=[job.pk])}?back={reverse('traces:chain', args=[found.pk])}")
    return render(request, "traces/form.html", {"form": form, "act": "load"}, status=400 if form.errors else 200)


@login_required
@require_POST
def join_entities(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    found = chain_for(request, chain_id)
    job = actions.start_entities(actor=request.user, chain=found)
    back = reverse("traces:chain", args=[found.pk])
    return redirect(f"{reverse('jobs:job', args=[job.pk])}?back={back}")


@login_required
def look_up(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Send what a person typed to the page of that address or transaction."""
    found = chain_for(request, chain_id)
    text = request.GET.get("q", "").strip()
    is_transaction = len(text) == actions.TXID_SIGNS or ":" in text
    name = "traces:transaction" if is_transaction else "traces:address"
    return redirect(name, found.pk, text or "-")
