"""What a load of statements found, kept beside the store as `statements.json`: files with digests, every problem."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from amparo.base import gettext_noop
from amparo.ledger.statements.errors import StatementUnreadable
from amparo.ledger.statements.records import Problem

NAME: Final = "statements.json"
FORMAT: Final = "amparo-statements/1"
#: Problems kept in full; all are counted.
KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class FileReport:
    """`ledgers`: the books the file's lines went to. `options`: what a person said beside it, the profile included."""

    name: str
    size: int
    sha256: str
    form: str
    options: Mapping[str, Any]
    ledgers: tuple[str, ...]
    transfers: int
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def grave(self) -> int:
        """Problems that make sums or order doubtful, of those kept."""
        return sum(each.grave for each in self.problems)

    def as_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        lists = {"ledgers": list(self.ledgers), "problems": [each.as_dict() for each in self.problems]}
        return {**plain, **lists, "options": dict(self.options), "counts": dict(self.counts)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "FileReport":
        problems = tuple(Problem.from_dict(each) for each in value["problems"])
        return cls(**{**value, "ledgers": tuple(value["ledgers"]), "problems": problems})


@dataclass(frozen=True, slots=True)
class StatementReport:
    files: tuple[FileReport, ...]

    @property
    def counts(self) -> Counter[str]:
        return sum((Counter(each.counts) for each in self.files), Counter())

    def write(self, folder: Path) -> None:
        value = {"format": FORMAT, "files": [each.as_dict() for each in self.files]}
        part = folder / f"{NAME}.part"
        part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        part.replace(folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> "StatementReport | None":
        """The report beside a store; None where it was not made from statements. Raises StatementUnreadable."""
        path = folder / NAME
        if not path.is_file():
            return None
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(FileReport.from_dict(each) for each in value["files"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StatementUnreadable(path=path.name, why=type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class StatementNote:
    """What a reader of a trace over a doubtful statement must know."""

    facts: Mapping[str, Any]
    name: str = "statement-problems"
    sentence: str = gettext_noop(
        "Grave problems of the statement %(file)s behind %(ledger)s: %(count)s. The first is at line %(line)s "
        "(%(reason)s: expected %(expected)s, found %(found)s)."
    )

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "facts": dict(self.facts)}


def notes_on(reports: Mapping[str, StatementReport | None] | None, ledgers: set[str]) -> list[StatementNote]:
    """Notes for a trace through `ledgers`; `reports` by the name of the store's folder."""
    found = []
    for report in (reports or {}).values():
        for file in report.files if report is not None else ():
            first = next((each for each in file.problems if each.grave), None)
            for ledger in sorted(ledgers & set(file.ledgers)) if first is not None else ():
                found.append(StatementNote(_facts(file, ledger, first)))
    return found


def _facts(file: FileReport, ledger: str, first: Problem | None) -> dict[str, Any]:
    problem = first.as_dict() if first is not None else {}
    return {**problem, "file": file.name, "ledger": ledger, "count": file.grave}
