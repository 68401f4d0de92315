"""What came of the reader's own decisions. Nobody else's are shown, and nothing measures how quick or right one is."""

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from amparo.web.accounts.models import Person
from amparo.web.accounts.permissions import require
from amparo.web.cases.scope import cases_of
from amparo.web.matches.models import ListOpinion, Match, Review
from amparo.web.matches.outcomes import Outcome, outcomes

ROWS = 50


class Decided(NamedTuple):
    review: Review
    others: list[Review]
    outcomes: list[Outcome]


@login_required
def decisions(request: HttpRequest) -> HttpResponse:
    require(request.user, "matches.review")
    mine = Review.objects.filter(person=request.user, match__exhibit__case__in=cases_of(request.user)).order_by("-at")
    page = Paginator(mine.select_related("match__item", "match__exhibit__case"), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _rows(request.user, list(page.object_list)), "counts": _counts(request.user, mine)}
    context["opinions"] = ListOpinion.objects.filter(by=request.user).count()
    return render(request, "matches/decisions.html", context)


def _rows(person: Person, reviews: list[Review]) -> list[Decided]:
    keys = [each.match_id for each in reviews]
    came = outcomes(keys)
    others: dict[Any, list[Review]] = {}
    for each in Review.objects.filter(match__in=keys).exclude(person=person).select_related("person"):
        others.setdefault(each.match_id, []).append(each)
    return [Decided(each, others.get(each.match_id, []), came.get(each.match_id, [])) for each in reviews]


def _counts(person: Person, mine: QuerySet[Review]) -> dict[str, int]:
    others = Review.objects.filter(match=OuterRef("match")).exclude(person=person)
    against = others.exclude(decision=OuterRef("decision")).exclude(decision=Review.Decision.UNSURE)
    return mine.order_by().aggregate(
        given=Count("pk"),
        confirmed=Count("pk", filter=Q(decision="confirm", match__state=Match.State.CONFIRMED)),
        alone=Count("pk", filter=~Q(Exists(others))),
        differ=Count("pk", filter=Q(Exists(against)) & ~Q(decision=Review.Decision.UNSURE)),
    )
