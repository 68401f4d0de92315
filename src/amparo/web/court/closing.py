"""A signed bundle never changes: if it copied what was marked as restricted only later, it leaves no more."""

from typing import Final

from amparo.web.court.errors import BundleClosed
from amparo.web.court.jobs import bundle_folder
from amparo.web.court.models import Bundle
from amparo.web.exhibits import rules
from amparo.web.exhibits.models import Item

CLOSING: Final = frozenset({rules.RESTRICTED, rules.HOLDS_RESTRICTED})


def require_open(bundle: Bundle) -> None:
    """Raise BundleClosed if the signed bundle holds a copy of what is restricted today, or of what holds it."""
    copied = _digests(bundle)
    cited = Item.objects.filter(matches__finding__case=bundle.case).select_related("exhibit__case").distinct()
    for item in cited:
        if item.sha256 in copied and rules.why_closed(item) in CLOSING:
            raise BundleClosed(bundle=bundle.number)


def _digests(bundle: Bundle) -> frozenset[str]:
    """SHA-256 of each file that the bundle holds, as its manifest has them."""
    with (bundle_folder(bundle) / "manifest-sha256.txt").open(encoding="utf-8") as lines:
        return frozenset(line.split(" ", 1)[0] for line in lines)
