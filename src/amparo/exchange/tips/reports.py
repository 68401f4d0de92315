"""The documents of one scope: which files are reports, which the same report once more, and which are neither."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Final

from amparo.base import Skipped
from amparo.evidence import READ_ERRORS
from amparo.exchange.tips.claiming import names_in
from amparo.exchange.tips.documents import NOTHING, Document, read_document
from amparo.exchange.tips.names import plain_name
from amparo.exchange.tips.scopes import Entry
from amparo.exchange.tips.tip import Tip, TipFile

#: Endings that a report may have, in the order they are read; what is in the file decides.
_ENDINGS: Final = {".xml": 0, ".json": 1, "": 2, ".txt": 3, ".pdf": 4}
#: Endings whose files are told when they cannot be read as a report.
_TOLD: Final = frozenset({".xml", ".json", ".pdf"})


@dataclass(slots=True)
class Documents:
    """`read`: paths of reports. `renderings`: of the same report in another shape, or more about its files.
    `claimed`: paths that reports have taken as files meanwhile; they are not asked."""

    read: set[str] = field(default_factory=set)
    renderings: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    _shapes: dict[str, str] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _details: dict[str, tuple[TipFile, ...]] = field(default_factory=dict)

    def reports(self, entries: list[Entry]) -> Iterator[Tip]:
        """Yield the tips in these files, one after another."""
        # A file that stands alone is asked whatever it is called.
        asked = entries if len(entries) == 1 else [each for each in entries if _ending(each) in _ENDINGS]
        for entry in sorted(asked, key=_order):
            if entry.path in self.claimed or plain_name(entry.name) in self._named:
                continue
            found = self._document(entry)
            for number, files in found.details:
                self.renderings.add(entry.path)
                self._details[number] = self._details.get(number, ()) + files
            for tip in found.tips:
                if not self._is_rendering(tip):
                    self.read.add(entry.path)
                    yield tip
                elif entry.path not in self.read:
                    self.renderings.add(entry.path)

    def _document(self, entry: Entry) -> Document:
        try:
            found = read_document(entry.blob)
        except READ_ERRORS as error:
            self.skipped.append(Skipped(entry.path, "unreadable", str(error)))
            return NOTHING
        if found.refused is not None and _ending(entry) in _TOLD:
            self.skipped.append(Skipped(entry.path, found.refused.reason, found.refused.detail))
        return found

    def _is_rendering(self, tip: Tip) -> bool:
        """The same number in another shape beside it: XML and PDF of one report."""
        self._named |= names_in(tip)
        number = tip.provider_report_id
        return number is not None and self._shapes.setdefault(number, tip.shape) != tip.shape

    def complete(self, tip: Tip) -> Tip:
        """Add what documents of their own say about the tip's files."""
        more = self._details.pop(tip.provider_report_id or "", ()) + self._details.pop("", ())
        return replace(tip, files=_merged(tip.files, more)) if more else tip

    def left_over(self) -> Iterator[Skipped]:
        for number in self._details:
            yield Skipped(number or "-", "details-without-report", "")


def _ending(entry: Entry) -> str:
    return os.path.splitext(entry.name)[1].casefold()  # noqa: PTH122 - no path of this machine


def _order(entry: Entry) -> tuple[bool, int]:
    """Documents about files first, so that they are there when their report is read; PDFs last."""
    about_files = "detail" in plain_name(entry.name) or "fileinfo" in plain_name(entry.name)
    return not about_files, _ENDINGS.get(_ending(entry), 9)


def _merged(files: tuple[TipFile, ...], more: tuple[TipFile, ...]) -> tuple[TipFile, ...]:
    merged = list(files)
    for each in more:
        at = next((at for at, file in enumerate(merged) if _is_same(file, each)), None)
        if at is None:
            merged.append(each)
        else:
            merged[at] = _filled(merged[at], each)
    return tuple(merged)


def _is_same(file: TipFile, other: TipFile) -> bool:
    return any(
        one is not None and one == two
        for one, two in ((file.id, other.id), (file.name, other.name), (file.original_name, other.original_name))
    )


def _filled(file: TipFile, more: TipFile) -> TipFile:
    """`file` with what it does not say taken from `more`."""
    missing = {
        each.name: getattr(more, each.name)
        for each in fields(TipFile)
        if getattr(file, each.name) in (None, ()) and getattr(more, each.name) not in (None, ())
    }
    return replace(file, **missing)
