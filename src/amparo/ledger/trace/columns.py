"""What a walk found, as columns: NumPy arrays from the kernel, without a copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.trace.graph import STOP_NUMBERS
from amparo.ledger.trace.states import STATES, State, Totals
from amparo.ledger.trace.stops import StopReason

#: State -> the kernel's number.
STATE_NUMBERS = {state: number for number, state in enumerate(STATES)}


@dataclass(frozen=True, eq=False)
class Columns:
    """Rows of outputs by output id, rows of steps as they were taken. Amounts in satoshi.

    `raw` is what the kernel gave: claims first. `unresolved` of a step: inputs whose outputs are not loaded.
    """

    raw: Mapping[str, NDArray[Any]]
    totals: Totals

    @cached_property
    def order(self) -> NDArray[np.int64]:
        return np.argsort(self.raw["output"], kind="stable")

    @cached_property
    def output(self) -> NDArray[np.uint64]:
        return self.raw["output"][self.order]

    @cached_property
    def tainted(self) -> NDArray[np.int64]:
        return self.raw["amount"][self.order]

    @cached_property
    def hop(self) -> NDArray[np.uint32]:
        return self.raw["hop"][self.order]

    @cached_property
    def state(self) -> NDArray[np.uint8]:
        """Numbers of STATES."""
        return self.raw["state"][self.order]

    @cached_property
    def stop(self) -> NDArray[np.uint8]:
        """Numbers of STOP_NUMBERS, 0 where no rule stopped."""
        return self.raw["stop"][self.order]

    @cached_property
    def claim(self) -> NDArray[np.int64]:
        """-1 where nothing is claimed."""
        return self._of_claims("claim", -1)

    @cached_property
    def absorbed(self) -> NDArray[np.int64]:
        return self._of_claims("absorbed", 0)

    def _of_claims(self, name: str, otherwise: int) -> NDArray[np.int64]:
        whole = np.full(len(self.raw["output"]), otherwise, dtype=np.int64)
        whole[: len(self.raw[name])] = self.raw[name]
        return whole[self.order]

    def mark(self, row: int) -> tuple[tuple[int, int], ...]:
        """The satoshis traced in the output of a row: intervals [first, end). Empty for rules that keep none."""
        if not len(self.raw["spans_at"]):
            return ()
        at = int(self.order[row])
        first = 2 * int(self.raw["spans_at"][at])
        found = self.raw["spans"][first : first + 2 * int(self.raw["span_count"][at])].tolist()
        return tuple(zip(found[::2], found[1::2], strict=True))

    def step(self, name: str) -> NDArray[Any]:
        """`tx`, `hop`, `tainted`, `moved`, `fee`, `absorbed`, `gap` or `unresolved`."""
        return self.raw[f"step_{name}"]

    def rows_in(self, state: State, stop: StopReason | None = None) -> NDArray[np.int64]:
        found = self.state == STATE_NUMBERS[state]
        if stop is not None:
            found &= self.stop == STOP_NUMBERS[stop]
        return np.flatnonzero(found)
