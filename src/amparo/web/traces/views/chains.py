"""Pages of chains."""

import shutil
import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.traces import actions, forms
from amparo.web.traces.models import ChainWindow, TagPack


@login_required
def chains(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.see")
    context = {
        "chains": ChainWindow.of(request.user.agency),
        "packs": TagPack.objects.all(),
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
