"""Pages of findings and bundles, and the one page a judge or the defence has."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from amparo.base import AmparoError, clean_text
from amparo.bundle import verify
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.court import actions, forms
from amparo.web.court.errors import NotAReader
from amparo.web.court.jobs import bundle_folder, bundle_zip
from amparo.web.court.models import Bundle, BundleReader, Finding, Offence
from amparo.web.traces.models import TraceResult
from amparo.web.traces.picture import picture_of


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "findings.see")
    context = {
        "case": found,
        "findings": Finding.objects.filter(case=found),
        "offences": Offence.objects.filter(case=found).prefetch_related("elements__findings"),
        "bundles": Bundle.objects.filter(case=found),
        "may_make": request.user.may("findings.make"),
        "may_build": request.user.may("bundles.build"),
    }
    return render(request, "court/case.html", context)


def _finding_for(request: HttpRequest, pk: UUID) -> Finding:
    require(request.user, "findings.see")
    found = (
        Finding.objects.filter(pk=pk, case__in=cases_of(request.user))
        .select_related("case__agency", "author", "match__item", "trace_result__trace")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@login_required
def finding(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _finding_for(request, pk)
    context = {
        "finding": found,
        "case": found.case,
        "picture": picture_of(found.trace_result) if found.trace_result else "",
        "history": history(agency_id=found.case.agency_id, case_id=found.case_id, object=f"finding:{found.pk}"),
        "may_withdraw": found.withdrawn is None and request.user.may("findings.make"),
    }
    return render(request, "court/finding.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _finding_for(request, pk)
    actions.withdraw_finding(actor=request.user, finding=found, reason=clean_text(request.POST.get("reason", "")))
    return redirect("court:finding", pk)


@login_required
@require_POST
def keep_trace(request: HttpRequest, pk: UUID) -> HttpResponse:
    result = TraceResult.objects.filter(
        trace_id=pk, rule=clean_text(request.POST.get("rule", "")), trace__case__in=cases_of(request.user)
    ).first()
    if result is None:
        raise NotFound
    kept = actions.keep_trace(actor=request.user, found=result)
    return redirect("court:finding", kept.pk)


@login_required
def offence(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "findings.make")
    form = forms.OffenceForm(request.POST or None)
    if form.is_valid():
        actions.enter_offence(actor=request.user, case=found, **form.cleaned_data)
        return redirect("court:case", found.pk)
    context = {"form": form, "case": found, "act": "offence"}
    return render(request, "court/form.html", context, status=400 if form.errors else 200)


@login_required
def support(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "findings.make")
    form = forms.SupportForm(request.POST or None, case=found)
    if form.is_valid():
        actions.support(actor=request.user, **form.cleaned_data)
        return redirect("court:case", found.pk)
    context = {"form": form, "case": found, "act": "support"}
    return render(request, "court/form.html", context, status=400 if form.errors else 200)


@login_required
def build(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = case_for(request.user, case_id)
    require(request.user, "bundles.build")
    form = forms.BundleForm(request.POST or None)
    if form.is_valid():
        try:
            bundle = actions.start_bundle(actor=request.user, case=found, **form.cleaned_data)
        except AmparoError as error:
            form.add_error(None, str(say(error)))
        else:
            back = reverse("court:bundle", args=[bundle.pk])
            return redirect(f"{reverse('jobs:job', args=[bundle.job_id])}?back={back}")
    context = {"form": form, "case": found, "act": "bundle"}
    return render(request, "court/form.html", context, status=400 if form.errors else 200)


def _bundle_for(request: HttpRequest, pk: UUID) -> Bundle:
    """A member of the case, or a reader of this one bundle; everybody else finds nothing."""
    found = Bundle.objects.filter(pk=pk).select_related("case__agency", "built_by").first()
    if found is None or not actions.may_read(request.user, found):
        raise NotFound
    return found


@login_required
def bundle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the bundle is, and whether it still verifies: checked anew each time this page is opened."""
    return _bundle_page(request, _bundle_for(request, pk), forms.ReaderForm())


def _bundle_page(request: HttpRequest, found: Bundle, form: forms.ReaderForm) -> HttpResponse:
    member = request.user.may("bundles.build") and found.case.memberships.filter(person=request.user).exists()
    signed = found.state == Bundle.State.SIGNED
    context = {
        "bundle": found,
        "case": found.case,
        "checked": verify(bundle_folder(found)) if signed else None,
        "readers": found.readers.select_related("person"),
        "may_build": member,
        "form": form,
        "reports": [(language, forms.NAMES[language]) for language in found.languages],
        "is_member": member or found.case.memberships.filter(person=request.user).exists(),
    }
    return render(request, "court/bundle.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _bundle_for(request, pk)
    case_for(request.user, found.case_id)
    form = forms.ReaderForm(request.POST)
    if form.is_valid():
        try:
            actions.hand_over(actor=request.user, bundle=found, **form.cleaned_data)
        except NotAReader as error:
            form.add_error("username", str(say(error)))
        else:
            return redirect("court:bundle", pk)
    return _bundle_page(request, found, form)


@login_required
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _bundle_for(request, pk)
    if found.state != Bundle.State.SIGNED:
        raise NotFound
    actions.note_taken(actor=request.user, bundle=found)
    packed = bundle_zip(found)
    return FileResponse(packed.open("rb"), as_attachment=True, filename=packed.name)


@login_required
def report(request: HttpRequest, pk: UUID, language: str) -> HttpResponse:
    """The signed PDF report, read in the browser."""
    found = _bundle_for(request, pk)
    if found.state != Bundle.State.SIGNED or language not in found.languages:
        raise NotFound
    actions.note_read(actor=request.user, bundle=found, language=language)
    path = bundle_folder(found) / "data" / f"report.{language}.pdf"
    return FileResponse(path.open("rb"), content_type="application/pdf", filename=f"{found.number}.{language}.pdf")


@login_required
def reading(request: HttpRequest) -> HttpResponse:
    """The bundles a judge, the defence or an expert was given."""
    require(request.user, "bundles.read")
    given = BundleReader.objects.filter(person=request.user).select_related("bundle__case")
    return render(request, "court/reading.html", {"readings": given})
