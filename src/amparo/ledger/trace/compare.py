"""All rules side by side on the same seeds: what each says, and what every one of them says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from amparo.base import Progress, canonical_digest, silent
from amparo.ledger.store import Store
from amparo.ledger.taint import TAINT_RULES
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.result import TraceResult
from amparo.ledger.trace.rows import TraceOutput
from amparo.ledger.trace.run import Marks, trace, trace_back
from amparo.ledger.trace.seeds import Seed
from amparo.ledger.trace.states import State
from amparo.ledger.trace.stops import StopRules


@dataclass(frozen=True, slots=True)
class Compared:
    """One output, and the satoshis each rule traces to it; 0 where a rule does not reach it.

    `least` and `most` are over the rules that conserve value; `in_all` = every one of them reaches it.
    """

    ref: str
    txid: str
    vout: int
    address: str | None
    value: int
    by_rule: Mapping[str, int]
    states: Mapping[str, State]
    least: int
    most: int
    in_all: bool

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("by_rule", "states")}
        states = {rule: state.value for rule, state in self.states.items()}
        return {**plain, "by_rule": dict(self.by_rule), "states": states}


@dataclass(frozen=True, eq=False)
class Comparison:
    """`results` by rule, in the order asked. `preferred`: the rule the case's law prefers, with the reason given."""

    results: Mapping[str, TraceResult]
    preferred: str | None = None
    reason: str = ""

    @cached_property
    def outputs(self) -> tuple[Compared, ...]:
        """Every output any rule reaches, in chain order."""
        rows = {rule: {each.ref: each for each in result.outputs} for rule, result in self.results.items()}
        found = {each.ref: each for by_ref in rows.values() for each in by_ref.values()}
        return tuple(self._compared(found[ref], rows) for ref in sorted(found, key=_place))

    def _compared(self, row: TraceOutput, rows: Mapping[str, Mapping[str, TraceOutput]]) -> Compared:
        met = {rule: by_ref[row.ref] for rule, by_ref in rows.items() if row.ref in by_ref}
        by_rule = {rule: met[rule].tainted if rule in met else 0 for rule in self.results}
        exact = [by_rule[rule] for rule in self.conserving] or [0]
        states = {rule: each.state for rule, each in met.items()}
        least, most = min(exact), max(exact)
        plain = (row.ref, row.txid, row.vout, row.address, row.value)
        return Compared(*plain, by_rule, states, least, most, bool(self.conserving) and least > 0)

    @property
    def conserving(self) -> tuple[str, ...]:
        return tuple(rule for rule, result in self.results.items() if result.conserves)

    def leaves(self, rule: str) -> tuple[TraceOutput, ...]:
        """Where the trace ends by one rule: everything that did not go on."""
        return tuple(each for each in self.results[rule].outputs if each.state is not State.SPENT)

    @cached_property
    def agreement(self) -> Mapping[str, int]:
        """Of the rules that conserve value: `outputs` any of them reaches, `in_all` every one reaches, and of unspent
        ones `held_in_all` with `held_least` satoshi that no rule disputes (the least of them, output by output).
        """
        columns = [_columns(self.results[rule]) for rule in self.conserving]
        if not columns:
            return {"outputs": 0, "in_all": 0, "held_in_all": 0, "held_least": 0}
        anywhere = np.unique(np.concatenate([each.output for each in columns]))
        common = _common([each.output for each in columns])
        held = _common([each.output[each.rows_in(State.HELD)] for each in columns])
        amounts = [each.tainted[np.searchsorted(each.output, held)] for each in columns]
        least = sum(np.minimum.reduce(amounts).tolist())
        return {"outputs": len(anywhere), "in_all": len(common), "held_in_all": len(held), "held_least": least}

    def as_dict(self) -> dict[str, Any]:
        return {
            "rules": {
                rule: {"totals": each.totals.as_dict(), "conserves": each.conserves, "result": each.digest}
                for rule, each in self.results.items()
            },
            "preferred": self.preferred,
            "reason": self.reason,
            "agreement": dict(self.agreement),
            "outputs": [each.as_dict() for each in self.outputs],
        }

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())


def compare(
    store: Store,
    seeds: Sequence[Seed],
    rules: Sequence[str] | None = None,
    *,
    stops: StopRules | None = None,
    fee: str = "last",
    marks: Marks | None = None,
    preferred: tuple[str, str] | None = None,
    backward: bool = False,
    progress: Progress = silent,
) -> Comparison:
    """Trace by each of `rules` (None: all; back, all that have a way back). `preferred`: (rule, the law's reason)."""
    known = [rule for rule in TAINT_RULES.names() if not (backward and rule == "tiho")]
    follow = trace_back if backward else trace
    results = {
        rule: follow(store, seeds, rule, stops=stops, fee=fee, marks=marks, progress=progress)
        for rule in (rules or known)
    }
    name, reason = preferred or (None, "")
    if name is not None:
        TAINT_RULES[name]  # an unknown rule is refused
    return Comparison(results, name, reason)


def _columns(result: TraceResult) -> Columns:
    if result.columns is None:
        raise ValueError("a comparison needs computed results")
    return result.columns


def _common(parts: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    found = parts[0]
    for each in parts[1:]:
        found = np.intersect1d(found, each, assume_unique=True)
    return found


def _place(ref: str) -> tuple[int, int, int]:
    height, _, rest = ref.partition(":")
    position, _, vout = rest.partition("/")
    return int(height), int(position), int(vout)
