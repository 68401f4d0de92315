"""Rates of what joins and separates inputs: co-spend, same key, CoinJoin shapes."""

from typing import Final

import numpy as np

from amparo import _kernels
from amparo.ledger.calibrate.case import Case, Column, Mask
from amparo.ledger.calibrate.economy import COINJOINS, TxKind
from amparo.ledger.calibrate.rates import Rate
from amparo.ledger.clusters import Shape, excluded, names

#: What each shape claims to have found.
CLAIMS: Final = {
    Shape.SIMPLE: COINJOINS,
    Shape.WASABI_10: frozenset({TxKind.WASABI1}),
    Shape.WASABI_11: frozenset({TxKind.WASABI1}),
    Shape.WASABI_20: frozenset({TxKind.WASABI2}),
    Shape.WHIRLPOOL: frozenset({TxKind.WHIRLPOOL}),
    Shape.JOINMARKET: frozenset({TxKind.JOINMARKET}),
    Shape.EQUAL: COINJOINS,
    Shape.WHIRLPOOL_TX0: frozenset({TxKind.TX0}),
    Shape.STONEWALL: frozenset({TxKind.STONEWALL, TxKind.STONEWALL_X2}),
    Shape.PAYJOIN: frozenset({TxKind.PAYJOIN}),
}


def pairs(roots: Column, owner: Column) -> tuple[int, int, int]:
    """Pairs of addresses that stand together and are one owner's; that stand together; that are one owner's."""
    both = roots.astype(np.int64) * (int(owner.max()) + 2) + owner + 1
    return _pairs(both), _pairs(roots), _pairs(owner)


def _pairs(values: Column) -> int:
    counts = np.unique(values, return_counts=True)[1].astype(object)
    return int((counts * (counts - 1)).sum()) // 2


def without_joint(case: Case) -> Column:
    """Roots of co-spending alone as if there were no PayJoin in the economy."""
    skips = (excluded(np.asarray(case.clusters.shapes)) | case.joint).astype(np.uint8)
    sets = _kernels.UnionFind(len(case.owner), forest=False)
    sets.add(case.first_in.astype(np.uint64), case.in_addr.astype(np.uint32), 0, skips)
    found: Column = sets.finish()
    return found


def joining(case: Case) -> list[Rate]:
    """Co-spend and same-key merges of the forest, then pairs of addresses."""
    forest = np.asarray(case.clusters.forest).astype(np.int64)
    right = case.owner[forest[:, 0]] == case.owner[forest[:, 1]]
    joint = case.joint[forest[:, 2]]
    # Two forms of one key have one payload; nothing else has.
    payload = case.store.array("addr_payload")
    co_spend = (payload[forest[:, 0]] != payload[forest[:, 1]]).any(axis=1)
    needed = len(case.owner) - len(np.unique(case.owner))
    found = [
        _merges("co-spend", right, co_spend & ~joint, needed),
        _merges("co-spend, PayJoin only", right, co_spend & joint, None),
        _merges("co-spend with PayJoin", right, co_spend, needed),
        _merges("same-key", right, ~co_spend, None),
    ]
    for name, roots in (
        ("co-spend, pairs", without_joint(case)),
        ("co-spend with PayJoin, pairs", np.asarray(case.clusters.roots)),
    ):
        found.append(pair_rate(name, roots, case.owner))
    return found


def pair_rate(name: str, roots: Column, owner: Column) -> Rate:
    both, together, true = pairs(roots, owner)
    return Rate(name, "pair", both, together - both, both, true)


def _merges(name: str, right: Mask, chosen: Mask, needed: int | None) -> Rate:
    good = int((right & chosen).sum())
    return Rate(name, "merge", good, int(chosen.sum()) - good, None if needed is None else good, needed)


def shapes(case: Case) -> list[Rate]:
    """Whether what is left out as a CoinJoin is one, and what each shape finds of its kind."""
    bits = np.asarray(case.clusters.shapes)
    spends = np.diff(case.first_in) > 0
    found = [_found("CoinJoin, left out", excluded(bits), case.coinjoins, spends)]
    named = Shape(sum(CLAIMS)) & ~(Shape.SIMPLE | Shape.STONEWALL | Shape.WHIRLPOOL_TX0 | Shape.PAYJOIN)
    found.append(_found("CoinJoin, a named shape", (bits & np.uint16(named)) != 0, case.coinjoins, spends))
    for shape, kinds in CLAIMS.items():
        says = (bits & np.uint16(shape)) != 0
        found.append(_found(f"shape {names(shape)[0]}", says, case.kind_is(kinds), spends))
    return found


def _found(name: str, says: Mask, true: Mask, among: Mask) -> Rate:
    says, true = says & among, true & among
    both = int((says & true).sum())
    return Rate(name, "transaction", both, int(says.sum()) - both, both, int(true.sum()))
