"""Pages of pictures that no list knows: counts, look-alikes, cameras and series; one of them by itself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.media import preview
from amparo.web.accounts.permissions import require
from amparo.web.cases.models import Case
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound
from amparo.web.exhibits import rules
from amparo.web.exhibits.catalogue import unsaved_row
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches import actions
from amparo.web.matches.models import Exposure
from amparo.web.matches.unknown import Result, result_file
from amparo.web.matches.views.reviews import as_uuid, png
from amparo.web.sightings.models import value_key

GROUPS = 12
STRIP = 6
LINES = 50


@login_required
def unknown(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What is known of the unknown."""
    found = case_for(request.user, case_id)
    require(request.user, "matches.see")
    context = {"case": found, "may_group": request.user.may("matches.scan"), **_result(request, found)}
    return render(request, "matches/unknown.html", context)


@login_required
@require_POST
def group_unknown(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Have the pictures grouped, for the first time or again."""
    found = case_for(request.user, case_id)
    job = actions.group_unknown(actor=request.user, case=found)
    back = reverse("matches:unknown", args=[case_id])
    return redirect(f"{reverse('jobs:job', args=[job.pk])}?back={back}")


def _result(request: HttpRequest, case: Case) -> dict[str, Any]:
    path = result_file(case)
    if not path.is_file():
        return {}
    result = Result(case)
    pictures, groups, cameras, series = result.totals()
    page = Paginator(range(groups), GROUPS).get_page(request.GET.get("page"))
    largest = result.groups((page.number - 1) * GROUPS, len(page.object_list))
    return {
        "tiles": {"pictures": pictures, "groups": groups, "cameras": cameras, "series": series},
        "page": page,
        "groups": [(n, result.pictures("group", group, STRIP)) for group, n in largest],
        "cameras": [(*row, value_key("camera", row[0])) for row in result.cameras(LINES)],
        "series": [(row, result.pictures("series", row[0], STRIP)) for row in result.series(GROUPS)],
    }


def _item_for(request: HttpRequest, exhibit_id: UUID, path: str) -> Item:
    require(request.user, "matches.see")
    exhibit = Exhibit.objects.filter(pk=exhibit_id, case__in=cases_of(request.user)).select_related("case").first()
    if exhibit is None:
        raise NotFound
    return unsaved_row(exhibit, path)


def _exposure(request: HttpRequest, item: Item) -> Exposure | None:
    named = Exposure.objects.filter(pk=as_uuid(request.GET.get("shown")), person=request.user, item=item.pk).first()
    return None if named is None or named.is_over else named


@login_required
def unknown_item(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    item = _item_for(request, exhibit_id, request.GET.get("path", ""))
    context = {
        "item": item,
        "case": item.exhibit.case,
        "exposure": _exposure(request, item),
        "closed": rules.why_closed(item),
        "may_reveal": request.user.may("media.reveal"),
    }
    return render(request, "matches/unknown_item.html", context)


@login_required
def unknown_picture(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    """Grey and blurred; small and clear only for an exposure of this very person."""
    item = _item_for(request, exhibit_id, request.GET.get("path", ""))
    blurred = _exposure(request, item) is None
    if blurred and rules.why_closed(item):
        raise NotFound
    return png(preview(item_blob(item.exhibit, item.path), side=256, grey=blurred, blur=blurred))


@login_required
@require_POST
def unknown_reveal(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    path = request.POST.get("path", "")
    item = _item_for(request, exhibit_id, path)
    made = actions.reveal_item(
        actor=request.user, exhibit=item.exhibit, path=path, reason=request.POST.get("reason", "")
    )
    back = urlencode({"path": path, "shown": made.pk})
    return redirect(f"{reverse('matches:unknown-item', args=[exhibit_id])}?{back}")
