"""What of an exhibit may be shown: the authorisation, the restricted class, and files that no provider viewed.

Every list, page, download, scan and extraction asks here. What is closed stays counted.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, NamedTuple

from amparo.base import gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.cases.authorisation import Limits, OutsideAuthorisation, limits
from amparo.web.cases.models import Authorisation
from amparo.web.exhibits.models import Exhibit, Item

RESTRICTED: Final = gettext_noop("it is restricted material; only the reveal page of matches shows it, with a reason.")
HOLDS_RESTRICTED: Final = gettext_noop("restricted material is packed inside it.")
OUTSIDE: Final = gettext_noop("it is outside the case's authorisations.")
UNVIEWED: Final = gettext_noop(
    "it comes from a platform where nobody looked at it, and no authorisation allows to open such files."
)


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


def why_closed(item: Item, allowed: Allowance | None = None) -> str | None:
    """Return the sentence that closes `item` (untranslated), or None if it may be shown. Rows need not be saved."""
    allowed = allowed or allowance(item.exhibit)
    if item.is_restricted or (item.sha256 and restricted_among([item.sha256])):
        return RESTRICTED
    if not allowed.covers(item.mime, item.mtime):
        return OUTSIDE
    if is_unviewed(item.exhibit, item) and not allowed.unviewed:
        return UNVIEWED
    if _holds_restricted(item):
        return HOLDS_RESTRICTED
    return None


def inside_of(path: str) -> str:
    """What the paths of everything unpacked from an item begin with. "@0" is the exhibit's own file: it holds all."""
    return "" if path == "@0" else path + "|"


def _holds_restricted(item: Item) -> bool:
    """True if anything unpacked from `item` is restricted, here or by its digest elsewhere in the agency."""
    from amparo.web.exhibits.catalogue import digests_inside

    marked = Item.objects.filter(exhibit=item.exhibit, item_class=Item.Class.RESTRICTED)
    if marked.filter(path__startswith=inside_of(item.path)).exists():
        return True
    return any(restricted_among(digests) for digests in digests_inside(item.exhibit, item.path))


def readable(person: Person, item: Item) -> bool:
    """May this person see the content of `item` on ordinary pages? Membership, role, authorisation, class, provider."""
    member = item.exhibit.case.memberships.filter(person=person).exists()
    return member and person.may("exhibits.see") and why_closed(item) is None
