"""Files of tips hashed and compared with the agency's lists. Only digests meet: nothing is shown, nobody looks.

Comparing a file that nobody viewed is the agency's policy (`tips_compare_unviewed`, on unless it says no): where a
country's law counts that as opening the file, it is switched off and such files wait for an authorisation.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from amparo.base import Blob, Skipped
from amparo.evidence import Store
from amparo.media import SIGNALS, Hashes, Hit, Index, IndexDamaged, PdqHash, Scanned, match_many, scan
from amparo.web.accounts.models import Agency
from amparo.web.matches.actions import index_folder
from amparo.web.matches.models import HashList
from amparo.web.matches.negative import current_bank, negative_index
from amparo.web.matches.standing import Standing
from amparo.web.tips.models import TipFile

POLICY: Final = "tips_compare_unviewed"
#: Purposes of the lists that files of tips are compared with.
PURPOSES: Final = ("csam", "intimate-images", "case-files", "training")
#: Not being a picture is no problem: the exact digests were compared.
NO_PROBLEM: Final = frozenset({"not-a-picture"})
#: Signals that are compared again from a row's own hashes; others need the bytes.
BY_HASHES: Final = frozenset({"md5", "sha1", "sha256", "pdq"})
WORKERS: Final = min(4, os.cpu_count() or 1)
#: From so many files on, starting more decoder processes is worth it.
MANY: Final = 64

Tick = Callable[[], None]


def may_compare(agency: Agency, viewed: bool | None) -> bool:
    """May this file's picture hash be made and its digests be looked up, before any authorisation?"""
    return bool(viewed) or bool(agency.policy.get(POLICY, True))


class Lists:
    """The agency's lists, opened once for a whole job. `damaged`: those that could not be opened.

    What the unit or the source took out of use counts no more, nor what lies in the negative bank.
    """

    def __init__(self, agency: Agency, only: Iterable[str] | None = None) -> None:
        found = HashList.objects.filter(agency=agency, withdrawn=None, purpose__in=PURPOSES)
        if only is not None:
            found = found.filter(pk__in=list(only))
        self.agency = agency
        self.lists: dict[str, HashList] = {}
        self.indexes: dict[str, Index] = {}
        self.damaged: list[Skipped] = []
        for each in found:
            try:
                self.indexes[str(each.pk)] = Index.open(index_folder(each))
                self.lists[str(each.pk)] = each
            except IndexDamaged as error:
                self.damaged.append(Skipped(str(each), "list-damaged", str(error)))
        bank = current_bank(agency)
        self.negative = negative_index(agency, bank) if bank else None
        self._standing = Standing(agency)

    def compare(self, files: Sequence[TipFile]) -> None:
        """Set `known` of each: by its own hashes, or by the declared digests of a file that did not come."""
        if not self.indexes:
            return
        came = [each for each in files if not each.is_missing]
        found = match_many([(each.name, hashes_of(each)) for each in came], self.indexes, negative=self.negative)
        for file, scanned in zip(came, found, strict=True):
            elsewhere = [each for each in file.known if each["list"] not in self.lists or _needs_bytes(each)]
            file.known = [*elsewhere, *self.counted(scanned)]
        for file in files:
            if file.is_missing:
                file.known = self._by_declared(file)

    def counted(self, scanned: Scanned) -> list[dict[str, Any]]:
        """The hits of one file that count, as plain values."""
        sha256 = scanned.hashes.sha256 if scanned.hashes else ""
        return [self._known(hit) for hit in scanned.hits if self._counts(hit, sha256)]

    def _counts(self, hit: Hit, sha256: str) -> bool:
        return self._standing.against(self.lists[hit.list_name].name, hit.entry, hit.signal, sha256) is None

    def _by_declared(self, file: TipFile) -> list[dict[str, Any]]:
        known = {(each["list"], each["entry"]): each for each in file.known if each["list"] not in self.lists}
        for signal, digest in file.fields.get("digests", []):
            if signal not in SIGNALS or not SIGNALS[signal].exact or not SIGNALS[signal].valid(digest):
                continue
            for pk, index in self.indexes.items():
                for ref in index.lookup(signal, digest):
                    hit = Hit(pk, index.entry(ref), signal, 0, None, None)
                    if self._counts(hit, ""):
                        known.setdefault((pk, hit.entry.row), self._known(hit) | {"declared": True})
        return list(known.values())

    def _known(self, hit: Hit) -> dict[str, Any]:
        source = self.lists[hit.list_name]
        return {
            "list": hit.list_name,
            "name": str(source),
            "purpose": source.purpose,
            "entry": hit.entry.row,
            "label": hit.entry.label or "",
            "signal": hit.signal,
            "distance": hit.distance,
        }


