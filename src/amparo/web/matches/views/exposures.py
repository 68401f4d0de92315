"""The reader's own exposure ledger."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from amparo.web.accounts.permissions import require
from amparo.web.matches.models import Exposure
from amparo.web.matches.policy import policy

ROWS = 48


@login_required
def exposures(request: HttpRequest) -> HttpResponse:
    """The reader's own exposure ledger: nobody else's is ever shown."""
    require(request.user, "media.reveal")
    mine = Exposure.objects.filter(person=request.user)
    rows = mine.select_related("match__item__exhibit__case", "item__exhibit__case")
    agency = request.user.agency
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "today": mine.filter(at__date=timezone.now().date()).count(),
        "grave": mine.order_by().values_list("severity").annotate(n=Count("pk")).order_by("-severity"),
        "are_on": policy(agency, "break_prompts"),
        "reveals": policy(agency, "break_reveals"),
        "minutes": policy(agency, "break_minutes"),
    }
    return render(request, "matches/exposures.html", context)
