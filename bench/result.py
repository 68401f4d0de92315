"""One line of a bench, and how times are taken."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """`ours` in `unit`; `ratio` = how many times better than `peer` in this run, None where there is no peer.

    `holds`: the ratio reaches `goal` (None: no goal) and the results are `equal` (None: nothing to compare).
    `cpu`: the kernels' path.
    """

    target: str
    ours: float
    unit: str
    peer: str | None
    peer_version: str | None
    ratio: float | None
    goal: float | None
    equal: bool | None
    cpu: str

    @property
    def holds(self) -> bool:
        reached = self.goal is None or (self.ratio is not None and self.ratio >= self.goal)
        return reached and self.equal is not False

    def line(self) -> str:
        rounded = {name: value if value is None else float(f"{value:.4g}") for name, value in self._figures()}
        return json.dumps(asdict(self) | rounded | {"holds": self.holds})

    def _figures(self) -> tuple[tuple[str, float | None], ...]:
        return (("ours", self.ours), ("ratio", self.ratio))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of `times` runs: the least disturbed one."""
    best = float("inf")
    for _ in range(max(1, times)):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
