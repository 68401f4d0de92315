"""The result of a trace on accounts: each transfer passed, where the units ended, totals that add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amparo.base import Recipe, canonical_digest
from amparo.ledger.accounts.join import TransferRef
from amparo.ledger.accounts.trace.notes import AccountNote
from amparo.ledger.accounts.trace.totals import AssetTotals
from amparo.ledger.accounts.transfer import Kind, Position

TOOL: Final = "ledger.trace-accounts"
VERSION: Final = "1"
_AMOUNTS: Final = ("amount", "traced", "claim", "absorbed", "converted_in", "converted_out")


@dataclass(frozen=True, slots=True)
class AccountStep:
    """One transfer that carried traced units, in the smallest unit of `asset`.

    `traced` of its `amount` units are traced, after what joins brought in (`converted_in`) and what is claimed here
    (`claim`) was added; `converted_out` of them went on over joins. `end` says where the rest went, `stop` why it
    ended. `time`: seconds since 1970 UTC, a date only where `precise` is False. `hop` counts from the seeds.
    """

    ledger: str
    position: Position
    ref: str
    time: int
    precise: bool
    kind: Kind
    asset: str
    sender: str | None
    receiver: str | None
    amount: int
    traced: int
    hop: int
    claim: int
    absorbed: int
    converted_in: int
    converted_out: int
    end: str
    stop: str | None
    source: str

    @property
    def transfer(self) -> TransferRef:
        return TransferRef(self.ledger, self.position)

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        amounts = {name: str(getattr(self, name)) for name in _AMOUNTS}
        return {**plain, **amounts, "position": list(self.position), "kind": self.kind.value}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "AccountStep":
        amounts = {name: int(value[name]) for name in _AMOUNTS}
        return cls(**{**value, **amounts, "position": Position(*value["position"]), "kind": Kind(value["kind"])})


@dataclass(frozen=True, slots=True)
class AccountLeaf:
    """Where `amount` traced units ended: the account (None outside the known books), the state, the stop rule.

    States: held, stopped, fee, left, repaid, gap, elsewhere (`to` names the other end of the join); backward also
    opening and entered.
    """

    ledger: str
    account: str | None
    asset: str
    state: str
    stop: str | None
    to: str | None
    amount: int

    def as_dict(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__slots__}, "amount": str(self.amount)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "AccountLeaf":
        return cls(**{**value, "amount": int(value["amount"])})


@dataclass(frozen=True, slots=True)
class AccountTrace:
    """`ledgers`: each ledger that was walked with its data digest and tip. `parameters` are all that shaped it."""

    parameters: Mapping[str, Any]
    ledgers: tuple[Mapping[str, Any], ...]
    assets: Mapping[str, Mapping[str, Any]]
    conserves: bool
    steps: tuple[AccountStep, ...]
    leaves: tuple[AccountLeaf, ...]
    totals: tuple[AssetTotals, ...]
    joins: tuple[Mapping[str, Any], ...]
    notes: tuple[AccountNote, ...]
    inputs: Mapping[str, str]

    @property
    def rule(self) -> str:
        return str(self.parameters["rule"])

    @property
    def held(self) -> tuple[AccountLeaf, ...]:
        return tuple(leaf for leaf in self.leaves if leaf.state == "held")

    def as_dict(self) -> dict[str, Any]:
        return {
            "parameters": dict(self.parameters),
            "ledgers": [dict(each) for each in self.ledgers],
            "assets": [[name, dict(each)] for name, each in sorted(self.assets.items())],
            "conserves": self.conserves,
            "steps": [each.as_dict() for each in self.steps],
            "leaves": [each.as_dict() for each in self.leaves],
            "totals": [each.as_dict() for each in self.totals],
            "joins": [dict(each) for each in self.joins],
            "notes": [each.as_dict() for each in self.notes],
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any], *, inputs: Mapping[str, str]) -> "AccountTrace":
        """Read back what `as_dict` gave, from JSON too; `inputs` stand in the recipe."""
        return cls(
            parameters=value["parameters"],
            ledgers=tuple(value["ledgers"]),
            assets=dict(value["assets"]),
            conserves=value["conserves"],
            steps=tuple(AccountStep.from_dict(each) for each in value["steps"]),
            leaves=tuple(AccountLeaf.from_dict(each) for each in value["leaves"]),
            totals=tuple(AssetTotals.from_dict(each) for each in value["totals"]),
            joins=tuple(value["joins"]),
            notes=tuple(AccountNote(each["name"], each["facts"]) for each in value["notes"]),
            inputs=inputs,
        )

    @property
    def digest(self) -> str:
        return canonical_digest(self.as_dict())

    @property
    def recipe(self) -> Recipe:
        """How to compute this again: `rerun_account_trace(stores, recipe.parameters)` gives `recipe.output`."""
        return Recipe(TOOL, VERSION, self.parameters, self.inputs, self.digest)
