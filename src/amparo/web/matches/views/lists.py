"""Pages of hash lists."""

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.media.lists.feedback import suffix
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.models import Job
from amparo.web.common.uploads import kept
from amparo.web.matches import actions, list_forms
from amparo.web.matches.actions.lists import begin_import
from amparo.web.matches.actions.opinions import take_feedback
from amparo.web.matches.actions.scans import match_later, seen_without
from amparo.web.matches.models import HashList, ListImport, ListOpinion

#: Opinions that the page of a list shows; all go into the feedback file.
SHOWN: Final = 50


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.see")
    context = {
        "lists": HashList.objects.all(),
        "may_import": request.user.may("lists.import"),
        "coming": _coming() if request.user.may("lists.import") else [],
    }
    return render(request, "matches/lists.html", context)


def _coming() -> list[tuple[ListImport, Job]]:
    """Imports that made no list (yet), newest first, each with its job."""
    waiting = list(ListImport.objects.filter(hash_list=None)[:20])
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[each.job_id for each in waiting])}
    return [(each, jobs[each.job_id]) for each in waiting if each.job_id in jobs]


@login_required
def hash_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "matches.see")
    found = list_for(pk)
    may_scan = request.user.may("matches.scan") and request.user.may("cases.see")
    context = {
        "list": found,
        "history": history(agency_id=request.user.agency_id, object=f"list:{found.pk}"),
        "may_import": request.user.may("lists.import"),
        "versions": HashList.objects.filter(name=found.name).exclude(pk=found.pk),
        "opinions": ListOpinion.objects.filter(list_name=found.name, current=True).select_related("by")[:SHOWN],
        "before": len(seen_without(found, cases_of(request.user))) if may_scan else 0,
    }
    return render(request, "matches/list.html", context)


def list_for(pk: UUID) -> HashList:
    found = HashList.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@login_required
@require_POST
def feedback(request: HttpRequest, pk: UUID) -> FileResponse:
    """What the unit thinks of the list's entries, as a file for its source."""
    found = list_for(pk)
    sink = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        take_feedback(actor=request.user, hash_list=found, sink=cast(BinaryIO, sink))
    except BaseException:
        sink.close()
        raise
    return FileResponse(sink, as_attachment=True, filename=f"feedback.{suffix(found.format)}")


@login_required
@require_POST
def later(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Match the list against what was scanned before in the reader's cases, without reading the media."""
    started = match_later(actor=request.user, hash_list=list_for(pk), cases=cases_of(request.user))
    return redirect("matches:scanned", started[0].pk) if len(started) == 1 else redirect("matches:list", pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.withdraw_list(actor=request.user, hash_list=list_for(pk))
    return redirect("matches:list", pk)


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "lists.import")
    form = list_forms.ImportForm(request.POST or None, request.FILES or None, agency=request.user.agency)
    if form.is_valid():
        upload = form.cleaned_data.pop("file")
        place = Path(tempfile.mkdtemp(prefix="incoming-", dir=folder("index")))
        try:
            path = kept(upload, place) if upload else None
            asked = begin_import(actor=request.user, path=path, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("matches:coming", asked.pk)
        finally:
            shutil.rmtree(place)
    return render(request, "matches/import.html", {"form": form}, status=400 if form.errors else 200)


@login_required
def coming(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An import on its way: its list once it is there, the job's page before."""
    require(request.user, "lists.import")
    asked = ListImport.objects.filter(pk=pk).first()
    if asked is None:
        raise NotFound
    if asked.hash_list_id:
        return redirect("matches:list", asked.hash_list_id)
    return redirect(f"{reverse('jobs:job', args=[asked.job_id])}?back={reverse('matches:coming', args=[pk])}")
