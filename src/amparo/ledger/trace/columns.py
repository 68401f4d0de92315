"""What a walk found, as columns: NumPy arrays from the kernel, without a copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.ledger.trace.graph import STOP_NUMBERS
from amparo.ledger.trace.states import STATES, State, Totals
from amparo.ledger.trace.stops import StopReason

#: State -> the kernel's number.
STATE_NUMBERS: Final = {state: number for number, state in enumerate(STATES)}


#: The kernel's rows (native/walk.hpp: ReachRow, StepRow).
ROW: Final = np.dtype(
    [("output", "<u8"), ("amount", "<i8"), ("hop", "<u4"), ("state", "u1"), ("stop", "u1"), ("", "<u2")]
)
STEP: Final = np.dtype(
    [
        *((name, "<i8") for name in ("tainted", "moved", "fee", "absorbed", "gap")),
        *((name, "<u4") for name in ("tx", "hop", "unresolved", "")),
    ]
)


@dataclass(frozen=True, eq=False)
class Columns:
    """Rows of outputs by output id, rows of steps as they were taken. Amounts in satoshi.

    `raw` is what the kernel gave: claims first. `unresolved` of a step: inputs whose outputs are not loaded.
    """

    raw: Mapping[str, NDArray[Any]]
    totals: Totals

    @cached_property
    def order(self) -> NDArray[np.int64]:
        return np.argsort(self._reached("output"), kind="stable")

    def _reached(self, name: str) -> NDArray[Any]:
        return self.raw["rows"].view(ROW)[name]

    @cached_property
    def output(self) -> NDArray[np.uint64]:
        return self._reached("output")[self.order]

    @cached_property
    def tainted(self) -> NDArray[np.int64]:
        return self._reached("amount")[self.order]

    @cached_property
    def hop(self) -> NDArray[np.uint32]:
        return self._reached("hop")[self.order]

    @cached_property
    def state(self) -> NDArray[np.uint8]:
        """Numbers of STATES."""
        return self._reached("state")[self.order]

    @cached_property
    def stop(self) -> NDArray[np.uint8]:
        """Numbers of STOP_NUMBERS, 0 where no rule stopped."""
        return self._reached("stop")[self.order]

    @cached_property
    def claim(self) -> NDArray[np.int64]:
        """-1 where nothing is claimed."""
        return self._of_claims("claim", -1)

    @cached_property
    def absorbed(self) -> NDArray[np.int64]:
        return self._of_claims("absorbed", 0)

    def _of_claims(self, name: str, otherwise: int) -> NDArray[np.int64]:
        whole = np.full(len(self.order), otherwise, dtype=np.int64)
        whole[: len(self.raw[name])] = self.raw[name]
        return whole[self.order]

    def mark(self, row: int) -> tuple[tuple[int, int], ...]:
        """The satoshis traced in the output of a row: intervals [first, end). Empty for rules that keep none."""
        if not len(self.raw["spans_at"]):
            return ()
        at = int(self.order[row])
        first = 2 * int(self.raw["spans_at"][at])
        found = self.raw["spans"].view("<i8")[first : first + 2 * int(self.raw["span_count"][at])].tolist()
        return tuple(zip(found[::2], found[1::2], strict=True))

    def step(self, name: str) -> NDArray[Any]:
        """`tx`, `hop`, `tainted`, `moved`, `fee`, `absorbed`, `gap` or `unresolved`."""
        return self.raw["steps"].view(STEP)[name]

    def rows_in(self, state: State, stop: StopReason | None = None) -> NDArray[np.int64]:
        found = self.state == STATE_NUMBERS[state]
        if stop is not None:
            found &= self.stop == STOP_NUMBERS[stop]
        return np.flatnonzero(found)
