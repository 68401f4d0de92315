"""EXPORTS: findings as a file for other programs. Names and digests only; never an item's bytes."""

from collections.abc import Iterable
from typing import IO, Any, ClassVar, Final, Protocol

from amparo.base import Recipe, Registry, canonical
from amparo.bundle import IssuedFinding, own_translate
from amparo.bundle.render import Translate, parts_of, plain
from amparo.exchange.tables import write_csv
from amparo.findings import Finding, Level, Statement


class FindingExport(Protocol):
    """`name` is permanent; `suffix` and `media_type` are those of the file that `write` makes."""

    name: ClassVar[str]
    suffix: ClassVar[str]
    media_type: ClassVar[str]

    def write(self, findings: Iterable[IssuedFinding], stream: IO[str], *, language: str, translate: Translate) -> int:
        """Write one finding after the other; return how many. Open `stream` as UTF-8 with newline=""."""
        ...

    def examples(self) -> list[tuple[IssuedFinding, str]]:
        """A finding and what its line in the file is."""
        ...


EXAMPLE: Final = IssuedFinding(
    Finding(
        "F1",
        Statement("trace.convention", {"rule": "fifo"}),
        Level.DERIVED,
        ("btc:9:0",),
        Recipe("ledger.trace", "1", {"rule": "fifo"}, {"chain": "ab"}, "cd"),
    ),
    author="r.diaz",
)


class CsvFindings:
    """One row a finding, for a spreadsheet. Cells that would run as a formula are neutralised."""

    name: ClassVar[str] = "csv-findings"
    suffix: ClassVar[str] = ".csv"
    media_type: ClassVar[str] = "text/csv"
    head: ClassVar[tuple[str, ...]] = ("id", "sentence", "level", "cites", "author", "reviewers", "recipe", "output")

    def write(
        self,
        findings: Iterable[IssuedFinding],
        stream: IO[str],
        *,
        language: str = "en",
        translate: Translate = own_translate,
    ) -> int:
        return write_csv(stream, self.head, (self._row(each, language, translate) for each in findings))

    @staticmethod
    def _row(each: IssuedFinding, language: str, translate: Translate) -> list[object]:
        finding = each.finding
        return [
            finding.id,
            plain(parts_of(finding.claim, translate, language)),
            finding.level.value,
            " ".join(finding.inputs),
            each.author,
            " ".join(each.reviewers),
            finding.recipe.id if finding.recipe else None,
            finding.recipe.output if finding.recipe else None,
        ]

    def examples(self) -> list[tuple[IssuedFinding, str]]:
        sentence = plain(parts_of(EXAMPLE.finding.claim, own_translate, "en"))
        recipe = EXAMPLE.finding.recipe
        return [(EXAMPLE, f"F1,{sentence},derived,btc:9:0,r.diaz,,{recipe.id if recipe else ''},cd\r\n")]


class JsonFindings:
    """One canonical JSON object a line: the finding as it stands in a bundle, with its sentence."""

    name: ClassVar[str] = "json-findings"
    suffix: ClassVar[str] = ".jsonl"
    media_type: ClassVar[str] = "application/jsonl"

    def write(
        self,
        findings: Iterable[IssuedFinding],
        stream: IO[str],
        *,
        language: str = "en",
        translate: Translate = own_translate,
    ) -> int:
        count = 0
        for each in findings:
            stream.write(canonical(self._object(each, language, translate)) + "\n")
            count += 1
        return count

    @staticmethod
    def _object(each: IssuedFinding, language: str, translate: Translate) -> dict[str, Any]:
        return {
            **each.finding.as_dict(),
            "author": each.author,
            "reviewers": list(each.reviewers),
            "language": language,
            "sentence": plain(parts_of(each.finding.claim, translate, language)),
        }

    def examples(self) -> list[tuple[IssuedFinding, str]]:
        return [(EXAMPLE, canonical(self._object(EXAMPLE, "en", own_translate)) + "\n")]


EXPORTS: Final[Registry[FindingExport]] = Registry("export", CsvFindings(), JsonFindings())
