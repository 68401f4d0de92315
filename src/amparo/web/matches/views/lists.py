"""Pages of hash lists."""

import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.matches import actions, forms
from amparo.web.matches.models import HashList


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.see")
    context = {"lists": HashList.objects.all(), "may_import": request.user.may("lists.import")}
    return render(request, "matches/lists.html", context)


@login_required
def hash_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "matches.see")
    found = _list_for(pk)
    past = history(agency_id=request.user.agency_id, object=f"list:{found.pk}")
    context = {"list": found, "history": past, "may_import": request.user.may("lists.import")}
    return render(request, "matches/list.html", context)


def _list_for(pk: UUID) -> HashList:
    found = HashList.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.withdraw_list(actor=request.user, hash_list=_list_for(pk))
    return redirect("matches:list", pk)


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
