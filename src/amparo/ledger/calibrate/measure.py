"""Measure every heuristic on an economy, and calibrate: learn confidences on some economies, measure on others.

What is learnt (how often a combination of change tests is right) comes from other seeds than what is measured, so
that the table does not praise itself.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from amparo import __version__
from amparo.base import Progress, silent, utc_now
from amparo.ledger.calibrate.case import Case, case_of, make_case
from amparo.ledger.calibrate.changing import FLOOR, PATTERNS, curve, graphsense, layer, learn, table_of, tests
from amparo.ledger.calibrate.deposits import deposit_rates
from amparo.ledger.calibrate.economy import COINJOINS, Parameters, Truth, TxKind, make_economy
from amparo.ledger.calibrate.errors import SeedTwice
from amparo.ledger.calibrate.joining import joining, shapes
from amparo.ledger.calibrate.public import Public
from amparo.ledger.calibrate.rates import Rate, Rates, added
from amparo.ledger.clusters import Clusters, Confidence, predicates
from amparo.ledger.store import Store

LEARN: Final = (1, 2, 3)
#: Nobody looked at these while the rules were written; others up to 13 were looked at.
MEASURE: Final = (21, 22, 23)
TRANSACTIONS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Which economies: seeds to learn on, seeds to measure on, how many transactions each."""

    learn: tuple[int, ...] = LEARN
    measure: tuple[int, ...] = MEASURE
    transactions: int = TRANSACTIONS

    @property
    def words(self) -> str:
        seeds = ", ".join(str(seed) for seed in self.measure)
        return f"made economies of {self.transactions} transactions each, seeds {seeds}"


def measure(store: Store, truth: Truth, table: Confidence | None = None) -> Rates:
    """The rates of all heuristics on a store whose truth is known, with the confidences that shipped (or `table`)."""
    with tempfile.TemporaryDirectory() as folder:
        clusters = Clusters.build(store, Path(folder) / "clusters")
        case = case_of(store.folder.name, store, clusters, truth)
        found = _measured(case, table or Confidence.shipped())
    return Rates(found[0], found[1], (), {"economy": case.name})


def calibrate(plan: Plan, progress: Progress = silent) -> Rates:
    """Make the economies of `plan`, learn on some, measure on the others.

    Raises SeedTwice where one seed would be both, EconomyTooSmall, EconomyStuck.
    """
    if both := set(plan.learn) & set(plan.measure):
        raise SeedTwice(seed=min(both))
    learnt = np.zeros((2, PATTERNS), np.int64)
    steps, told = len(plan.learn) + len(plan.measure), []
    for number, case in enumerate(_cases(plan.learn, plan.transactions)):
        learnt += learn(case, predicates(case.view, np.asarray(case.clusters.shapes)))
        told.append(_facts(case) | {"seed": plan.learn[number], "for": "learning"})
        progress(number + 1, steps, "economies")
    table = table_of(learnt)
    rates: list[Rate] = []
    curves: list[Rate] = []
    for number, case in enumerate(_cases(plan.measure, plan.transactions)):
        found = _measured(case, table)
        rates += found[0]
        curves += found[1]
        rates += deposit_rates(plan.measure[number])
        told.append(_facts(case) | {"seed": plan.measure[number], "for": "measuring"})
        progress(len(plan.learn) + number + 1, steps, "economies")
    facts = {
        "made": utc_now().date().isoformat(),
        "version": __version__,
        "economy": plan.words,
        "floor": FLOOR,
        "economies": told,
        "change": table.as_dict(),
    }
    return Rates(added(rates), added(curves), (), facts)


def with_public(made: Rates, found: Iterable[Public]) -> Rates:
    """The table with what real blocks allow added."""
    parts = list(found)
    rates = added(rate for part in parts for rate in part.rates)
    return Rates(made.rates, made.curve, rates, {**made.facts, "blocks": [dict(part.facts) for part in parts]})


def _cases(seeds: Sequence[int], transactions: int) -> Iterator[Case]:
    """One case at a time; its files are gone when the next one is asked for."""
    for seed in seeds:
        economy = make_economy(Parameters(seed, transactions))
        with tempfile.TemporaryDirectory() as folder:
            yield make_case(economy, Path(folder))


def _measured(case: Case, table: Confidence) -> tuple[tuple[Rate, ...], tuple[Rate, ...]]:
    bits = predicates(case.view, np.asarray(case.clusters.shapes))
    rates = [*joining(case), *shapes(case), *layer(case, bits, table), *graphsense(case), *tests(case, bits)]
    return tuple(rates), tuple(curve(case, bits, table))


def _facts(case: Case) -> dict[str, Any]:
    """What the economy holds, and the digest that names its data."""
    counts = np.bincount(case.truth.tx_kind, minlength=len(TxKind))
    spending = int(counts.sum() - counts[TxKind.COINBASE])
    joins = int(sum(counts[kind] for kind in COINJOINS))
    return {
        "transactions": spending,
        "outputs": len(case.addr),
        "inputs": len(case.prev_out),
        "addresses": len(case.owner),
        "owners": len(np.unique(case.owner)),
        "coinjoins": joins,
        "payjoins": int(counts[TxKind.PAYJOIN]),
        "kinds": {kind.name.lower(): int(counts[kind]) for kind in TxKind},
        "data_digest": case.store.manifest.data_digest,
    }
