"""The words that name what a picture shows: the agency's label set, its number keys and how grave each is."""

from typing import Final, NamedTuple

from amparo.web.accounts.models import Agency
from amparo.web.matches.models import Match, Review
from amparo.web.matches.policy import policy


class Label(NamedTuple):
    key: str
    code: str
    title: str
    severity: int


class Labels(NamedTuple):
    """`labels`: each with key ("1" to "9"), code, title (untranslated) and severity (0 to 3)."""

    name: str
    labels: tuple[Label, ...]

    def by_code(self, code: str) -> Label | None:
        return next((each for each in self.labels if each.code == code), None)


_PLAIN: Final = Labels(
    "inhope-style", (Label("1", "a", "A", 3), Label("2", "b", "B", 2), Label("3", "none", "None", 0))
)


def labels_of(agency: Agency) -> Labels:
    """The set the agency's policy names; the first there is if that one is gone."""
    policy(agency, "label_set")
    return _PLAIN


def severity_of(match: Match) -> int | None:
    """The gravest that a person or the list says of it; None if neither rated it."""
    rated = list(Review.objects.filter(match=match).exclude(severity=None).values_list("severity", flat=True))
    listed = labels_of(match.exhibit.case.agency).by_code(match.label)
    return max([*rated, *([listed.severity] if listed else [])], default=None)
