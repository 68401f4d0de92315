"""GraphSense's change rules, as a named comparison: what the leader's defaults would say on the same chain.

Source: graphsense-lib, heuristics service (MIT), read there; rules and constants, no code. Kept as they are, with
what we hold against them: the cluster rule reads the clusters of the whole chain, so the future, and freshness is
by block. Not used for anything that Amparo states.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.clusters.change import paid_once
from amparo.ledger.clusters.coinjoin import Shape
from amparo.ledger.clusters.view import ChainView, Run
from amparo.ledger.store.layout import NO_ADDRESS

DIRECT: Final = 100  # the output's address is among the inputs
ONE_TIME: Final = 50
MULTI_INPUT: Final = 50  # the output's address is in the inputs' cluster
#: Named shapes that make GraphSense drop a transaction's change.
_COINJOINS: Final = np.uint16(Shape.WASABI_10 | Shape.WASABI_11 | Shape.WASABI_20 | Shape.WHIRLPOOL | Shape.JOINMARKET)


def graphsense_change(view: ChainView, roots: NDArray[np.uint32], shapes: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Confidence 100, 50 or 0 of each output by GraphSense's consensus: the highest of a transaction alone counts."""
    found = np.zeros(len(view.addr), np.uint8)
    once = paid_once(view)
    first = _first_blocks(view)
    for run in view.runs():
        low, high = int(run.first_out[0]), int(run.first_out[-1])
        tx = np.repeat(np.arange(run.high - run.low), np.diff(run.first_out).astype(np.int64))
        score = np.zeros(high - low, np.uint8)
        score[_one_time(view, run, tx, once, first)] = ONE_TIME
        score[_in_cluster(run, tx, roots)] = MULTI_INPUT
        score[_in_cluster(run, tx, np.arange(view.n_addresses, dtype=np.uint32))] = DIRECT
        score[(shapes[run.low : run.high] & _COINJOINS)[tx] != 0] = 0
        best = np.zeros(run.high - run.low, np.uint8)
        np.maximum.at(best, tx, score)
        found[low:high] = np.where(score == best[tx], score, 0)
    return found


def _in_cluster(run: Run, tx: NDArray[np.int64], roots: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Outputs whose root is the root of one of their transaction's inputs."""
    in_tx = np.repeat(np.arange(run.high - run.low), np.diff(run.first_in).astype(np.int64))
    paying, paid = run.in_addr != NO_ADDRESS, run.out_addr != NO_ADDRESS
    keys = np.unique(in_tx[paying].astype(np.uint64) << np.uint64(32) | roots[run.in_addr[paying]])
    found = np.zeros(len(tx), bool)
    found[paid] = np.isin(tx[paid].astype(np.uint64) << np.uint64(32) | roots[run.out_addr[paid]], keys)
    return found


def _one_time(
    view: ChainView, run: Run, tx: NDArray[np.int64], once: NDArray[np.uint8], first: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """2..10 outputs; one script type; not a multiple of 1,000; below the smallest input; unused address; one only."""
    txs = run.high - run.low
    in_tx = np.repeat(np.arange(txs), np.diff(run.first_in).astype(np.int64))
    least = np.full(txs, np.iinfo(np.int64).max)
    np.minimum.at(least, in_tx, run.in_value)
    low_type, high_type = np.full(txs, 255, np.uint8), np.zeros(txs, np.uint8)
    np.minimum.at(low_type, in_tx, run.in_stype)
    np.maximum.at(high_type, in_tx, run.in_stype)
    outputs = np.diff(run.first_out).astype(np.int64)[tx]
    good = (outputs >= 2) & (outputs <= 10) & (low_type == high_type)[tx] & (run.out_stype == low_type[tx])
    good &= (run.out_value % 1000 != 0) & (run.out_value < least[tx]) & (run.out_addr != NO_ADDRESS)
    good &= (np.diff(run.first_in) > 0)[tx]
    here = np.flatnonzero(good)
    address = run.out_addr[here]
    unused = (once[address] == 1) & (first[address] == _blocks(view, run.low + tx[here]))
    good[here[~unused]] = False
    alone: NDArray[np.bool_] = good & (np.bincount(tx[good], minlength=txs)[tx] == 1)
    return alone


def _first_blocks(view: ChainView) -> NDArray[np.int64]:
    """The block in which each address was first paid; -1 for addresses that are only known as given."""
    found = np.full(view.n_addresses, -1, np.int64)
    if view.addr_first is not None:
        found[: view.n_stored] = _blocks(view, view.tx_of(np.asarray(view.addr_first)))
        return found
    addr = np.asarray(view.addr)
    outputs = np.flatnonzero(addr != NO_ADDRESS)[::-1]
    found[addr[outputs]] = _blocks(view, view.tx_of(outputs.astype(np.uint64)))
    return found


def _blocks(view: ChainView, txs: NDArray[np.int64]) -> NDArray[np.int64]:
    if view.first_tx is None:
        return txs
    found: NDArray[np.int64] = np.searchsorted(view.first_tx, txs, side="right") - 1
    return found
