"""Pages of partners and referrals."""

import tempfile
from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from amparo.base import AmparoError
from amparo.web.accounts.permissions import require
from amparo.web.cases.scope import case_for
from amparo.web.common.errors import NotFound, say
from amparo.web.common.home import folder
from amparo.web.common.uploads import kept
from amparo.web.referrals import actions, forms
from amparo.web.referrals.identity import card_of
from amparo.web.referrals.models import Partner, Referral


@login_required
def referral_list(request: HttpRequest) -> HttpResponse:
    require(request.user, "referrals.receive")
    context = {
        "partners": Partner.objects.all(),
        "incoming": Referral.objects.filter(direction="in").select_related("partner", "case"),
        "card": card_of(request.user.agency),
        "may_manage": request.user.may("partners.manage"),
    }
    return render(request, "referrals/list.html", context)


@login_required
def partner(request: HttpRequest) -> HttpResponse:
    require(request.user, "partners.manage")
    form = forms.PartnerForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_partner(actor=request.user, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("referrals:list")
    return render(request, "referrals/form.html", {"form": form, "act": "partner"}, status=400 if form.errors else 200)


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What went out of a case, and the form to send its newest bundle to a partner."""
    found = case_for(request.user, case_id)
    require(request.user, "referrals.send")
    form = forms.SendForm(request.POST or None)
    if form.is_valid():
        try:
            actions.send(actor=request.user, case=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("referrals:case", found.pk)
    referrals = Referral.objects.filter(case=found).select_related("partner")
    context = {"case": found, "form": form, "referrals": referrals, "partners": Partner.objects.exists()}
    return render(request, "referrals/case.html", context, status=400 if form.errors else 200)


@login_required
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    referral = Referral.objects.filter(pk=pk, direction="out").first()
    if referral is None:
        raise NotFound
    case_for(request.user, referral.case_id)
    actions.note_taken(actor=request.user, referral=referral)
    return FileResponse(
        actions.sealed_file(referral).open("rb"), as_attachment=True, filename=f"{referral.number}.amparo.age"
    )


@login_required
def receive(request: HttpRequest) -> HttpResponse:
    require(request.user, "referrals.receive")
    form = forms.ReceiveForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            with tempfile.TemporaryDirectory(dir=folder("referrals")) as place:
                referral = actions.receive(actor=request.user, path=kept(form.cleaned_data["file"], Path(place)))
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("referrals:referral", referral.pk)
    return render(request, "referrals/form.html", {"form": form, "act": "receive"}, status=400 if form.errors else 200)


@login_required
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An incoming referral, and the form to open our own case from it."""
    require(request.user, "referrals.receive")
    found = Referral.objects.filter(pk=pk, direction="in").select_related("partner", "case").first()
    if found is None:
        raise NotFound
    form = forms.ReferredCaseForm(request.POST or None, initial={"title": found.title})
    if form.is_valid():
        authority = dict(form.cleaned_data)
        try:
            opened = actions.open_referred_case(
                actor=request.user, referral=found, title=authority.pop("title"), authorisation=authority
            )
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            return redirect("cases:case", opened.pk)
    context = {"referral": found, "form": form, "may_open": request.user.may("cases.open") and found.case is None}
    return render(request, "referrals/referral.html", context, status=400 if form.errors else 200)
