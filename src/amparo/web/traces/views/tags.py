"""Pages of tags."""

import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.traces import actions, forms


@login_required
def import_tags(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.run")
    form = forms.TagForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            with tempfile.TemporaryDirectory(dir=folder("ledger")) as place:
                _import(request, kept(form.cleaned_data.pop("file"), Path(place)), form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("traces:chains")
    return render(request, "traces/form.html", {"form": form, "act": "tags"}, status=400 if form.errors else 200)


def _import(request: HttpRequest, path: Path, fields: dict[str, str]) -> None:
    if path.suffix.lower() in {".yaml", ".yml"}:
        actions.import_tagpack(actor=request.user, path=path)
    else:
        actions.import_address_list(actor=request.user, path=path, **fields)
