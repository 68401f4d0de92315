"""What came of matches here: the finding of each, and the signed bundles that hold it, for those who reviewed."""

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from amparo.web.court.models import Bundle, Finding
from amparo.web.matches.outcomes import Outcome


def outcomes_of(matches: Collection[UUID]) -> dict[UUID, list[Outcome]]:
    findings = list(Finding.objects.filter(match__in=matches))
    bundles = list(Bundle.objects.filter(case__in={each.case_id for each in findings}, state=Bundle.State.SIGNED))
    return {
        each.match_id: [_finding(each), *(_bundle(one) for one in bundles if _holds(one, each))] for each in findings
    }


def _holds(bundle: Bundle, finding: Finding) -> bool:
    """A bundle holds what was found before it was started and not withdrawn by then."""
    there = bundle.case_id == finding.case_id and finding.made <= bundle.started
    return there and (finding.withdrawn is None or finding.withdrawn > bundle.started)


def _finding(finding: Finding) -> Outcome:
    return Outcome("finding", finding.number, reverse("court:finding", args=[finding.pk]))


def _bundle(bundle: Bundle) -> Outcome:
    return Outcome("bundle", bundle.number, reverse("court:bundle", args=[bundle.pk]))