def _needs_bytes(known: Mapping[str, Any]) -> bool:
    """Found by a reading of the bytes (a video's pictures); a comparison of the row's own hashes cannot repeat it."""
    return known["signal"] not in BY_HASHES


def hashes_of(file: TipFile) -> Hashes:
    """The file's hashes as they were made when it came in."""
    pdq = None
    if file.pdq:
        pdq = PdqHash(file.pdq, file.pdq_quality or 0, tuple(file.pdq_variants), file.decoder)
    return Hashes(size=file.size or 0, md5=file.md5, sha1=file.sha1, sha256=file.sha256, pdq=pdq)


def compare_files(lists: Lists, store: Store, files: Sequence[TipFile], tick: Tick) -> None:
    """Hash `files`, once for equal bytes, and compare them with `lists`; what was hashed before is taken over.

    Sets the hashes, `compared` and `known`, and adds problems. Files that the policy keeps closed are left as they are.
    """
    wanted: dict[str, list[TipFile]] = {}
    same_bytes: list[TipFile] = []
    lists.compare([each for each in files if each.is_missing])
    for each in files:
        if not each.is_missing and may_compare(lists.agency, each.viewed_by_provider):
            wanted.setdefault(each.sha256, []).append(each)
    for before in TipFile.objects.filter(tip__agency=lists.agency, sha256__in=wanted, compared=True):
        for each in wanted.pop(before.sha256, ()):
            _take_over(before, each)
            same_bytes.append(each)
    lists.compare(same_bytes)
    blobs = (Blob.from_path(store.path(sha256), same[0].name) for sha256, same in wanted.items())
    workers = WORKERS if len(wanted) >= MANY else 1
    found = scan(blobs, lists.indexes, progress=lambda *_: tick(), workers=workers, negative=lists.negative)
    for same, scanned in zip(list(wanted.values()), found, strict=True):
        for each in same:
            _note(lists, each, scanned)


def _note(lists: Lists, file: TipFile, scanned: Scanned) -> None:
    problems = [[file.name, each.reason, each.detail] for each in scanned.skipped if each.reason not in NO_PROBLEM]
    file.problems = [*file.problems, *problems]
    file.compared = scanned.hashes is not None
    file.known = lists.counted(scanned)
    if scanned.hashes is not None and scanned.hashes.pdq is not None:
        pdq = scanned.hashes.pdq
        file.pdq, file.pdq_quality, file.decoder = pdq.hex, pdq.quality, pdq.decoder
        file.pdq_variants = list(pdq.variants)


def _take_over(before: TipFile, file: TipFile) -> None:
    """The same bytes give the same hashes. What only a reading of the bytes tells (a video's match) comes along."""
    file.compared = True
    file.pdq, file.pdq_quality, file.decoder = before.pdq, before.pdq_quality, before.decoder
    file.pdq_variants = before.pdq_variants
    file.known = [each for each in before.known if _needs_bytes(each)]


def declared_problems(name: str, declared: Mapping[str, str], computed: Mapping[str, str]) -> list[Skipped]:
    """What the report says of a file's digests and its bytes do not bear out. A difference is told, never corrected."""
    return [
        Skipped(name, "digest-differs", f"{signal}: declared {digest}, computed {computed[signal]}")
        for signal, digest in declared.items()
        if signal in computed and digest.lower() != computed[signal]
    ]
