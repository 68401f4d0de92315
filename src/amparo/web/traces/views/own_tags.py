"""Pages of the unit's own tags, and the files tags leave as."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import NotFound, say
from amparo.web.traces import actions
from amparo.web.traces.forms import OwnTagForm
from amparo.web.traces.models import OwnTag, TagPack

ROWS = 50


@login_required
def own_tags(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.see")
    may_run = request.user.may("traces.run")
    form = OwnTagForm((may_run and request.POST) or None, initial={"address": request.GET.get("address", "")})
    if form.is_valid():
        try:
            actions.add_own_tag(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            messages.success(request, gettext("Kept. A colleague confirms it before it leaves the unit."))
            return redirect("traces:own-tags")
    tags = OwnTag.objects.select_related("made_by", "reviewed_by")
    context = {
        "form": form,
        "page": Paginator(tags, ROWS).get_page(request.GET.get("page")),
        "may_run": may_run,
    }
    return render(request, "traces/own_tags.html", context, status=400 if form.errors else 200)


def _tag_for(pk: UUID) -> OwnTag:
    found = OwnTag.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@login_required
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "traces.run")
    tag = _tag_for(pk)
    try:
        actions.review_own_tag(actor=request.user, tag=tag)
    except AmparoError as error:
        messages.error(request, str(say(error)))
    return redirect("traces:own-tags")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.withdraw_own_tag(actor=request.user, tag=_tag_for(pk))
    return redirect("traces:own-tags")


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    require(request.user, "traces.run")
    try:
        data = actions.export_own_tags(actor=request.user)
    except AmparoError as error:
        messages.error(request, str(say(error)))
        return redirect("traces:own-tags")
    headers = {"Content-Disposition": 'attachment; filename="tags.yaml"'}
    return HttpResponse(data, content_type="application/yaml; charset=utf-8", headers=headers)


@login_required
def pack(request: HttpRequest, pk: UUID) -> FileResponse:
    """The pack as it was imported, byte for byte."""
    require(request.user, "traces.see")
    found = TagPack.objects.filter(pk=pk).first()
    if found is None or not found.file or not actions.pack_file(found).is_file():
        raise NotFound
    return FileResponse(actions.pack_file(found).open("rb"), as_attachment=True, filename=found.file)
