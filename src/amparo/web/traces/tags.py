"""Tags of one agency on the addresses a page or a picture shows."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from amparo.web.traces.models import Tag

#: Categories of the TagPacks whose addresses mix the money of many: what leaves them is not what came in.
SERVICES: Final = ("exchange", "gambling", "hosted_wallet", "market", "mixing_service", "payment_processor", "service",
                   "wallet_service")  # fmt: skip


def service_addresses(currency: str = "BTC") -> frozenset[str]:
    """Addresses that some tag of the agency calls a service."""
    found = Tag.objects.filter(category__in=SERVICES, currency__iexact=currency).order_by()
    return frozenset(found.values_list("address", flat=True).distinct())


def tags_of(addresses: Iterable[str]) -> dict[str, list[Tag]]:
    """Return address -> tags, the most confident first. The agency's scope must be active."""
    found: dict[str, list[Tag]] = defaultdict(list)
    wanted = sorted(set(addresses))
    for start in range(0, len(wanted), 500):
        for tag in Tag.objects.filter(address__in=wanted[start : start + 500]).select_related("pack"):
            found[tag.address].append(tag)
    return dict(found)


def labels_of(addresses: Iterable[str]) -> dict[str, str]:
    """Return address -> the label of its most confident tag, for the picture."""
    return {address: tags[0].label for address, tags in tags_of(addresses).items()}
