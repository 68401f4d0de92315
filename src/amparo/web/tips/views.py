"""Pages of tips. Thin: what they change, actions change; what they say, `shown` and `queue` say."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.exchange.tips import INCIDENT_KINDS
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import say
from amparo.web.common.models import Job
from amparo.web.tips import actions, forms, queue, shown
from amparo.web.tips.models import Delivery, Tip
from amparo.web.tips.scope import case_of, deliveries_of, delivery_for, tip_for, tips_of


@login_required
def tip_queue(request: HttpRequest) -> HttpResponse:
    filters = queue.Filters.read(request.GET)
    found = queue.in_order(filters.apply(tips_of(request.user), request.user))
    page = Paginator(found, queue.PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": queue.rows(page.object_list, request.user),
        "filters": filters,
        "kinds": [(name, _(sentence)) for name, sentence in INCIDENT_KINDS.items()],
        "states": [(state.value, shown.state_words(state)) for state in Tip.State],
        "query": f"{query.urlencode()}&" if query else "",
        "may_import": request.user.may("tips.import"),
    }
    return render(request, "tips/queue.html", context)


@login_required
def senders(request: HttpRequest) -> HttpResponse:
    return render(request, "tips/senders.html", {"rows": queue.senders(tips_of(request.user))})


@login_required
def deliveries(request: HttpRequest) -> HttpResponse:
    page = Paginator(deliveries_of(request.user), queue.PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "tips/deliveries.html", {"page": page, "may_import": request.user.may("tips.import")})


@login_required
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = delivery_for(request.user, pk)
    job = Job.objects.filter(pk=found.job_id).first()
    context = {
        "delivery": found,
        "job": job,
        "is_cut": found.state != Delivery.State.DONE and (job is None or job.is_over),
        "may_import": request.user.may("tips.import"),
        "tips": found.tips.count(),
        "duplicates": found.tips.filter(state=Tip.State.DUPLICATE).count(),
        "skipped": shown.skips(found),
        "history": history(agency_id=found.agency_id, object=f"delivery:{found.pk}"),
    }
    return render(request, "tips/delivery.html", context)


@login_required
@require_POST
def read_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = delivery_for(request.user, pk)
    actions.read_again(actor=request.user, delivery=found)
    return redirect("tips:delivery", found.pk)


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    require(request.user, "tips.import")
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [(each.name, each.chunks()) for each in form.cleaned_data["files"]]
        try:
            made = actions.import_upload(actor=request.user, files=files, **form.about())
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("tips:delivery", made.pk)
    return _import_page(request, form, way="upload")


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    require(request.user, "tips.import")
    form = forms.InboxForm(request.POST or None, agency=request.user.agency)
    if form.is_valid():
        try:
            made = actions.import_from_inbox(actor=request.user, entry=form.cleaned_data["entry"], **form.about())
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("tips:delivery", made.pk)
    return _import_page(request, form, way="inbox", entries=form.found)


def _import_page(request: HttpRequest, form: forms.AboutForm, **more: Any) -> HttpResponse:
    user = request.user
    known = {"compares_unviewed": actions.compares_unviewed(user.agency), "may_decide": user.may("tips.policy")}
    context = {"form": form, **known, **more}
    return render(request, "tips/import.html", context, status=400 if form.errors else 200)


@login_required
def policy(request: HttpRequest) -> HttpResponse:
    require(request.user, "tips.policy")
    now = "yes" if actions.compares_unviewed(request.user.agency) else "no"
    form = forms.PolicyForm(request.POST or None, initial={"compare": now})
    if form.is_valid():
        actions.set_comparing(actor=request.user, **form.decision())
        return redirect("tips:import")
    return render(request, "tips/policy.html", {"form": form}, status=400 if form.errors else 200)


@login_required
def tip(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = actions.open_tip(actor=request.user, tip=tip_for(request.user, pk))
    return _tip_page(request, found, forms.StateForm(initial={"state": Tip.State.LOOKED_AT}))


def _tip_page(request: HttpRequest, found: Tip, form: forms.StateForm, status: int = 200) -> HttpResponse:
    user = request.user
    context = {
        "tip": found,
        "case": case_of(user, found),
        **shown.tip_page(user, found),
        "form": form,
        "may_work": user.may("tips.work"),
        "may_take_in": user.may("tips.work") and user.may("exhibits.deposit") and found.case_id is None,
        "history": history(agency_id=found.agency_id, object=f"tip:{found.pk}"),
    }
    return render(request, "tips/tip.html", context, status=status)


@login_required
@require_POST
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = tip_for(request.user, pk)
    actions.take(actor=request.user, tip=found)
    return redirect("tips:tip", found.pk)


@login_required
@require_POST
def change_state(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = tip_for(request.user, pk)
    require(request.user, "tips.work")
    form = forms.StateForm(request.POST)
    if form.is_valid():
        try:
            actions.change_state(actor=request.user, tip=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("tips:tip", found.pk)
    return _tip_page(request, found, form, status=400)


@login_required
def new_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _takeable(request, pk)
    require(request.user, "cases.open")
    form = forms.NewCaseForm(request.POST or None, initial={"title": shown.case_title(found)})
    if form.is_valid():
        authority = dict(form.cleaned_data)
        title = authority.pop("title")
        try:
            actions.open_case_from_tip(actor=request.user, tip=found, title=title, authorisation=authority)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("tips:tip", found.pk)
    return _case_page(request, found, form, way="new")


@login_required
def existing_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _takeable(request, pk)
    form = forms.ExistingCaseForm(request.POST or None, cases=cases_of(request.user).order_by("-opened"))
    if form.is_valid():
        try:
            actions.take_into_case(actor=request.user, tip=found, case=form.cleaned_data["case"])
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("tips:tip", found.pk)
    return _case_page(request, found, form, way="existing")


def _takeable(request: HttpRequest, pk: UUID) -> Tip:
    for permission in ("tips.work", "exhibits.deposit"):
        require(request.user, permission)
    return tip_for(request.user, pk)


def _case_page(request: HttpRequest, found: Tip, form: Any, *, way: str) -> HttpResponse:
    context = {"tip": found, "form": form, "way": way, "unviewed": shown.unviewed_count(found)}
    return render(request, "tips/case_form.html", context, status=400 if form.errors else 200)


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    require(request.user, "tips.see")
    found = case_for(request.user, case_id)
    tips = Tip.objects.filter(case=found).select_related("exhibit", "holder")
    context = {"case": found, "tips": tips, "rows": queue.rows(tips, request.user)}
    return render(request, "tips/case.html", context)
