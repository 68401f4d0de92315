"""The desk's pages about reports. Thin: what they change, actions change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.authorisation import limits
from amparo.web.cases.forms import OpenCaseForm
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.reports import actions, queue
from amparo.web.reports.desk import naming_the_same, report_for, reports_naming, reports_of
from amparo.web.reports.desk_forms import AnswerForm, FindForm, PassphraseForm, StateForm
from amparo.web.reports.forms import INTAKE_FORMS
from amparo.web.reports.models import Report, ReportCopy, StaffKey
from amparo.web.reports.room_cookie import delete_cookie, open_room_of, required_room, set_cookie
from amparo.web.reports.rooms import OpenRoom
from amparo.web.reports.shown import shown_answers, shown_messages, shown_observables
from amparo.web.reports.triage import REASONS

PAGE_SIZE = 50


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, room: OpenRoom | None, status: int = 200
) -> HttpResponse:
    """Render a page whose head says whether the reading room is open."""
    state = {"open": room is not None, "until": room.until if room else None, "url": reverse("reports:room")}
    return render(request, template, {**context, "reading_room": state}, status=status)


@login_required
def report_queue(request: HttpRequest) -> HttpResponse:
    filters = queue.Filters.read(request.GET)
    found = filters.apply(queue.in_order(reports_of(request.user)), request.user)
    if request.GET.get("format") == "csv":
        actions.record_export(actor=request.user, count=found.count())
        return queue.export(found, request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": queue.rows(page.object_list, request.user),
        "filters": filters,
        "forms": INTAKE_FORMS,
        "states": [(value, _(str(label))) for value, label in Report.State.choices],
        "find_form": FindForm(),
        "query": f"{query.urlencode()}&" if query else "",
    }
    return _page(request, "reports/queue.html", context, room=open_room_of(request))


@login_required
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Exact search: by POST, so that the value stands in no address."""
    require(request.user, "reports.queue")
    form = FindForm(request.POST)
    found = reports_naming(request.user, form.cleaned_data["value"]) if form.is_valid() else Report.objects.none()
    listed = list(queue.in_order(found)[: PAGE_SIZE * 4])
    context = {"find_form": form, "rows": queue.rows(listed, request.user)}
    return _page(request, "reports/found.html", context, room=open_room_of(request))


@login_required
def report_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One report. Sealed until the reading room is open; with it, each showing is recorded first."""
    report = report_for(request.user, pk)
    room = open_room_of(request)
    opened = actions.read_report(actor=request.user, room=room, report=report) if room else None
    context = {
        "report": report,
        "category": INTAKE_FORMS[report.category].label,
        "state": str(report.get_state_display()),
        "reasons": [REASONS[name] for name in report.reasons if name in REASONS],
        "opened": opened,
        "received": datetime.fromisoformat(opened.at) if opened else None,
        "answers": shown_answers(report.category, opened.answers) if opened else [],
        "observables": shown_observables(report.category, opened.observables) if opened else [],
        "messages_shown": shown_messages(opened.messages) if opened else [],
        "same": naming_the_same(report)[:20],
        "cases": cases_of(request.user).filter(report_copies__report=report) if request.user.may("cases.see") else [],
        "state_form": StateForm(report),
        "answer_form": AnswerForm(),
        "history": history(agency_id=report.agency_id, object=f"report:{report.pk}"),
    }
    return _page(request, "reports/report.html", context, room=room)


@login_required
@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = report_for(request.user, pk)
    actions.take_report(actor=request.user, report=report)
    return redirect("reports:report", report.pk)


@login_required
@require_POST
def change_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = report_for(request.user, pk)
    form = StateForm(report, request.POST)
    if form.is_valid():
        actions.change_state(actor=request.user, report=report, **form.cleaned_data)
        messages.success(request, _("The report has a new state."))
    else:
        messages.error(request, _("Choose one of the states that are offered."))
    return redirect("reports:report", report.pk)


@login_required
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = report_for(request.user, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        room = required_room(request)
        actions.answer_from_template(actor=request.user, room=room, report=report, **form.cleaned_data)
        messages.success(request, _("The answer waits for the reporter."))
    else:
        messages.error(request, _("Choose one of the answers."))
    return redirect("reports:report", report.pk)


@login_required
def open_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = report_for(request.user, pk)
    require(request.user, "cases.open")
    room = required_room(request)
    start = {"kind": "complaint", "valid_from": timezone.now().date(), "data_kinds": ["report"]}
    form = OpenCaseForm(request.POST or None, initial=start)
    if form.is_valid():
        authority = dict(form.cleaned_data)
        title = authority.pop("title")
        try:
            case = actions.open_case_from_report(
                actor=request.user, room=room, report=report, title=title, authorisation=authority
            )
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("cases:case", case.pk)
    context = {"form": form, "report": report}
    return _page(request, "reports/open_case.html", context, room=room, status=400 if form.errors else 200)


@login_required
def reading_room(request: HttpRequest) -> HttpResponse:
    """Open, see, close the reading room."""
    require(request.user, "reports.read")
    after = _local(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method == "POST" and request.POST.get("go") == "close":
        return _close(request)
    form = PassphraseForm(request.POST or None)
    if form.is_valid():
        try:
            cookie = actions.open_reading_room(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error("passphrase", str(say(error)))
        else:
            response = redirect(after or "reports:queue")
            set_cookie(response, cookie)
            return response
    context = {"form": form, "next": after, "colleagues": _colleagues(request.user)}
    return _page(request, "reports/room.html", context, room=open_room_of(request), status=400 if form.errors else 200)


def _local(request: HttpRequest, address: str) -> str:
    """Return an address to go on to, if it is one of this desk."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _close(request: HttpRequest) -> HttpResponse:
    actions.close_reading_room(actor=request.user)
    response = redirect("reports:room")
    delete_cookie(response)
    return response


def _colleagues(person: Person) -> list[dict[str, Any]]:
    """Who of the agency may read reports, and whether they have a key."""
    with_key = set(StaffKey.objects.values_list("person_id", flat=True))
    others = Person.objects.filter(agency=person.agency, is_active=True).exclude(pk=person.pk)
    return [{"person": each, "has_key": each.pk in with_key} for each in others if each.may("reports.read")]


@login_required
@require_POST
def enrol(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a colleague a key; the passphrase is shown on this one page, once."""
    require(request.user, "reports.read")
    colleague = Person.objects.filter(agency=request.user.agency, pk=pk).first()
    if colleague is None:
        raise NotFound
    room = required_room(request)
    passphrase = actions.enrol_staff_key(actor=request.user, room=room, colleague=colleague)
    context = {"colleague": colleague, "words": passphrase.split("-")}
    return _page(request, "reports/enrolled.html", context, room=room)


@login_required
def case_copies(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was copied from reports into a case; closed when no authorisation covers reports."""
    case = case_for(request.user, case_id)
    allowed = limits(case, "report")
    copies = [
        {
            "copy": copy,
            "category": INTAKE_FORMS[copy.category].label,
            "answers": shown_answers(copy.category, copy.answers) if allowed else [],
            "observables": shown_observables(copy.category, copy.observables) if allowed else [],
        }
        for copy in ReportCopy.objects.filter(case=case).select_related("copied_by")
    ]
    context = {"case": case, "copies": copies, "allowed": allowed is not None}
    return _page(request, "reports/copies.html", context, room=open_room_of(request))
