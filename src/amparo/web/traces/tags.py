"""Tags of one agency on the addresses a page or a picture shows: those of packs, and the unit's own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from django.db.models import Q

from amparo.ledger import CONFIDENCE, Store, normal
from amparo.ledger.errors import BadAddress
from amparo.ledger.tags import SERVICE_KINDS
from amparo.web.traces.models import OwnTag, Tag

#: Words of the vocabulary for places that mix the money of many: what leaves them is not what came in.
SERVICES: Final = tuple(sorted(SERVICE_KINDS))
_CHUNK: Final = 500
#: Two actors named at this level or above contradict each other.
_FLOOR: Final = 50


class Said(NamedTuple):
    """One tag as a page shows it, whoever made it."""

    label: str
    kind: str  # category, else abuse
    actor: str
    publisher: str
    confidence: str
    rank: int
    source: str
    day: date | None
    own: bool
    reviewed: bool

    @classmethod
    def of_pack(cls, tag: Tag) -> "Said":
        kind = tag.category or tag.abuse
        publisher = tag.pack.creator
        return cls(
            tag.label, kind, tag.actor, publisher, tag.confidence, tag.rank, tag.source, tag.lastmod, False, True
        )

    @classmethod
    def of_unit(cls, tag: OwnTag) -> "Said":
        kind, rank = tag.category or tag.abuse, CONFIDENCE.get(tag.confidence, 0)
        reviewed = tag.reviewed is not None
        publisher = tag.agency.name
        day = tag.made.date()
        return cls(
            tag.label, kind, tag.actor, publisher, tag.confidence, rank, tag.source, day, own=True, reviewed=reviewed
        )


def service_addresses(currency: str | None = "BTC") -> frozenset[str]:
    """Addresses that some tag of the agency calls a service; of its own tags the confirmed ones only.

    `currency` None: of every currency.
    """
    wanted = Q(category__in=SERVICES)
    if currency is not None:
        wanted &= Q(currency__iexact=currency)
    packs = Tag.objects.filter(wanted, on_transaction=False).order_by()
    own = OwnTag.objects.filter(wanted, withdrawn=None, reviewed__isnull=False).order_by()
    return frozenset(packs.values_list("address", flat=True)) | frozenset(own.values_list("address", flat=True))


def tags_of(subjects: Iterable[str]) -> dict[str, list[Said]]:
    """Return address (or transaction id) as given -> tags, the most confident first. The scope must be active."""
    given: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        given[normal(subject)].append(subject)
    found: dict[str, list[Said]] = defaultdict(list)
    wanted = sorted(given)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        for tag in Tag.objects.filter(address__in=part).select_related("pack"):
            found[tag.address].append(Said.of_pack(tag))
        for own in OwnTag.objects.filter(address__in=part, withdrawn=None).select_related("agency"):
            found[own.address].append(Said.of_unit(own))
    ranked = {key: sorted(tags, key=_rank) for key, tags in found.items()}
    return {subject: tags for key, tags in ranked.items() for subject in given[key]}


def labels_of(addresses: Iterable[str]) -> dict[str, str]:
    """Return address -> the label of its most confident tag, for the picture."""
    return {address: tags[0].label for address, tags in tags_of(addresses).items()}


def conflict_of(tags: Iterable[Said]) -> list[str]:
    """The different actors that confident tags name for one address; empty if at most one."""
    actors = sorted({tag.actor for tag in tags if tag.actor and tag.rank >= _FLOOR})
    return actors if len(actors) > 1 else []


def conflicts_of(tags: Mapping[str, list[Said]]) -> dict[str, list[str]]:
    """Address -> the actors named for it, where they are several."""
    found = {address: conflict_of(said) for address, said in tags.items()}
    return {address: actors for address, actors in found.items() if actors}


def tagged_actors(store: Store) -> dict[int, list[str]]:
    """Address number in the store -> the actors that confident tags name for it: for alarms about merges."""
    packs = Tag.objects.filter(rank__gte=_FLOOR, on_transaction=False).exclude(actor="").order_by()
    own = OwnTag.objects.filter(withdrawn=None, reviewed__isnull=False).exclude(actor="").order_by()
    found: dict[int, set[str]] = defaultdict(set)
    for rows in (packs, own):
        for address, actor in rows.values_list("address", "actor").distinct():
            number = _number(store, address)
            if number is not None:
                found[number].add(actor)
    return {number: sorted(actors) for number, actors in found.items()}


def _number(store: Store, address: str) -> int | None:
    """The address's number in the store; None for one of another chain, or one that is not loaded."""
    try:
        return store.address_id(address)
    except BadAddress:
        return None


def _rank(tag: Said) -> tuple[int, int]:
    return -tag.rank, -(tag.day or date.min).toordinal()
