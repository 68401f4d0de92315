"""Which output of a transaction may be its change: one bit a test that could not rule the output out.

Sources: BlockSci's change types, GraphSense's one-time rule (read there; no code). Outputs of coinbases, of excluded
CoinJoin shapes and without an address (OP_RETURN) get no bit. Tests that look at the spending transaction keep
unspent outputs as candidates. Nothing here joins anything: see `layer`.
"""

from collections.abc import Iterator
from enum import IntFlag
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.base import gettext_noop
from amparo.ledger.clusters.coinjoin import excluded, kinds
from amparo.ledger.clusters.view import ChainView, Run
from amparo.ledger.store import Store
from amparo.ledger.store.layout import NO_ADDRESS

UNKNOWN: Final = 0xFFFFFFFF  # a fee rate that cannot be known
Bits = NDArray[np.uint16]


class Predicate(IntFlag):
    """Stored as two bytes an output; the numbers are permanent (native/change.hpp)."""

    REUSED = 1
    SAME_CLUSTER = 2
    SAME_TYPE = 4
    NOT_THOUSANDS = 8
    NOT_MILLIONS = 16
    SMALLER = 32
    FRESH = 64
    ONCE = 128
    PEELS = 256
    SAME_LOCKTIME = 512
    SAME_FEE_RATE = 1024
    SAME_VERSION = 2048
    ONE_TIME = 4096
    ONLY_FRESH = 8192
    LEADS = 16384
    LEADS_BY_TWO = 32768


PREDICATES: Final = {
    Predicate.REUSED: gettext_noop("Pays an address that also pays this transaction."),
    Predicate.SAME_CLUSTER: gettext_noop("Pays an address that stood in the payers' entity by then."),
    Predicate.SAME_TYPE: gettext_noop("Has the script type of all inputs."),
    Predicate.NOT_THOUSANDS: gettext_noop("The amount is no multiple of 1,000."),
    Predicate.NOT_MILLIONS: gettext_noop("The amount is no multiple of 1,000,000."),
    Predicate.SMALLER: gettext_noop("The amount is below the smallest input."),
    Predicate.FRESH: gettext_noop("The address appears here for the first time."),
    Predicate.ONCE: gettext_noop("The address is paid once in all loaded blocks."),
    Predicate.PEELS: gettext_noop("Unspent, or spent by a transaction of one input and two outputs."),
    Predicate.SAME_LOCKTIME: gettext_noop("Unspent, or the spender uses a lock time as this transaction does."),
    Predicate.SAME_FEE_RATE: gettext_noop("Unspent, or the spender pays the same fee rate."),
    Predicate.SAME_VERSION: gettext_noop("Unspent, or the spender has the same version and replaceability."),
    Predicate.ONE_TIME: gettext_noop("The only output that passes all tests of the one-time rule."),
    Predicate.ONLY_FRESH: gettext_noop("The only new address beside a known one."),
    Predicate.LEADS: gettext_noop("Passes more tests than any other output."),
    Predicate.LEADS_BY_TWO: gettext_noop("Passes at least two tests more than any other output."),
}


def predicates(source: Store | ChainView, shapes: NDArray[np.uint16] | None = None) -> Bits:
    """The bits of `Predicate` for every output. `shapes`: as `coinjoin.kinds` gave them; None judges anew."""
    view = ChainView.of(source)
    parts = list(runs_of_bits(view, kinds(view) if shapes is None else shapes))
    return np.concatenate(parts) if parts else np.zeros(0, np.uint16)


def runs_of_bits(view: ChainView, shapes: NDArray[np.uint16]) -> Iterator[Bits]:
    """The same, a run of transactions at a time: one pass in chain order, memory bounded by the addresses."""
    skips = excluded(shapes).astype(np.uint8)
    habits = _habits(view)
    once = paid_once(view)
    judge = _kernels.ChangePass(view.n_addresses)
    for run in view.runs():
        spent = np.ascontiguousarray(view.spent_by[int(run.first_out[0]) : int(run.first_out[-1])])
        yield judge.run(*run.columns, run.low, skips[run.low : run.high], spent, once, *habits)


