"""CoinJoin shapes: which transactions join coins of several owners, by their counts and amounts alone.

Sources: BlockSci's simple test; GraphSense's tests for Wasabi, Whirlpool, JoinMarket and Stonewall (read in their
heuristics service, MIT; rules and constants, no code). EQUAL is our own: it catches rounds that just miss a named
shape, and was measured before it was taken in. A shape is an inference: the wallet's name is a guess, and
"equal-output CoinJoin" is all that the chain itself shows.
- A named shape does not count before its wallet existed (`STARTED`, mainnet only); EARLY then says one would fit.
- STONEWALL vetoes the named shapes. What also fits the simple shape stays excluded: a Stonewall of one owner and a
  CoinJoin of two look alike, and one wrong merge does more harm than one missing.
- PAYJOIN only says that a transaction could be one: that is undecidable, never a fact, and excludes nothing.
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo import _kernels
from amparo.base import gettext_noop
from amparo.ledger.clusters.errors import UnknownTransaction
from amparo.ledger.clusters.view import ChainView, Run
from amparo.ledger.store import Store
from amparo.ledger.store.layout import NO_ADDRESS


class Shape(IntFlag):
    """Stored as two bytes a transaction; the numbers are permanent (native/coinjoin.hpp)."""

    SIMPLE = 1
    WASABI_10 = 2
    WASABI_11 = 4
    WASABI_20 = 8
    WHIRLPOOL = 16
    JOINMARKET = 32
    WHIRLPOOL_TX0 = 64
    STONEWALL = 128
    EARLY = 256
    EXCHANGE = 512
    UNJUDGED = 1024
    PAYJOIN = 2048
    EQUAL = 4096


#: What leaves a transaction out of co-spending and of change.
EXCLUDED: Final = Shape(1 | 2 | 4 | 8 | 16 | 32 | 1024 | 4096)
SHAPES: Final = {
    Shape.SIMPLE: gettext_noop("Half of the outputs pay the same amount, and there are as many paying addresses."),
    Shape.WASABI_10: gettext_noop("Looks like Wasabi 1.0: many outputs near 0.1 coin."),
    Shape.WASABI_11: gettext_noop("Looks like Wasabi 1.1: outputs near 0.1 coin and its doubles."),
    Shape.WASABI_20: gettext_noop("Looks like Wasabi 2: many inputs, several amounts that repeat."),
    Shape.WHIRLPOOL: gettext_noop("Looks like a Whirlpool mix: as many equal outputs as inputs, of a known pool size."),
    Shape.JOINMARKET: gettext_noop("Looks like JoinMarket: equal outputs, and change beside them."),
    Shape.WHIRLPOOL_TX0: gettext_noop("Looks like the preparation of a Whirlpool mix. It is no CoinJoin itself."),
    Shape.STONEWALL: gettext_noop("Looks like a Stonewall: one owner or two, which cannot be decided."),
    Shape.EARLY: gettext_noop("A known wallet's shape fits, but the block is older than that wallet."),
    Shape.EXCHANGE: gettext_noop(
        "An input is tagged as an exchange: taken for a batch of payouts, not for a CoinJoin."
    ),
    Shape.UNJUDGED: gettext_noop("Spends outputs outside of the loaded blocks, and could be a CoinJoin."),
    Shape.PAYJOIN: gettext_noop("Could be a PayJoin of two owners, which cannot be decided."),
    Shape.EQUAL: gettext_noop("Many paying addresses, and one odd amount for five or more receivers."),
}
#: First day (UTC, seconds) on which a shape counts on mainnet: somewhat before the wallet's first public release, as
#: far as remembered; too early errs on the safe side (fewer merges).
STARTED: Final = {
    Shape.JOINMARKET: 1_420_070_400,  # 2015-01-01
    Shape.WASABI_10: 1_530_403_200,  # 2018-07-01
    Shape.WASABI_11: 1_530_403_200,
    Shape.WHIRLPOOL: 1_551_398_400,  # 2019-03-01
    Shape.WHIRLPOOL_TX0: 1_551_398_400,
    Shape.WASABI_20: 1_640_995_200,  # 2022-01-01
}
_BITCOIN: Final = frozenset({"bitcoin", "testnet3", "testnet4", "signet", "regtest"})
_WITH_JOINMARKET: Final = _BITCOIN | {"litecoin", "bitcoin-cash"}
_ONLY_BITCOIN: Final = Shape.WASABI_10 | Shape.WASABI_11 | Shape.WASABI_20 | Shape.WHIRLPOOL | Shape.WHIRLPOOL_TX0
Shapes = NDArray[np.uint16]


def kinds(
    source: Store | ChainView, *, exchanges: Iterable[int] = (), gates: bool = True, start: int = 0
) -> NDArray[np.uint16]:
    """The shapes of every transaction from `start` on, as bits of `Shape`.

    `exchanges`: addresses tagged as an exchange; JoinMarket, Wasabi 1.x and equal outputs are not said where one
    of them pays.
    `gates=False`: the bare shapes, without dates.
    """
    view = ChainView.of(source)
    known = np.unique(np.fromiter(exchanges, dtype=np.uint32))
    parts = [_shapes(view, run, known, gates) for run in view.runs(start)]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint16)


def excluded(shapes: Shapes) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (shapes & np.uint16(EXCLUDED)) != 0
    return found


def names(shapes: int) -> tuple[str, ...]:
    """The shapes as stable words: "simple", "wasabi-1.0" and so on."""
    return tuple(_WORDS[shape] for shape in Shape if shapes & shape)


_WORDS: Final = {
    **{shape: (shape.name or "").lower().replace("_", "-") for shape in Shape},
    Shape.WASABI_10: "wasabi-1.0",
    Shape.WASABI_11: "wasabi-1.1",
    Shape.WASABI_20: "wasabi-2.0",
    Shape.EQUAL: "equal-outputs",
}


def explain(source: Store | ChainView, tx: int, shapes: int | None = None) -> dict[str, Any]:
    """The facts that decide about one transaction: counts, the amount that repeats, what fits and what follows.

    `shapes`: as `kinds` stored them, with tags and dates; None judges anew without tags. Raises UnknownTransaction.
    """
    view = ChainView.of(source)
    if not 0 <= tx < view.n_tx:
        raise UnknownTransaction(tx=tx)
    run = view.run(tx, tx + 1)
    found = int(_shapes(view, run, np.zeros(0, np.uint32), True)[0]) if shapes is None else shapes
    paid = run.out_value[run.out_addr != NO_ADDRESS]
    amounts, counts = np.unique(paid, return_counts=True)
    most = int(np.argmax(counts)) if len(counts) else None
    return {
        "tx": tx,
        "inputs": len(run.in_addr),
        "unknown_inputs": int((run.in_value < 0).sum()),
        "outputs": len(paid),
        "paying_addresses": len(np.unique(run.in_addr[run.in_addr != NO_ADDRESS])),
        "paid_addresses": len(np.unique(run.out_addr[run.out_addr != NO_ADDRESS])),
        "repeated_amount": None if most is None else int(amounts[most]),
        "times": None if most is None else int(counts[most]),
        "shapes": names(found),
        "reasons": tuple(SHAPES[shape] for shape in Shape if found & shape),
        "excluded": bool(found & EXCLUDED),
    }


def _shapes(view: ChainView, run: Run, exchanges: NDArray[np.uint32], gates: bool) -> Shapes:
    found: Shapes = _kernels.coinjoin_shapes(*run.columns, exchanges)
    dropped = Shape(0) if view.network in _BITCOIN else _ONLY_BITCOIN
    if view.network not in _WITH_JOINMARKET:
        dropped |= Shape.JOINMARKET
    found &= np.uint16(0xFFFF & ~int(dropped))
    if gates and view.network == "bitcoin" and view.block_time is not None:
        _hold_back(found, view.times(run.low, run.high))
    return found


def _hold_back(shapes: Shapes, times: NDArray[np.int64]) -> None:
    for shape, started in STARTED.items():
        early = (shapes & np.uint16(shape) != 0) & (times < started)
        shapes[early] &= np.uint16(0xFFFF & ~int(shape))
        shapes[early] |= np.uint16(Shape.EARLY)
