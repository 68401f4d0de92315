"""Pages of the review of matches: the grid of a case, one match, what a person decides about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from amparo.base import Skipped, gettext_noop
from amparo.media import IndexDamaged, NoPreview, preview
from amparo.media.video import video_frames
from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.audit.history import history
from amparo.web.cases.models import Case
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound
from amparo.web.exhibits import rules
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches import actions, forms
from amparo.web.matches.actions.opinions import opinion_on
from amparo.web.matches.cards import card, cards
from amparo.web.matches.errors import OpinionRefused, ReviewRefused
from amparo.web.matches.grouping import keyed, members, open_to
from amparo.web.matches.labels import labels_of
from amparo.web.matches.models import Exposure, ListOpinion, Match, Scan
from amparo.web.matches.places import same_bytes
from amparo.web.matches.policy import policy
from amparo.web.matches.views.breaks import or_break

ROWS = 24


@login_required
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The review grid of a case: what waits for the reader first, the filter in the address."""
    found = case_for(request.user, case_id)
    require(request.user, "matches.see")
    form = forms.FilterForm({"state": "waiting", **request.GET.dict()}, case=found)
    matches = keyed(_filtered(request.user, found, form))
    page = Paginator(_groups(matches), ROWS).get_page(request.GET.get("page"))
    context = {
        "case": found,
        "form": form,
        "page": page,
        "cards": cards(request.user, matches, [row["key"] for row in page.object_list]),
        "matches": matches.count(),
        "query": form.address(),
        **_asked(request, found),
        **_around(request, found),
    }
    return render(request, "matches/case.html", context)


def _asked(request: HttpRequest, found: Case) -> dict[str, Any]:
    """What every card needs to know about its reader."""
    return {
        "labels": labels_of(found.agency),
        "may_review": request.user.may("matches.review"),
        "may_reveal": request.user.may("media.reveal"),
        "needed": policy(found.agency, "match_confirmations"),
    }


def _around(request: HttpRequest, found: Case) -> dict[str, Any]:
    """What stands about the grid."""
    all_matches = Match.objects.filter(exhibit__case=found)
    return {
        "any": all_matches.exists(),
        "known": all_matches.filter(state=Match.State.KNOWN).count(),
        "held": all_matches.filter(state=Match.State.HELD).count(),
        "may_scan": request.user.may("matches.scan"),
        "scans": Scan.objects.filter(exhibit__case=found).select_related("exhibit").prefetch_related("lists"),
        "exhibits": Exhibit.objects.filter(case=found).select_related("catalogue"),
    }


def _filtered(person: Person, found: Case, form: forms.FilterForm) -> QuerySet[Match]:
    matches = Match.objects.filter(exhibit__case=found, **form.wanted())
    if form.is_waiting:
        return open_to(person, matches).exclude(state=Match.State.KNOWN)
    return matches


def _groups(matches: QuerySet[Match]) -> "QuerySet[Match, dict[str, Any]]":
    found = matches.order_by().values("key").annotate(n=Count("pk"), best=Min("distance"), first=Min("found"))
    return found.order_by("best", "first", "key")


def match_for(request: HttpRequest, pk: UUID) -> Match:
    require(request.user, "matches.see")
    found = (
        Match.objects.filter(pk=pk, exhibit__case__in=cases_of(request.user))
        .select_related("item", "hash_list", "scan", "exhibit__case__agency", "known_from__exhibit__case")
        .first()
    )
    if found is None:
        raise NotFound
    return found


