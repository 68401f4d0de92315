"""The page of what the unit decided about lists, scans and reviews: a form for some, the same in words for all."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.models import Agency
from amparo.web.accounts.news import POLICY_CHANGED
from amparo.web.accounts.permissions import require
from amparo.web.audit.actions import agency_log
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import say
from amparo.web.matches.actions.policy import set_policy
from amparo.web.matches.policy import DEFAULTS, policy
from amparo.web.matches.policy_form import PolicyForm

#: Earlier decisions that the page shows; the log has all.
SHOWN: Final = 20


class Change(NamedTuple):
    label: Any
    before: str
    after: str


class Decision(NamedTuple):
    at: datetime
    who: str
    reason: str | None
    changes: list[Change]


@login_required
def policy_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.see")
    return _page(request, PolicyForm(agency=request.user.agency))


@login_required
@require_POST
def decide_policy(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.policy")
    form = PolicyForm(request.POST, agency=request.user.agency)
    if form.is_valid():
        try:
            set_policy(actor=request.user, **form.decision())
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            messages.success(request, gettext("Saved. It holds from now on."))
            return redirect("matches:policy")
    return _page(request, form)


def _page(request: HttpRequest, form: PolicyForm) -> HttpResponse:
    agency = request.user.agency
    context = {
        "form": form,
        "may_decide": request.user.may("matches.policy"),
        "may_decide_tips": request.user.may("tips.policy"),
        "alone": policy(agency, "match_confirmations") < 2,
        "told": [
            (group.title, [(each.label, form.told(each.name, policy(agency, each.name))) for each in group.fields])
            for group in form.groups()
        ],
        "decisions": list(_decisions(agency, form)),
    }
    return render(request, "matches/policy.html", context, status=400 if form.errors else 200)


def _decisions(agency: Agency, form: PolicyForm) -> Iterator[Decision]:
    """The newest first: who changed what, and why. Other rooms' keys are theirs to tell."""
    lines = LogLine.objects.filter(log_id=agency_log(agency.pk), action=POLICY_CHANGED).order_by("-seq")
    for line in lines.values_list("line", flat=True)[:SHOWN]:
        event = json.loads(line)
        facts = event["facts"]
        before = {name: value for name, value in facts.get("before", {}).items() if name in DEFAULTS}
        changes = [
            Change(form.fields[name].label, form.told(name, value), form.told(name, facts[name]))
            for name, value in before.items()
        ]
        if changes:
            yield Decision(datetime.fromisoformat(event["at"]), event["actor"], event["reason"], changes)
