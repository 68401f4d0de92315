"""Pages of scans."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches import actions, list_forms


@login_required
def scan(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    exhibit = Exhibit.objects.filter(pk=exhibit_id, case__in=cases_of(request.user)).first()
    if exhibit is None:
        raise NotFound
    require(request.user, "matches.scan")
    form = list_forms.ScanForm(request.POST or None)
    if form.is_valid():
        try:
            started = actions.start_scan(actor=request.user, exhibit=exhibit, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("matches:case", args=[exhibit.case_id])
            return redirect(f"{reverse('jobs:job', args=[started.job_id])}?back={back}")
    context = {"form": form, "exhibit": exhibit, "case": exhibit.case}
    return render(request, "matches/scan.html", context, status=400 if form.errors else 200)
