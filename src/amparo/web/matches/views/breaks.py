"""The page that suggests a break. It stands between two decisions, never between a person and a child in danger."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from amparo.web.accounts.permissions import require
from amparo.web.matches import actions
from amparo.web.matches.breaks import due, stretch
from amparo.web.matches.models import Pause
from amparo.web.matches.policy import policy


def or_break(request: HttpRequest, address: str) -> HttpResponse:
    """On to `address`, by way of the suggestion of a break if one is due."""
    if due(request.user) is None:
        return redirect(address)
    return redirect(f"{reverse('matches:break')}?{urlencode({'next': address})}")


@login_required
def break_page(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.review")
    after = _local(request.POST.get("next") or request.GET.get("next") or "")
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        answer = answer if answer in Pause.Answer.values else Pause.Answer.WENT_ON
        actions.answer_break(actor=request.user, answer=answer)
        return redirect(reverse("start") if answer == Pause.Answer.TOOK else after)
    agency = request.user.agency
    context = {
        "next": after,
        "stretch": stretch(request.user),
        "are_on": policy(agency, "break_prompts"),
        "reveals": policy(agency, "break_reveals"),
        "minutes": policy(agency, "break_minutes"),
        "help": policy(agency, "staff_help"),
    }
    return render(request, "matches/break.html", context)


def _local(address: str) -> str:
    """A path of the desk, never another site."""
    good = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if good else reverse("cases:list")
