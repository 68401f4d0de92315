"""Measured precision of change, by the combination of tests an output passed.

The table is made by `amparo ledger calibrate` on economies with known owners and ships with it; nothing is set by
hand. Confidence is the lower end of Wilson's interval at 95 %: few cases give little confidence, whatever their share
(Wilson 1927, doi 10.1080/01621459.1927.10502953). It holds for the economies it was measured on, not for every chain.

Form, as JSON, alone or under the key "change": {"format": "amparo-change-confidence/1", "rows": [[bits, right,
wrong], ...], ...}; further keys (date, economies) are kept in `facts`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.base import canonical_digest
from amparo.ledger.clusters.errors import BadConfidenceTable

FORMAT: Final = "amparo-change-confidence/1"
#: Share of a normal distribution within +-Z is 95 %.
Z: Final = 1.959963984540054


def wilson(right: int, wrong: int) -> float:
    """Lower end of the 95 % interval of `right` in right + wrong cases; 0 where there is no case."""
    cases = right + wrong
    if cases == 0:
        return 0.0
    share = right / cases
    middle = share + Z * Z / (2 * cases)
    spread = Z * sqrt(share * (1 - share) / cases + Z * Z / (4 * cases * cases))
    return max(0.0, (middle - spread) / (1 + Z * Z / cases))


@dataclass(frozen=True)
class Confidence:
    """`counts`: combination of `Predicate` bits -> (right, wrong) candidates measured."""

    counts: Mapping[int, tuple[int, int]]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def shipped(cls) -> "Confidence":
        """The table that calibrate committed. Raises BadConfidenceTable where there is none."""
        path = files("amparo.ledger").joinpath("calibrate", "table.json")
        if not path.is_file():
            raise BadConfidenceTable(why="it is not there")
        return cls.read(path.read_text(encoding="utf-8"))

    @classmethod
    def read(cls, text: str) -> "Confidence":
        """Raises BadConfidenceTable."""
        try:
            value = json.loads(text)
            value = value.get("change", value)
            if value["format"] != FORMAT:
                raise BadConfidenceTable(why=f"its form is {value['format']}, not {FORMAT}")
            rows = [(int(bits), int(right), int(wrong)) for bits, right, wrong in value["rows"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadConfidenceTable(why=type(error).__name__) from error
        return cls.from_rows(rows, {key: each for key, each in value.items() if key not in ("format", "rows")})

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int, int]], facts: Mapping[str, Any] | None = None) -> "Confidence":
        counts: dict[int, tuple[int, int]] = {}
        for bits, right, wrong in rows:
            if not 0 < bits < 1 << 16 or right < 0 or wrong < 0 or bits in counts:
                raise BadConfidenceTable(why=f"row {bits}, {right}, {wrong}")
            counts[bits] = (right, wrong)
        return cls(counts, facts or {})

    def as_dict(self) -> dict[str, Any]:
        rows = [[bits, *self.counts[bits]] for bits in sorted(self.counts)]
        return {**self.facts, "format": FORMAT, "rows": rows}

    @property
    def digest(self) -> str:
        """Names the table in reports: which measurement a confidence comes from."""
        return canonical_digest(self.as_dict()["rows"])

    def bound(self, bits: int) -> float:
        return wilson(*self.counts.get(bits, (0, 0)))

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """The bound of each of the 65,536 combinations."""
        found = np.zeros(1 << 16)
        for bits in self.counts:
            found[bits] = self.bound(bits)
        return found

    def of(self, bits: NDArray[np.uint16]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.table[bits]
        return found
