"""The reader's own exposure ledger."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from amparo.web.accounts.permissions import require
from amparo.web.matches.models import Exposure
from amparo.web.matches.views.reviews import ROWS


@login_required
def exposures(request: HttpRequest) -> HttpResponse:
    """The reader's own exposure ledger: nobody else's is ever shown."""
    require(request.user, "media.reveal")
    mine = Exposure.objects.filter(person=request.user).select_related("match__item", "match__exhibit__case")
    context = {
        "page": Paginator(mine, ROWS).get_page(request.GET.get("page")),
        "today": mine.filter(at__date=timezone.now().date()).count(),
    }
    return render(request, "matches/exposures.html", context)
