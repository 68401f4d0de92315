"""The desk's start, and the page of a job."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from amparo.web.common.errors import NotAllowed, NotFound
from amparo.web.common.models import Job
from amparo.web.common.nav import ENTRIES


@login_required
def desk_start(request: HttpRequest) -> HttpResponse:
    """Send the person to the first room they may use: the queue for most."""
    for entry in ENTRIES:
        if request.user.may(entry.permission):
            return redirect(reverse(entry.url_name))
    return render(request, "desk/start.html", {})


@login_required
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a piece of long work is; it can be left and come back to. A case's work is for its members only."""
    if not request.user.may("jobs.see"):
        raise NotAllowed(permission="jobs.see")
    found = Job.objects.filter(pk=pk, agency_id=request.user.agency_id).first()
    if found is None or (found.case_id and not request.user.memberships.filter(case_id=found.case_id).exists()):
        raise NotFound
    back = request.GET.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    return render(request, "desk/job.html", {"job": found, "back": back})
