"""TOOLS: the tool a recipe names -> the function that runs it again and gives the digest of its result."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from amparo.base import AmparoError, Blob, Recipe, Registry
from amparo.bundle.errors import InputNotGiven, NotABundle
from amparo.bundle.source import open_source, pieces


class Tool(Protocol):
    """A recipe's tool. `inputs`: the recipe's input names -> the files or folders that are given of them.

    `rerun` returns the digest of the new result; it raises InputNotGiven for an input that it cannot do without.
    """

    @property
    def name(self) -> str: ...

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str: ...

    def examples(self) -> object: ...


def _given(inputs: Mapping[str, Path], name: str) -> Path:
    if name not in inputs:
        raise InputNotGiven(name=name)
    return inputs[name]


@dataclass(frozen=True, slots=True)
class MediaMatch:
    """Compare one file with hash lists (amparo.media). Inputs: "blob", "list:NAME" -> the list's index folder, and
    "negative" -> that of the negative bank, where the recipe names one."""

    name: str = "media.match"

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str:
        from amparo.media import rerun_scan  # imported here: a verifier of bundles need not load the kernels

        lists = [name for name in recipe.inputs if name.startswith("list:")]
        indexes = {name.removeprefix("list:"): _given(inputs, name) for name in lists}
        negative = _given(inputs, "negative") if "negative" in recipe.inputs else None
        return rerun_scan(Blob.from_path(_given(inputs, "blob")), indexes, recipe.parameters, negative=negative)

    def examples(self) -> list[Mapping[str, Any]]:
        return [{"threshold": 31, "min_quality": 50}]


@dataclass(frozen=True, slots=True)
class LedgerTrace:
    """Follow value through loaded blocks by one taint rule (amparo.ledger). Input: "chain", the store's folder.

    The recipe's other inputs are the digests of the block files that the store was loaded from.
    """

    name: str = "ledger.trace"

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str:
        from amparo.ledger import rerun_trace

        return rerun_trace(_given(inputs, "chain"), recipe.parameters)

    def examples(self) -> list[Mapping[str, Any]]:
        return [{"seed": "9:0", "rule": "fifo"}]


@dataclass(frozen=True, slots=True)
class LedgerTraceBack:
    """Follow value back to where it came from, by one taint rule (amparo.ledger). Input as of ledger.trace."""

    name: str = "ledger.trace-back"

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str:
        from amparo.ledger import rerun_trace_back

        return rerun_trace_back(_given(inputs, "chain"), recipe.parameters)

    def examples(self) -> list[Mapping[str, Any]]:
        return [{"seed": "170:1", "rule": "fifo"}]


@dataclass(frozen=True, slots=True)
class LedgerTraceAccounts:
    """Follow value through account ledgers by one taint rule (amparo.ledger.accounts).

    Inputs: "accounts:0", "accounts:1" … -> the folders of the account stores, in the order of their data digests.
    """

    name: str = "ledger.trace-accounts"

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str:
        from amparo.ledger.accounts import rerun_account_trace

        names = sorted((name for name in recipe.inputs if name.startswith("accounts:")), key=_number)
        return rerun_account_trace([_given(inputs, name) for name in names], recipe.parameters)

    def examples(self) -> list[Mapping[str, Any]]:
        return [{"seed": "bank@7:0:0", "rule": "fifo"}]


@dataclass(frozen=True, slots=True)
class LedgerTraceJoined:
    """Follow value through account ledgers and chains, over joins (amparo.ledger.joins).

    Inputs: "accounts:0", "accounts:1" … as of ledger.trace-accounts, and "NETWORK:chain" -> a chain store's folder.
    """

    name: str = "ledger.trace-joined"

    def rerun(self, recipe: Recipe, inputs: Mapping[str, Path]) -> str:
        from amparo.ledger.joins import rerun_joined

        numbered = sorted((name for name in recipe.inputs if name.startswith("accounts:")), key=_number)
        chains = [name for name in recipe.inputs if name.endswith(":chain")]
        return rerun_joined(
            [_given(inputs, name) for name in numbered],
            {name.removesuffix(":chain"): _given(inputs, name) for name in chains},
            recipe.parameters,
        )

    def examples(self) -> list[Mapping[str, Any]]:
        return [{"seed": "bank@7:0:0", "rule": "fifo", "joins": 1}]


def _number(name: str) -> int:
    return int(name.rpartition(":")[2])


TOOLS: Final[Registry[Tool]] = Registry(
    "tool", MediaMatch(), LedgerTrace(), LedgerTraceBack(), LedgerTraceAccounts(), LedgerTraceJoined()
)


class Rerun(NamedTuple):
    """One recipe run again. `output` None: it could not be run, and `why` says why."""

    recipe: Recipe
    output: str | None
    why: str | None

    @property
    def same(self) -> bool:
        return self.output == self.recipe.output


def rerun(bundle: Path, inputs: Mapping[str, Path]) -> list[Rerun]:
    """Run every recipe of a bundle again. `inputs`: digest of an input -> the file or folder that holds it.

    A recipe whose inputs are not given, or whose tool refuses, is answered with the reason and not passed over.
    Raises NotABundle.
    """
    return [_one(recipe, inputs) for recipe in recipes_in(bundle)]


def recipes_in(bundle: Path) -> list[Recipe]:
    """Return the recipes of a bundle in order of their ids. Raises NotABundle when one cannot be read."""
    with open_source(bundle) as source:
        names = sorted(name for name in source.names if name.startswith("data/recipes/"))
        try:
            return [Recipe.from_dict(json.loads(b"".join(pieces(source, name)))) for name in names]
        except (ValueError, KeyError, TypeError) as error:
            raise NotABundle(path=bundle, why="a recipe is damaged") from error


def _one(recipe: Recipe, inputs: Mapping[str, Path]) -> Rerun:
    files = {name: inputs[digest] for name, digest in recipe.inputs.items() if digest in inputs}
    try:
        return Rerun(recipe, TOOLS[recipe.tool].rerun(recipe, files), None)
    except AmparoError as error:
        return Rerun(recipe, None, str(error))
