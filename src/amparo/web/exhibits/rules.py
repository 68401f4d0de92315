"""What of an exhibit may be shown: the authorisation, the restricted class, and files that no provider viewed.

Every list, page, download, scan and extraction asks here or in `allowances`. What is closed stays counted.
"""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.accounts.models import Person
from amparo.web.exhibits.allowances import (
    Allowance,
    allowance,
    data_kind,
    inside_of,
    is_unviewed,
    require_some,
    restricted_among,
)
from amparo.web.exhibits.catalogue import digests_inside
from amparo.web.exhibits.models import Item

__all__ = [
    "Allowance",
    "allowance",
    "data_kind",
    "is_unviewed",
    "readable",
    "require_some",
    "restricted_among",
    "why_closed",
]

RESTRICTED: Final = gettext_noop("it is restricted material; only the reveal page of matches shows it, with a reason.")
HOLDS_RESTRICTED: Final = gettext_noop("restricted material is packed inside it.")
OUTSIDE: Final = gettext_noop("it is outside the case's authorisations.")
UNVIEWED: Final = gettext_noop(
    "it comes from a platform where nobody looked at it, and no authorisation allows to open such files."
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


def _holds_restricted(item: Item) -> bool:
    """True if anything unpacked from `item` is restricted, here or by its digest elsewhere in the agency."""
    marked = Item.objects.filter(exhibit=item.exhibit, item_class=Item.Class.RESTRICTED)
    if marked.filter(path__startswith=inside_of(item.path)).exists():
        return True
    return any(restricted_among(digests) for digests in digests_inside(item.exhibit, item.path))


def readable(person: Person, item: Item) -> bool:
    """May this person see the content of `item` on ordinary pages? Membership, role, authorisation, class, provider."""
    member = item.exhibit.case.memberships.filter(person=person).exists()
    return member and person.may("exhibits.see") and why_closed(item) is None
