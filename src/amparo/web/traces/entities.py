"""Entities of a chain as pages show them: an inference each, with the transactions it rests on."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from django.utils.translation import gettext

from amparo.ledger import Store
from amparo.ledger.clusters import HOP_WORDS, SHAPES, Alarm, Clusters, Hop, Shape, names
from amparo.web.common.home import folder
from amparo.web.traces.models import ChainWindow, HeldEdge
from amparo.web.traces.tags import Said, tags_of

#: Rows a page shows of a long list; the page says how many there are.
SHOWN: Final = 200


def place_of(chain: ChainWindow) -> Path:
    """Where the entities of a chain lie: beside its store."""
    return folder("ledger") / f"{chain.folder}-entities"


def entities_of(chain: ChainWindow, store: Store) -> Clusters | None:
    """The entities of the blocks as they are now; None where nobody has computed them."""
    return Clusters.open(place_of(chain), store) if chain.has_entities else None


def facts_of(clusters: Clusters, store: Store) -> dict[str, Any]:
    """What the chain's page says: canonical values, kept with the chain."""
    shapes = np.asarray(clusters.shapes)
    by_shape = {str(name): int(((shapes & np.uint16(shape)) != 0).sum()) for shape, name in _shape_names()}
    return {
        "tip": store.tip,
        "addresses": clusters.n_addresses,
        "entities": clusters.components,
        "largest": [list(each) for each in clusters.largest(20) if each[1] > 1],
        "alarms": len(clusters.alarms()),
        "shapes": {name: count for name, count in by_shape.items() if count},
    }


def _shape_names() -> Iterator[tuple[Shape, str]]:
    for shape in Shape:
        yield shape, names(shape)[0]


def shape_words(name: str) -> str:
    """What a shape is, in a sentence."""
    return next((gettext(SHAPES[shape]) for shape, known in _shape_names() if known == name), name)


class HopView(NamedTuple):
    sentence: str
    txid: str
    ref: str
    joined: bool  # whether this one first made one entity of the two


def hops_of(store: Store, hops: Iterable[Hop], joined_by: int | None = None) -> list[HopView]:
    """Each step of a path as a sentence that names addresses and the transaction."""
    found = []
    for hop in hops:
        words = {"tx": store.tx_ref(hop.tx), "a": _text(store, hop.a), "b": _text(store, hop.b)}
        sentence = gettext(HOP_WORDS[hop.heuristic]) % words
        found.append(HopView(sentence, store.txid(hop.tx), store.tx_ref(hop.tx), hop.tx == joined_by))
    return found


class Member(NamedTuple):
    address: str
    tags: list[Said]


def members_of(store: Store, clusters: Clusters, address: int) -> list[Member]:
    """The first members, tagged ones first."""
    texts = [_text(store, int(each)) for each in clusters.members(address, SHOWN)]
    tags = tags_of(texts)
    return sorted((Member(text, tags.get(text, [])) for text in texts), key=lambda each: not each.tags)


class AlarmView(NamedTuple):
    txid: str
    ref: str
    sizes: tuple[int, int]
    addresses: tuple[str, str]
    large: bool
    actors: bool


def alarms_of(store: Store, clusters: Clusters, tagged: dict[int, list[str]]) -> list[AlarmView]:
    """Merges worth a look: of large entities, or of sides on which tags name different actors."""
    return [_alarm(store, each) for each in clusters.alarms(tags=tagged)[:SHOWN]]


def _alarm(store: Store, alarm: Alarm) -> AlarmView:
    return AlarmView(
        txid=store.txid(alarm.tx),
        ref=store.tx_ref(alarm.tx),
        sizes=(alarm.size_a, alarm.size_b),
        addresses=(_text(store, alarm.a), _text(store, alarm.b)),
        large=alarm.large,
        actors=alarm.actors,
    )


def _text(store: Store, address: int) -> str:
    return store.address_text(address) or f"#{address}"


def held_txs(chain: ChainWindow, store: Store) -> dict[int, HeldEdge]:
    """Transactions the agency holds back, by number in the store. The scope must be active."""
    held = HeldEdge.objects.filter(chain=chain).select_related("held_by")
    return {store.find_tx(each.txid).tx: each for each in held}


def parts_of(store: Store, clusters: Clusters, address: int, txs: Iterable[int], heuristics: Iterable[str]) -> Any:
    """The entity without some evidence: its parts, the largest first, and which of them holds the address."""
    split = clusters.without(address, txs=list(txs), heuristics=list(heuristics))
    return {
        "holds": split.holds,
        "count": len(split.parts),
        "parts": [
            {"address": _text(store, part.root), "size": part.size, "here": part.root == split.part_of(address)}
            for part in split.parts[:SHOWN]
        ],
        "dropped": len(split.dropped),
        "left": split.evidence,
        "alone": sum(1 for part in split.parts if part.size == 1),
    }
