"""The result of a trace: what was reached, step by step, with totals that add up, in canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

from amparo.base import Recipe, canonical_digest
from amparo.ledger.trace.columns import Columns
from amparo.ledger.trace.notes import Note
from amparo.ledger.trace.rows import TraceOutput, TraceStep
from amparo.ledger.trace.states import State, Totals

TOOL: Final = "ledger.trace"
TOOL_BACK: Final = "ledger.trace-back"
VERSION: Final = "1"
FORWARD: Final = "forward"
BACKWARD: Final = "backward"


class Parts(Protocol):
    """What a result is read from, made when asked for: `columns` is None of a result read back from JSON."""

    @property
    def columns(self) -> Columns | None: ...
    def parameters(self) -> Mapping[str, Any]: ...
    def outputs(self) -> Sequence[TraceOutput]: ...
    def steps(self) -> Sequence[TraceStep]: ...
    def notes(self) -> Sequence[Note]: ...


@dataclass(frozen=True, eq=False)
class TraceResult:
    """`chain` names the data: network, tip, window, data digest. `inputs` stand in the recipe.

    Totals are there at once; rows, notes and digest are made when they are asked for. `direction` is "forward", or
    "backward": then the claims are what the trace came from, and the leaves where it came from.
    """

    chain: Mapping[str, Any]
    rule: str
    conserves: bool
    totals: Totals
    inputs: Mapping[str, str]
    parts: Parts
    direction: str = FORWARD

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """All that shaped the result."""
        return self.parts.parameters()

    @cached_property
    def outputs(self) -> tuple[TraceOutput, ...]:
        """In chain order."""
        return tuple(self.parts.outputs())

    @cached_property
    def steps(self) -> tuple[TraceStep, ...]:
        """In chain order; of a trace back, in reverse."""
        return tuple(self.parts.steps())

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self.parts.notes())

    @property
    def columns(self) -> Columns | None:
        """The outputs and steps as arrays; None of a result that was read back."""
        return self.parts.columns

    @property
    def held(self) -> tuple[TraceOutput, ...]:
        """The unspent leaves."""
        return tuple(each for each in self.outputs if each.state is State.HELD)

    def as_dict(self) -> dict[str, Any]:
        value = {
            "parameters": dict(self.parameters),
            "chain": dict(self.chain),
            "conserves": self.conserves,
            "outputs": [each.as_dict() for each in self.outputs],
            "steps": [each.as_dict() for each in self.steps],
            "totals": self.totals.as_dict(),
            "notes": [each.as_dict() for each in self.notes],
        }
        return value if self.direction == FORWARD else value | {"direction": self.direction}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any], *, inputs: Mapping[str, str]) -> "TraceResult":
        """Read back what `as_dict` gave, from JSON too; `inputs` stand in the recipe."""
        return cls(
            chain=value["chain"],
            rule=str(value["parameters"]["rule"]),
            conserves=value["conserves"],
            totals=Totals.from_dict(value["totals"]),
            inputs=inputs,
            parts=Told(value),
            direction=value.get("direction", FORWARD),
        )

    @cached_property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())

    @property
    def recipe(self) -> Recipe:
        """How to compute this again: `rerun_trace(store, recipe.parameters)` gives `recipe.output`."""
        tool = TOOL if self.direction == FORWARD else TOOL_BACK
        return Recipe(tool, VERSION, self.parameters, self.inputs, self.digest)


@dataclass(frozen=True, eq=False)
class Told:
    """The parts of a result that was stored as JSON."""

    value: Mapping[str, Any]
    columns: Columns | None = None

    def parameters(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.value["parameters"]
        return found

    def outputs(self) -> list[TraceOutput]:
        return [TraceOutput(**{**each, "state": State(each["state"])}) for each in self.value["outputs"]]

    def steps(self) -> list[TraceStep]:
        return [TraceStep(**each) for each in self.value["steps"]]

    def notes(self) -> list[Note]:
        return [Note(each["name"], each["facts"]) for each in self.value["notes"]]
