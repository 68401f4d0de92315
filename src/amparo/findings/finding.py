"""The Finding value: a sentence template and its facts, never a finished sentence, so any language can issue it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from amparo.base import Recipe


class Level(StrEnum):
    """How far a claim goes beyond what was seen. Nothing here ever says guilt or ownership."""

    OBSERVED = "observed"  # bytes or rows anyone can look at
    DERIVED = "derived"  # computed exactly from what was observed
    INFERRED = "inferred"  # by a heuristic with a known error
    OPINION = "opinion"  # a named person's judgement


@dataclass(frozen=True, slots=True)
class Statement:
    """A template's name and its facts (canonical JSON values)."""

    template: str
    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"template": self.template, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim.

    `inputs` are references to exhibits, items or transactions ("EX1/p1/docs/a.jpg", "btc:9:0"). `supports` and
    `against` are statements too: a finding that knows nothing against itself says so with an empty tuple.
    `known_error` names the measured error of the tool, None where the claim is exact.
    """

    id: str
    claim: Statement
    level: Level
    inputs: tuple[str, ...]
    recipe: Recipe | None
    supports: tuple[Statement, ...] = ()
    against: tuple[Statement, ...] = ()
    known_error: Statement | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "claim": self.claim.as_dict(),
            "level": self.level.value,
            "inputs": list(self.inputs),
            "recipe": self.recipe.as_dict() if self.recipe else None,
            "supports": [each.as_dict() for each in self.supports],
            "against": [each.as_dict() for each in self.against],
            "known_error": self.known_error.as_dict() if self.known_error else None,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Finding":
        def statement(part: Mapping[str, Any]) -> Statement:
            return Statement(part["template"], part["facts"])

        return cls(
            id=value["id"],
            claim=statement(value["claim"]),
            level=Level(value["level"]),
            inputs=tuple(value["inputs"]),
            recipe=Recipe.from_dict(value["recipe"]) if value["recipe"] else None,
            supports=tuple(statement(each) for each in value["supports"]),
            against=tuple(statement(each) for each in value["against"]),
            known_error=statement(value["known_error"]) if value["known_error"] else None,
        )
