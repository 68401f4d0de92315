"""People and tokens of one agency, for its administrator."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.web.accounts import actions, forms
from amparo.web.accounts.models import ApiToken, Person
from amparo.web.accounts.permissions import require
from amparo.web.common.errors import NotFound, say


@login_required
def people(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.manage")
    context = {
        "people": Person.objects.filter(agency=request.user.agency).prefetch_related("grants"),
        "tokens": ApiToken.objects.filter(agency=request.user.agency).select_related("person"),
    }
    return render(request, "accounts/people.html", context)


@login_required
def add(request: HttpRequest) -> HttpResponse:
    require(request.user, "accounts.manage")
    form = forms.NewPersonForm(request.POST or None, agency=request.user.agency)
    if form.is_valid():
        try:
            actions.add_person(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("people:list")
    return render(request, "accounts/form.html", {"form": form, "act": "add"}, status=400 if form.errors else 200)


@login_required
def roles(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = _colleague(request, pk)
    form = forms.RolesForm(request.POST or None, agency=request.user.agency, initial={"roles": person.roles})
    if form.is_valid():
        try:
            actions.set_roles(actor=request.user, person=person, roles=form.cleaned_data["roles"])
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("people:list")
    context = {"form": form, "act": "roles", "person": person}
    return render(request, "accounts/form.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.end_access(actor=request.user, person=_colleague(request, pk))
    return redirect("people:list")


@login_required
def token(request: HttpRequest) -> HttpResponse:
    require(request.user, "tokens.manage")
    form = forms.TokenForm(request.POST or None, person=request.user)
    if form.is_valid():
        made = actions.make_token(actor=request.user, **form.cleaned_data)
        return render(request, "accounts/token.html", {"made": made})
    return render(request, "accounts/form.html", {"form": form, "act": "token"}, status=400 if form.errors else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = ApiToken.objects.filter(pk=pk, agency=request.user.agency).first()
    if found is None:
        raise NotFound
    actions.revoke_token(actor=request.user, token=found)
    return redirect("people:list")


@login_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The language of the desk for this person, from now on."""
    actions.choose_language(actor=request.user, language=request.POST.get("language", ""))
    back = request.POST.get("next", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")


def _colleague(request: HttpRequest, pk: UUID) -> Person:
    require(request.user, "accounts.manage")
    person = Person.objects.filter(pk=pk, agency=request.user.agency).first()
    if person is None:
        raise NotFound
    return person