def paid_once(view: ChainView) -> NDArray[np.uint8]:
    """1 for each address that is paid exactly once in all loaded blocks."""
    if view.addr_start is not None:
        counts = np.diff(view.addr_start).astype(np.int64)
    else:
        addr = np.asarray(view.addr)
        counts = np.bincount(addr[addr != NO_ADDRESS], minlength=view.n_stored)
    found = np.zeros(view.n_addresses, np.uint8)
    found[: view.n_stored] = counts[: view.n_stored] == 1
    return found


def fee_rates(view: ChainView) -> NDArray[np.uint32]:
    """Satoshi for 1,000 virtual bytes of each transaction, UNKNOWN where inputs or size are not known."""
    found = np.full(view.n_tx, UNKNOWN, np.uint32)
    for run in view.runs():
        fee, known = _fees(run)
        size = _virtual_size(view, run)
        usable = known & (size > 0)
        rate = fee[usable] * 1000 // size[usable]
        found[run.low + np.flatnonzero(usable)] = np.minimum(rate, UNKNOWN - 1)
    return found


def _fees(run: Run) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Fee of each transaction and whether it is known. Coinbases pay none and count as unknown."""
    taken, paid = _sums(run.in_value, run.first_in), _sums(run.out_value, run.first_out)
    lost = _sums((run.in_value < 0).astype(np.int64), run.first_in)
    fee = taken - paid
    known = (lost == 0) & (np.diff(run.first_in) > 0) & (fee >= 0) & (fee < 1 << 50)
    return fee, known


def _sums(values: NDArray[np.int64], first: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Sum of each transaction's rows. 64 bits may run over in between; differences come out right nevertheless."""
    with np.errstate(over="ignore"):
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
        at = (first - first[0]).astype(np.int64)
        found: NDArray[np.int64] = running[at[1:]] - running[at[:-1]]
    return found


def _virtual_size(view: ChainView, run: Run) -> NDArray[np.int64]:
    size = np.zeros(run.high - run.low, np.int64)
    if view.tx_size is not None:
        size = np.asarray(view.tx_size[run.low : run.high]).astype(np.int64)
    if view.tx_weight is not None:
        weight = np.asarray(view.tx_weight[run.low : run.high]).astype(np.int64)
        size = np.where(weight > 0, (weight + 3) // 4, size)
    return size


def _habits(view: ChainView) -> tuple[Any, Any, Any, Any, Any, Any]:
    """What transactions of one wallet have in common, for all transactions."""
    zero = np.zeros(view.n_tx, np.uint32)
    locktime = zero if view.tx_locktime is None else view.tx_locktime
    version = zero.view(np.int32) if view.tx_version is None else view.tx_version
    flags = zero.astype(np.uint16) if view.tx_flags is None else view.tx_flags
    return locktime, fee_rates(view), version, flags, view.first_in, view.first_out


def revealed(view: ChainView, roots: NDArray[np.uint32], bits: Bits) -> NDArray[np.bool_]:
    """Outputs that later co-spending shows to be change: not of the payers' entity then, but of it in the end.

    The truth that a chain itself gives (Moeser & Narayanan 2021, arXiv 2107.05749). `roots`: of the whole chain.
    """
    found = np.zeros(len(view.addr), bool)
    for run in view.runs():
        payer = first_payers(run)
        owner = np.repeat(payer, np.diff(run.first_out).astype(np.int64))
        both = (owner != NO_ADDRESS) & (run.out_addr != NO_ADDRESS)
        low, high = int(run.first_out[0]), int(run.first_out[-1])
        then = bits[low:high] & np.uint16(Predicate.REUSED | Predicate.SAME_CLUSTER)
        same = np.zeros(high - low, bool)
        same[both] = roots[owner[both]] == roots[run.out_addr[both]]
        found[low:high] = same & (then == 0) & (bits[low:high] != 0)
    return found


def first_payers(run: Run) -> NDArray[np.uint32]:
    """The first input address of each transaction, NO_ADDRESS where it has none."""
    found = np.full(run.high - run.low, NO_ADDRESS, np.uint32)
    at = np.flatnonzero(run.in_addr != NO_ADDRESS)
    txs = np.searchsorted(run.first_in - run.first_in[0], at, side="right") - 1
    found[txs[::-1]] = run.in_addr[at[::-1]]
    return found
