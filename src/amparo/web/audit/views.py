"""The overseer's seat: roots, counts and purposes of every log of the agency. It shows no content."""

import json
from collections import Counter
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from amparo.web.audit.catalogue import ACTIONS
from amparo.web.audit.history import verify_log
from amparo.web.audit.models import LogHead, LogLine
from amparo.web.common.errors import NotAllowed


@login_required
def oversight(request: HttpRequest) -> HttpResponse:
    """Each log's head and length with the result of checking its chain now, and how often each action was done."""
    if not request.user.may("oversight.read"):
        raise NotAllowed(permission="oversight.read")
    agency_id = request.user.agency_id
    heads = [(head, verify_log(head.log)) for head in LogHead.objects.filter(agency_id=agency_id)]
    counts = (
        LogLine.objects.filter(agency_id=agency_id).values("action").annotate(n=Count("pk")).order_by("-n", "action")
    )
    rows = [(gettext(ACTIONS[each["action"]].sentence), each["action"], each["n"]) for each in counts]
    context = {"heads": heads, "counts": rows, "purposes": _purposes(agency_id)}
    return render(request, "audit/oversight.html", context)


def _purposes(agency_id: UUID) -> list[tuple[str, str, int]]:
    """(what was done, for which purpose, how often) of all lines that state one: lists, tokens, whatever comes."""
    lines = LogLine.objects.filter(agency_id=agency_id, line__contains='"purpose":')
    counted: Counter[tuple[str, str]] = Counter()
    for action, line in lines.values_list("action", "line").iterator(2000):
        if isinstance(purpose := json.loads(line)["facts"].get("purpose"), str):
            counted[action, purpose] += 1
    return [(gettext(ACTIONS[action].sentence), purpose, n) for (action, purpose), n in sorted(counted.items())]
