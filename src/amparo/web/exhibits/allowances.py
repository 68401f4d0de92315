"""What the case's authorisations allow of one exhibit, which bytes are restricted, what no provider viewed."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from amparo.web.cases.authorisation import Limits, OutsideAuthorisation, limits
from amparo.web.cases.models import Authorisation
from amparo.web.exhibits.models import Exhibit, Item


def data_kind(mime: str) -> str:
    """Which kind of data (cases.models.DATA_KINDS) an item of this type is."""
    if mime.startswith(("image/", "video/")):
        return "pictures"
    if mime.startswith("message/") or mime == "application/mbox":
        return "communications"
    return "files"


class Allowance(NamedTuple):
    """What the valid authorisations allow of one exhibit, and whether files nobody viewed may be opened."""

    by_kind: Mapping[str, Limits]  # data kind -> its limits; a kind that is missing is outside
    unviewed: bool

    @property
    def numbers(self) -> str:
        """The authorisations relied on, for the log's `auth`."""
        return ", ".join(sorted({number for each in self.by_kind.values() for number in each.numbers}))

    def covers(self, mime: str, moment: datetime | date | None) -> bool:
        found = self.by_kind.get(data_kind(mime))
        day = moment.date() if isinstance(moment, datetime) else moment
        return found is not None and found.covers(day)


KINDS: Final = ("files", "pictures", "communications")


def allowance(exhibit: Exhibit) -> Allowance:
    """Ask the authorisations of the exhibit's case, today."""
    found = {kind: limits(exhibit.case, kind, exhibit=exhibit.number) for kind in KINDS}
    by_kind = {kind: each for kind, each in found.items() if each is not None}
    numbers = {number for each in by_kind.values() for number in each.numbers}
    unviewed = Authorisation.objects.filter(case=exhibit.case, number__in=numbers, unviewed_files=True).exists()
    return Allowance(by_kind, unviewed)


def require_some(exhibit: Exhibit) -> Allowance:
    """Return the allowance, or raise OutsideAuthorisation if it allows nothing at all."""
    allowed = allowance(exhibit)
    if not allowed.by_kind:
        raise OutsideAuthorisation(case=exhibit.case.number, what=exhibit.number)
    return allowed


def is_unviewed(exhibit: Exhibit, item: Item | None = None) -> bool:
    """True if a platform sent it and nobody there is known to have looked at it."""
    if item is not None and item.viewed_by_provider is not None:
        return not item.viewed_by_provider
    return exhibit.provider == Exhibit.Provider.UNVIEWED


def restricted_among(digests: Collection[str]) -> set[str]:
    """Those of `digests` (SHA-256) that are restricted anywhere in the agency: the same bytes are so everywhere."""
    return set(
        Item.objects.filter(item_class=Item.Class.RESTRICTED, sha256__in=[each for each in digests if each])
        .order_by()
        .values_list("sha256", flat=True)
        .distinct()
    )


def inside_of(path: str) -> str:
    """What the paths of everything unpacked from an item begin with. "@0" is the exhibit's own file: it holds all."""
    return "" if path == "@0" else path + "|"
