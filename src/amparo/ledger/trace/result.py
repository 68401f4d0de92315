"""The result of a trace: what was reached, step by step, with totals that add up, in canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.base import Recipe, canonical_digest
from amparo.ledger.trace.notes import Note
from amparo.ledger.trace.walk import State, Totals

TOOL: Final = "ledger.trace"
VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class TraceOutput:
    """One reached output. Amounts in satoshi; `address` None where the script has none.

    `claim` is what a seed claimed here, None elsewhere. `spent_by` is the ref of the loaded transaction that
    spends it, None while unspent. `stop` names the stop rule that ended the trace here.
    """

    ref: str
    txid: str
    vout: int
    address: str | None
    script: str
    value: int
    tainted: int
    claim: int | None
    absorbed: int
    hop: int
    state: State
    stop: str | None
    spent_by: str | None

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"state": self.state.value}


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One transaction passed through; tainted = moved + fee + absorbed + gap for rules that conserve value.

    `height` is None where the window does not say it; `time` is the block's, seconds since 1970 UTC.
    """

    ref: str
    txid: str
    height: int | None
    position: int
    time: int
    hop: int
    tainted: int
    moved: int
    fee: int
    absorbed: int
    gap: int
    unresolved: int

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class TraceResult:
    """`chain` names the data: network, tip, window, data digest. `parameters` are all that shaped the result."""

    parameters: Mapping[str, Any]
    chain: Mapping[str, Any]
    conserves: bool
    outputs: tuple[TraceOutput, ...]
    steps: tuple[TraceStep, ...]
    totals: Totals
    notes: tuple[Note, ...]
    inputs: Mapping[str, str]

    @property
    def rule(self) -> str:
        return str(self.parameters["rule"])

    @property
    def held(self) -> tuple[TraceOutput, ...]:
        """The unspent leaves."""
        return tuple(each for each in self.outputs if each.state is State.HELD)

    def as_dict(self) -> dict[str, Any]:
        return {
            "parameters": dict(self.parameters),
            "chain": dict(self.chain),
            "conserves": self.conserves,
            "outputs": [each.as_dict() for each in self.outputs],
            "steps": [each.as_dict() for each in self.steps],
            "totals": self.totals.as_dict(),
            "notes": [each.as_dict() for each in self.notes],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any], *, inputs: Mapping[str, str]) -> "TraceResult":
        """Read back what `as_dict` gave, from JSON too; `inputs` stand in the recipe."""
        return cls(
            parameters=value["parameters"],
            chain=value["chain"],
            conserves=value["conserves"],
            outputs=tuple(TraceOutput(**{**each, "state": State(each["state"])}) for each in value["outputs"]),
            steps=tuple(TraceStep(**each) for each in value["steps"]),
            totals=Totals.from_dict(value["totals"]),
            notes=tuple(Note(each["name"], each["facts"]) for each in value["notes"]),
            inputs=inputs,
        )

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())

    @property
    def recipe(self) -> Recipe:
        """How to compute this again: `rerun_trace(store, recipe.parameters)` gives `recipe.output`."""
        return Recipe(TOOL, VERSION, self.parameters, self.inputs, self.digest)
