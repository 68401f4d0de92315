"""The words that name what a picture shows: the agency's label set, its number keys and how grave each is."""

from amparo.media.labels import LabelSet, label_sets
from amparo.web.accounts.models import Agency
from amparo.web.common.home import home
from amparo.web.matches.models import Match, Review
from amparo.web.matches.policy import DEFAULTS, policy


def labels_of(agency: Agency) -> LabelSet:
    """The set the agency's policy names; the usual one if that is gone. Raises NoLabelSet, which names the file."""
    sets = label_sets(home() / "labels")
    return sets.get(policy(agency, "label_set")) or sets[DEFAULTS["label_set"]]


def severity_of(match: Match) -> int | None:
    """The gravest that a person said of these bytes, or the list says of them; None if neither rated them."""
    sha256 = match.item.sha256
    said = Review.objects.filter(match__item__sha256=sha256) if sha256 else Review.objects.filter(match=match)
    rated = list(said.exclude(severity=None).order_by().values_list("severity", flat=True))
    listed = labels_of(match.exhibit.case.agency).by_code(match.label)
    return max([*rated, *([listed.severity] if listed else [])], default=None)
