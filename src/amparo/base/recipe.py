"""Recipe: how a computed claim came to be, so that anybody can compute it again and compare the digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amparo.base.canonical import canonical_digest


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run of one tool.

    `tool`: name in the TOOLS registry ("media.scan", "ledger.trace"). `version`: the tool's own version text.
    `parameters`: all that changes the result, canonical JSON values. `inputs`: name -> SHA-256 of each input.
    `output`: SHA-256 of the canonical result; a re-run must give the same.
    """

    tool: str
    version: str
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    output: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "tool": self.tool,
            "version": self.version,
            "parameters": dict(self.parameters),
            "inputs": dict(self.inputs),
            "output": self.output,
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Recipe":
        return cls(value["tool"], value["version"], value["parameters"], value["inputs"], value["output"])

    @property
    def id(self) -> str:
        """First 16 hex signs of the recipe's own digest: its name in a bundle (recipes/ID.json)."""
        return canonical_digest(self.as_dict())[:16]
