"""Pages of a case. Thin: what they change, actions change."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases import actions, forms
from amparo.web.cases.models import Case, CasePerson
from amparo.web.cases.rooms import ROOMS
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say


@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    found = cases_of(request.user)
    state = request.GET.get("state", "")
    if state in Case.State.values:
        found = found.filter(state=state)
    return render(request, "cases/list.html", {"cases": found.order_by("-opened")[:500], "state": state})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    require(request.user, "cases.open")
    form = forms.OpenCaseForm(request.POST or None)
    if form.is_valid():
        authority = dict(form.cleaned_data)
        try:
            case = actions.open_case(actor=request.user, title=authority.pop("title"), authorisation=authority)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("cases:case", case.pk)
    return render(request, "cases/form.html", {"form": form, "new": True}, status=400 if form.errors else 200)


@login_required
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = case_for(request.user, pk)
    rooms = [
        {"label": room.label, "url": reverse(room.url_name, args=[found.pk]), "count": room.count(found)}
        for room in ROOMS
        if request.user.may(room.permission)
    ]
    context = {
        "case": found,
        "rooms": rooms,
        "authorisations": found.authorisations.all(),
        "people": found.people.all(),
        "memberships": found.memberships.select_related("person"),
        "history": history(agency_id=found.agency_id, case_id=found.pk),
        "may_manage": request.user.may("cases.manage"),
    }
    return render(request, "cases/case.html", context)


def _case_form(request: HttpRequest, pk: UUID, form_class: type, act: str, title: str) -> HttpResponse:
    """One form on a case: check, act, back to the case; an error keeps what was typed."""
    found = case_for(request.user, pk)
    require(request.user, "cases.manage")
    form = form_class(request.POST or None)
    if form.is_valid():
        try:
            getattr(actions, act)(actor=request.user, case=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("cases:case", found.pk)
    context = {"form": form, "case": found, "act": title}
    return render(request, "cases/form.html", context, status=400 if form.errors else 200)


@login_required
def authorise(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _case_form(request, pk, forms.AuthorisationForm, "authorise", "authorise")


@login_required
def add_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _case_form(request, pk, forms.MemberForm, "add_member", "member")


@login_required
def enter_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _case_form(request, pk, forms.PersonForm, "enter_person", "person")


@login_required
def move_person(request: HttpRequest, pk: UUID, number: str) -> HttpResponse:
    found = case_for(request.user, pk)
    require(request.user, "cases.manage")
    person = CasePerson.objects.filter(case=found, number=number).first()
    if person is None:
        raise NotFound
    form = forms.MovePersonForm(request.POST or None, initial={"category": person.category, "outcome": person.outcome})
    if form.is_valid():
        actions.move_person(actor=request.user, person=person, **form.cleaned_data)
        return redirect("cases:case", found.pk)
    context = {"form": form, "case": found, "act": "move", "person": person}
    return render(request, "cases/form.html", context, status=400 if form.errors else 200)
