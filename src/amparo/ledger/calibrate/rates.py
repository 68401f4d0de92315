"""Error rates as a table: what was counted, on which economies, and what a report may quote of it.

Everything is kept as counts; precision, recall and the lower bound are worked from them. The bound is Wilson's,
two-sided 95 %: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from amparo.base import gettext_noop
from amparo.ledger.calibrate.errors import BadRates, NoSuchRate
from amparo.ledger.clusters import wilson

FORMAT: Final = "amparo-error-rates/1"
TABLE: Final = Path(__file__).parent / "table.json"
#: What a report says of an inference. The made economy is not the real one, and the report says that, too.
SENTENCE: Final = gettext_noop(
    "inference by heuristic %(heuristic)s, measured precision %(precision)s on a made economy (%(cases)s cases)"
)
CAUTION: Final = gettext_noop(
    "The rates were measured on made economies with known owners. A made economy is not the real one: its habits and "
    "shares are invented, and wallets change. The rates say how the heuristic does there, not how often it is wrong in "
    "this case."
)


def shown(share: float | None) -> str:
    """Four decimals, cut off and never rounded up: a rate is not made better than it is."""
    return "-" if share is None else f"{math.floor(share * 10_000 + 1e-9) / 10_000:.4f}"


@dataclass(frozen=True, slots=True)
class Rate:
    """One heuristic: its claims that were right and wrong, and how many of the true cases it found."""

    heuristic: str
    unit: str  # what one case is: "merge", "pair", "transaction", "output"
    right: int
    wrong: int
    found: int | None = None
    total: int | None = None
    economy: str = ""

    @property
    def cases(self) -> int:
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        return self.right / self.cases if self.cases else None

    @property
    def lower(self) -> float:
        return wilson(self.right, self.wrong)

    @property
    def recall(self) -> float | None:
        return self.found / self.total if self.total and self.found is not None else None

    def facts(self) -> dict[str, str]:
        """The facts of SENTENCE."""
        return {"heuristic": self.heuristic, "precision": shown(self.precision), "cases": str(self.cases)}

    def as_dict(self) -> dict[str, Any]:
        """Counts, and the shares as text with four decimals (cut off)."""
        shares = {"precision": self.precision, "lower": self.lower, "recall": self.recall}
        counts = {name: getattr(self, name) for name in ("heuristic", "unit", "right", "wrong", "found", "total")}
        return counts | {"cases": self.cases} | {name: shown(share) for name, share in shares.items()}


def added(rates: Iterable[Rate]) -> tuple[Rate, ...]:
    """Add up rates of one heuristic over several economies, in the order in which each first appears."""
    found: dict[str, Rate] = {}
    for rate in rates:
        held = found.get(rate.heuristic)
        found[rate.heuristic] = rate if held is None else _sum(held, rate)
    return tuple(found.values())


def _sum(one: Rate, two: Rate) -> Rate:
    totals: tuple[int | None, int | None] = (None, None)
    if one.total is not None and two.total is not None:
        totals = ((one.found or 0) + (two.found or 0), one.total + two.total)
    return Rate(one.heuristic, one.unit, one.right + two.right, one.wrong + two.wrong, *totals, one.economy)


@dataclass(frozen=True, slots=True)
class Rates:
    """A whole table. `curve` holds the change layer by confidence floor; `facts` says how and on what it was made."""

    rates: tuple[Rate, ...]
    curve: tuple[Rate, ...]
    public: tuple[Rate, ...]
    facts: Mapping[str, Any]

    def of(self, heuristic: str) -> Rate:
        """Raises NoSuchRate."""
        for rate in self.rates:
            if rate.heuristic == heuristic:
                return rate
        raise NoSuchRate(heuristic=heuristic)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(rate.heuristic for rate in self.rates)

    def as_dict(self) -> dict[str, Any]:
        parts = {name: [rate.as_dict() for rate in getattr(self, name)] for name in ("rates", "curve", "public")}
        return {"format": FORMAT, **self.facts, **parts}

    def text(self) -> str:
        """The table as JSON, one row a line."""
        parts = [f" {json.dumps(key)}: {_lines(value)}" for key, value in self.as_dict().items()]
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def write(self, path: Path) -> None:
        path.write_text(self.text(), encoding="utf-8")


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value)
    return f"[\n{rows}\n ]"


def read_rates(path: Path) -> Rates:
    """Read a table that `amparo ledger calibrate` wrote. Raises BadRates."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held.get("format") != FORMAT:
            raise BadRates(file=path.name, why="another format")
        economy = str(held["economy"])
        parts = [tuple(_read(row, economy) for row in held[name]) for name in ("rates", "curve", "public")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRates(file=path.name, why=type(error).__name__) from error
    facts = {key: value for key, value in held.items() if key not in ("format", "rates", "curve", "public")}
    return Rates(parts[0], parts[1], parts[2], facts)


def _read(row: Mapping[str, Any], economy: str) -> Rate:
    counts = [int(row[name]) for name in ("right", "wrong")]
    totals = [None if row[name] is None else int(row[name]) for name in ("found", "total")]
    if min(counts) < 0:
        raise ValueError("negative count")
    return Rate(str(row["heuristic"]), str(row["unit"]), counts[0], counts[1], totals[0], totals[1], economy)


@lru_cache(maxsize=1)
def rates() -> Rates:
    """The table that ships with this version, which reports quote."""
    return read_rates(TABLE)
