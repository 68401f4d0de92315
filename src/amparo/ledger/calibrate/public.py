"""What real blocks allow: change that later spending revealed, and published tags inside one entity.

Later reveal (Moeser & Narayanan 2021, arXiv 2107.05749): an output that is spent together with one of its payer's
addresses later was change. Only payments of which exactly one output was revealed count, and none was plain at once;
the other outputs are taken for payments. Both are partial: what is never revealed or tagged is not in the counts.
"""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from amparo.base import Progress, silent
from amparo.ledger.calibrate.changing import FLOOR, test_name
from amparo.ledger.calibrate.rates import Rate
from amparo.ledger.clusters import ChainView, ChangeLayer, Clusters, Confidence, Predicate, predicates, revealed
from amparo.ledger.errors import BadAddress
from amparo.ledger.load import load
from amparo.ledger.store import Store
from amparo.ledger.store.layout import NO_ADDRESS


class Public(NamedTuple):
    """Rates on one real source, and what it held."""

    rates: tuple[Rate, ...]
    facts: Mapping[str, Any]


def measure_blocks(
    source: Path, labels: Mapping[str, Iterable[str]], table: Confidence, progress: Progress = silent
) -> Public:
    """Load real blocks and measure what they allow. `labels`: address -> what published packs call it.

    Blocks that begin in the middle of a chain are read as a window. Raises what `load` raises.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load(source, folder / "store", window=source.name, progress=progress)
        store = Store.open(folder / "store")
        clusters = Clusters.build(store, folder / "clusters")
        tags, held = tagged(store, clusters, labels)
        rates = (*later_reveal(store, clusters, table), tags)
        facts = {
            "source": source.name,
            "transactions": len(store.array("first_in")) - 1,
            "addresses": store.n_addresses,
            "merges": len(clusters.forest),
            "tagged": held,
        }
    return Public(rates, facts)


def later_reveal(store: Store, clusters: Clusters, table: Confidence) -> list[Rate]:
    """Each change test and the layer, on payments of which exactly one output was revealed as change."""
    view = ChainView.of(store)
    bits = predicates(view, np.asarray(clusters.shapes))
    shown = revealed(view, np.asarray(clusters.roots), bits)
    first = np.asarray(view.first_out).astype(np.int64)
    tx = np.repeat(np.arange(len(first) - 1), np.diff(first))
    named = np.asarray(view.addr) != NO_ADDRESS
    counts = (np.bincount(tx[shown], minlength=len(first) - 1), np.bincount(tx[named], minlength=len(first) - 1))
    known = np.zeros(len(first) - 1, bool)  # change was plain at once: nothing was left to be revealed
    known[tx[(bits & np.uint16(Predicate.REUSED | Predicate.SAME_CLUSTER)) != 0]] = True
    usable = named & ((counts[0] == 1) & (counts[1] >= 2) & ~known)[tx]
    taken = np.zeros(len(tx), bool)
    taken[ChangeLayer(clusters, table, FLOOR / 100, bits=bits).change.output.astype(np.int64)] = True
    claims = {test_name(each): (bits & np.uint16(each)) != 0 for each in Predicate} | {"change layer": taken}
    total = int((shown & usable).sum())
    found = []
    for name, says in claims.items():
        right, all_said = int((says & usable & shown).sum()), int((says & usable).sum())
        found.append(Rate(f"later reveal, {name}", "output", right, all_said - right, right, total))
    return found


def tagged(store: Store, clusters: Clusters, labels: Mapping[str, Iterable[str]]) -> tuple[Rate, int]:
    """Entities with two tagged addresses and more: right if one label fits all, wrong if none does.

    Also the number of tagged addresses that are in these blocks at all.
    """
    by_root: dict[int, list[set[str]]] = {}
    held = 0
    for text, names in labels.items():
        try:
            address = store.address_id(text)
        except BadAddress:  # a tag of another chain, or none: it is in no block of this one
            continue
        if address is not None:
            held += 1
            by_root.setdefault(clusters.root(address), []).append(set(names))
    several = [each for each in by_root.values() if len(each) > 1]
    right = sum(1 for each in several if set.intersection(*each))
    return Rate("published tags, one label in an entity", "entity", right, len(several) - right), held
