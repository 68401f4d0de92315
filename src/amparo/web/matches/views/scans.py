"""Pages of scans: start one, what came of it, entries that matched too much."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError, gettext_noop
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches import list_forms
from amparo.web.matches.actions.scans import decide_quarantine, start_scan
from amparo.web.matches.errors import QuarantineRefused
from amparo.web.matches.models import Quarantine, Scan
from amparo.web.matches.words import reasons


@login_required
def scan(request: HttpRequest, exhibit_id: UUID) -> HttpResponse:
    exhibit = Exhibit.objects.filter(pk=exhibit_id, case__in=cases_of(request.user)).first()
    if exhibit is None:
        raise NotFound
    require(request.user, "matches.scan")
    form = list_forms.ScanForm(request.POST or None)
    if form.is_valid():
        try:
            started = start_scan(actor=request.user, exhibit=exhibit, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("matches:scanned", args=[started.pk])
            return redirect(f"{reverse('jobs:job', args=[started.job_id])}?back={back}")
    context = {"form": form, "exhibit": exhibit, "case": exhibit.case}
    return render(request, "matches/scan.html", context, status=400 if form.errors else 200)


@login_required
def scanned(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of a scan: found, held back, left out, not read and why."""
    require(request.user, "matches.see")
    found = Scan.objects.filter(pk=pk, exhibit__case__in=cases_of(request.user))
    scan = found.select_related("exhibit__case", "started_by", "retro_of").first()
    if scan is None:
        raise NotFound
    context = {
        "scan": scan,
        "case": scan.exhibit.case,
        "matches": scan.matches.count(),
        "skipped": reasons(scan.skipped, scan.examples),
        "dropped": reasons(scan.dropped, {}),
        "quarantines": Quarantine.objects.filter(exhibit=scan.exhibit, hash_list__in=scan.lists.all()),
        "may_review": request.user.may("matches.review"),
        "history": history(agency_id=request.user.agency_id, case_id=scan.exhibit.case_id, object=f"scan:{scan.pk}"),
    }
    return render(request, "matches/scanned.html", context)


@login_required
@require_POST
def quarantine(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lift or close the quarantine of one entry."""
    require(request.user, "matches.review")
    found = (
        Quarantine.objects.filter(pk=pk, exhibit__case__in=cases_of(request.user))
        .select_related("exhibit__case__agency")
        .first()
    )
    if found is None:
        raise NotFound
    form = list_forms.DecisionForm(request.POST)
    if not form.is_valid():
        raise QuarantineRefused(why=gettext_noop("it needs a reason"))
    decide_quarantine(actor=request.user, quarantine=found, **form.cleaned_data)
    return redirect("matches:scanned", found.scan_id)
