"""Rates of the change heuristics: each test, GraphSense's rules, and the layer of confidences by its floor.

A case is an output: right if its owner is that of its transaction's inputs. Recall is over the true change of all
payments of one owner, those included that were left out by mistake. PayJoins are reported apart.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.ledger.calibrate.case import Case, Column, Mask
from amparo.ledger.calibrate.joining import pair_rate
from amparo.ledger.calibrate.rates import Rate
from amparo.ledger.clusters import ChangeLayer, Confidence, Predicate, excluded, graphsense_change

#: Confidence floors of the curve, in hundredths; `FLOOR` is the one that reports quote.
FLOORS: Final = (50, 60, 70, 80, 85, 90, 93, 95, 97, 98, 99)
FLOOR: Final = 90
PATTERNS: Final = 1 << 16


def judged(case: Case) -> Mask:
    """Outputs that the tests judge: with an address, of a payment that is neither left out nor of two owners."""
    spends = np.diff(case.first_in) > 0
    usable = spends & ~excluded(np.asarray(case.clusters.shapes)) & ~case.joint
    found: Mask = usable[case.out_tx] & case.named
    return found


def own(case: Case) -> Mask:
    """Outputs whose owner is that of their transaction's inputs."""
    found: Mask = case.truth.out_owner == case.payer[case.out_tx]
    return found


def change_of(case: Case) -> Mask:
    """The true change of all payments of one owner."""
    found: Mask = case.truth.change & ~(case.joint | case.coinjoins)[case.out_tx]
    return found


def learn(case: Case, bits: Column) -> NDArray[np.int64]:
    """For each combination of tests: outputs that were the payer's own, and that were not. Shape (2, 65536)."""
    seen, right = judged(case), own(case)
    return np.stack([np.bincount(bits[seen & side], minlength=PATTERNS) for side in (right, ~right)]).astype(np.int64)


def table_of(learnt: NDArray[np.int64]) -> Confidence:
    """The table of confidences that the change layer reads."""
    seen = [int(each) for each in np.flatnonzero(learnt.sum(axis=0)) if each]
    return Confidence.from_rows((bits, int(learnt[0, bits]), int(learnt[1, bits])) for bits in seen)


def test_name(predicate: Predicate) -> str:
    return f"change: {(predicate.name or '').lower().replace('_', ' ')}"


def outputs_rate(name: str, case: Case, chosen: Mask) -> Rate:
    """Chosen outputs against the truth."""
    chosen = chosen & judged(case)
    right, true = own(case) & chosen, change_of(case)
    good = int(right.sum())
    return Rate(name, "output", good, int(chosen.sum()) - good, int((chosen & true).sum()), int(true.sum()))


def tests(case: Case, bits: Column) -> list[Rate]:
    """Each test by itself."""
    return [outputs_rate(test_name(each), case, (bits & np.uint16(each)) != 0) for each in Predicate]


def graphsense(case: Case) -> list[Rate]:
    """GraphSense's consensus on the same economy, per output and as pairs of addresses."""
    roots = np.asarray(case.clusters.roots)
    score = graphsense_change(case.view, roots, np.asarray(case.clusters.shapes))
    chosen = (score > 0) & ~excluded(np.asarray(case.clusters.shapes))[case.out_tx]
    edges = np.flatnonzero(chosen & (case.payer[case.out_tx] >= 0) & case.named)
    joined = _joined(roots, case.payer_address[case.out_tx[edges]], case.addr[edges])
    return [
        outputs_rate("GraphSense's change rules", case, score > 0),
        pair_rate("co-spend and GraphSense's change rules, pairs", joined, case.owner),
    ]


def _joined(roots: Column, one: Column, two: Column) -> Column:
    sets = _kernels.UnionFind(len(roots), forest=False)
    plain = np.stack([np.arange(len(roots)), roots, np.zeros(len(roots))], axis=1)
    edges = np.stack([one, two, np.zeros(len(one))], axis=1)
    sets.add_edges(np.ascontiguousarray(np.concatenate([plain, edges]).astype(np.uint32)))
    found: Column = sets.finish()
    return found


def layer(case: Case, bits: Column, table: Confidence) -> list[Rate]:
    """The layer at the floor that reports quote: all it takes for change, the edges it adds, pairs, PayJoin apart."""
    found = ChangeLayer(case.clusters, table, FLOOR / 100, bits=bits)
    chosen = np.zeros(len(case.addr), bool)
    chosen[found.change.output.astype(np.int64)] = True
    return [
        outputs_rate("change layer", case, chosen),
        _edges("change layer, edges it adds", case, found),
        pair_rate("co-spend and change layer, pairs", found.roots, case.owner),
        _payjoins(case, chosen),
    ]


def _edges(name: str, case: Case, found: ChangeLayer) -> Rate:
    """Edges between entities that the layer adds, with those of PayJoins left apart."""
    edges = [each for each in found.edges if not case.joint[each.tx]]
    right = sum(1 for each in edges if case.owner[each.payer] == case.owner[each.address])
    return Rate(name, "edge", right, len(edges) - right)


def _payjoins(case: Case, chosen: Mask) -> Rate:
    """Of PayJoins: what is taken for change is right where it is the payer's (the first input's owner's)."""
    here = chosen & case.joint[case.out_tx]
    right = int((here & own(case)).sum())
    return Rate("change layer, PayJoin only", "output", right, int(here.sum()) - right)


def curve(case: Case, bits: Column, table: Confidence) -> Iterator[Rate]:
    """The layer by its floor."""
    for floor in FLOORS:
        found = ChangeLayer(case.clusters, table, floor / 100, bits=bits)
        chosen = np.zeros(len(case.addr), bool)
        chosen[found.change.output.astype(np.int64)] = True
        yield outputs_rate(f"change layer at 0.{floor}", case, chosen)