@login_required
def match(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = match_for(request, pk)
    reviews = list(found.reviews.select_related("person"))
    context = {
        "match": found,
        "case": found.case,
        "card": card(request.user, found),
        "reviews": reviews,
        "reviewed": any(each.person_id == request.user.pk for each in reviews),
        "exposure": exposure_of(request, found),
        "closed": rules.why_closed(found.item),
        "revealed_today": Exposure.objects.filter(person=request.user, at__date=timezone.now().date()).count(),
        "next": _next(request.user, found),
        "also_by": Match.objects.filter(item=found.item).exclude(pk=found.pk).select_related("hash_list")[:20],
        "places": same_bytes(found.item),
        "opinion": _opinion(found),
        "history": history(agency_id=found.case.agency_id, case_id=found.case.pk, object=f"match:{found.pk}"),
        **_asked(request, found.case),
    }
    return render(request, "matches/match.html", context)


def _opinion(found: Match) -> ListOpinion | None:
    """What the unit thinks of the entry; nothing where the list's index is damaged, which its own page says."""
    try:
        return opinion_on(found)
    except (IndexDamaged, OpinionRefused):
        return None


def _next(person: Person, found: Match) -> Match | None:
    """The next match of the case that waits for a judgement this person has not given yet."""
    waiting = open_to(person, Match.objects.filter(exhibit__case=found.case)).exclude(state=Match.State.KNOWN)
    return waiting.exclude(pk=found.pk).first()


def exposure_of(request: HttpRequest, found: Match) -> Exposure | None:
    """The reveal named in the address, if it is this person's, of this match, and not over."""
    named = Exposure.objects.filter(pk=as_uuid(request.GET.get("shown")), person=request.user, match=found).first()
    return None if named is None or named.is_over else named


@login_required
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One match by itself."""
    found = match_for(request, pk)
    actions.review(actor=request.user, match=found, **_decided(forms.ReviewForm(request.POST)))
    return or_break(request, reverse("matches:match", args=[pk]))


@login_required
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All of a match's group that waits for the person, from the grid; back to where they were in it."""
    found = match_for(request, pk)
    require(request.user, "matches.review")
    judged = actions.review_group(actor=request.user, match=found, **_decided(forms.GroupForm(request.POST)))
    said = ngettext("%(n)s match judged.", "%(n)s matches judged.", len(judged))
    messages.success(request, said % {"n": len(judged)})
    return or_break(request, _back(request, found))


def _decided(form: forms.ReviewForm) -> dict[str, Any]:
    if not form.is_valid():
        raise ReviewRefused(why=gettext_noop("it holds no decision, or too long a note"))
    return form.cleaned_data


def _back(request: HttpRequest, found: Match) -> str:
    """The grid as it was filtered, at the card that came after."""
    query = QueryDict(request.POST.get("query", "")[:500]).urlencode()
    after = as_uuid(request.POST.get("after"))
    return f"{reverse('matches:case', args=[found.case.pk])}?{query}" + (f"#m-{after}" if after else "")


@login_required
@require_POST
def apart(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the ticked members out of the group."""
    found = match_for(request, pk)
    require(request.user, "matches.review")
    ticked = [key for key in map(as_uuid, request.POST.getlist("apart")[:500]) if key]
    chosen = members(found).filter(pk__in=ticked).select_related("exhibit__case")
    actions.take_apart(actor=request.user, matches=list(chosen))
    return redirect(_back(request, found))


@login_required
@require_POST
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = match_for(request, pk)
    frame = request.POST.get("frame") or None
    if found.is_video and frame not in found.stills:
        raise NotFound
    exposure = actions.reveal(actor=request.user, match=found, reason=request.POST.get("reason", ""), frame=frame)
    return redirect(f"{reverse('matches:match', args=[pk])}?shown={exposure.pk}")


@login_required
def picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The match's picture, grey and blurred, made here; small and clear only for an exposure of this very person.

    Restricted, outside the authorisation, or a platform's file that nobody viewed: there is no blurred picture either.
    """
    found = match_for(request, pk)
    exposure = exposure_of(request, found)
    if exposure is None and rules.why_closed(found.item):
        raise NotFound
    blurred = exposure is None
    return png(preview(item_blob(found.exhibit, found.item.path), side=256, grey=blurred, blur=blurred))


@login_required
def frame(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A still of a video at ?at=SECONDS (one of Match.stills), under the rules of `picture`. There is never sound."""
    found = match_for(request, pk)
    at = request.GET.get("at", "")
    exposure = exposure_of(request, found)
    blurred = exposure is None or exposure.frame != at
    if blurred and rules.why_closed(found.item):
        raise NotFound
    if at not in found.stills:
        raise NoPreview(name=found.item.display, reason="no-such-still")
    blob = item_blob(found.exhibit, found.item.path)
    with blob.open() as stream:
        made = video_frames(stream, found.item.size, blob.name, [float(at)], grey=blurred, blur=blurred)
    if isinstance(made, Skipped):
        raise NoPreview(name=blob.name, reason=made.reason)
    return png(made[0])


def png(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = "no-store"
    return response


def as_uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
