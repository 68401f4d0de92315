"""Collects what a bundle says, from the rooms below; the bundle engine checks and writes it."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from amparo.base import Blob, Recipe, gettext_noop
from amparo.bundle import (
    RESTRICTED,
    AuthorisationFacts,
    BundleContent,
    CompletenessRow,
    CustodyLog,
    ExhibitFacts,
    IssuedFinding,
    KeyFacts,
    State,
)
from amparo.custody import SigningKey
from amparo.findings import Statement
from amparo.ledger import proof_path
from amparo.media.robustness import find_table
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import agency_log, case_log
from amparo.web.audit.catalogue import ACTIONS
from amparo.web.audit.history import lines_of
from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Authorisation, Case
from amparo.web.common.signing import key_valid_from
from amparo.web.court.compose_trace import files_of, find_rates, ref_of
from amparo.web.court.models import Bundle, Finding
from amparo.web.court.pictures import drawn, sections_of
from amparo.web.exhibits import rules
from amparo.web.exhibits.catalogue import unsaved_row
from amparo.web.exhibits.models import WORDS as EXHIBIT_WORDS
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches.models import Scan
from amparo.web.traces.models import BookFile
from amparo.web.traces.picture import is_over_accounts
from amparo.web.traces.proofs import proofs_of

#: A cited item larger than this stays at the unit, with its digest in the bundle.
COPY_LIMIT: Final = 50 * 1024 * 1024
#: Why an item is closed -> the ground the bundle gives. Whatever else closes an item counts as restricted.
GROUNDS: Final = {rules.OUTSIDE: "outside-authorisation", rules.UNVIEWED: "outside-authorisation"}


class Collector:
    """One bundle's content. Cited items are included, or withheld with their ground: never left out."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.case: Case = bundle.case
        self.findings = list(
            Finding.objects.filter(case=self.case, withdrawn=None)
            .select_related("author", "match__item__exhibit", "trace_result__trace__chain")
            .order_by("made")
        )
        self.files: dict[str, Blob] = {}
        self.pictures: dict[str, str] = {}

    def content(self, key: SigningKey) -> BundleContent:
        rows = {row.ref: row for finding in self.findings for row in self._rows(finding)}
        findings = tuple(self._issued(each) for each in self.findings)
        return BundleContent(
            case_ref=self.case.number,
            agency=self.case.agency.name,
            languages=tuple(self.bundle.languages),
            findings=findings,
            custody=(CustodyLog(case_log(self.case.pk), lines_of(case_log(self.case.pk))),),
            keys=(KeyFacts(key.public.hex(), self.case.agency.name, "agency", key_valid_from(self.case.agency_id)),),
            completeness=tuple(rows.values()),
            exhibits=tuple(_exhibit(each) for each in Exhibit.objects.filter(case=self.case)),
            authorisations=tuple(_authorisation(each) for each in Authorisation.objects.filter(case=self.case)),
            files=self.files,
            pictures=self.pictures,
            recipes=tuple(self._other_recipes()),
            known_errors=dict(self._known_errors()),
            results=dict(self._results()),
            notes=tuple(self._notes()),
            action_words={name: action.sentence for name, action in ACTIONS.items()},
            exercise=self.case.agency.is_exercise,
        )

    def _issued(self, finding: Finding) -> IssuedFinding:
        """A kept trace comes with its picture, its sheets, and all that a court must know beside its sentence."""
        said = (finding.value, finding.author.username, tuple(finding.reviewers))
        if finding.trace_result is None:
            return IssuedFinding(*said)
        made = drawn(finding.number, finding.trace_result, self.bundle.languages)
        self.pictures |= made.pictures
        sections = (*sections_of(finding.trace_result), *made.cut)
        return IssuedFinding(*said, finding.number, sections, made.sheets)

    def _rows(self, finding: Finding) -> Iterator[CompletenessRow]:
        if finding.match:
            (ref,) = finding.value.inputs
            yield self._item_row(ref, finding.match.item)
        elif finding.trace_result and is_over_accounts(finding.trace_result):
            yield from self._record_rows(finding)
        elif finding.trace_result:
            yield from self._trace_rows(finding)
        else:
            for ref in finding.value.inputs:
                yield self._withheld(ref, "public-record")

    def _trace_rows(self, finding: Finding) -> Iterator[CompletenessRow]:
        """Each transaction of a kept trace: its merkle proof, or the plain word that none is kept."""
        refs = finding.value.inputs
        proofs = proofs_of(finding.trace.chain, [ref.rpartition(":")[2] for ref in refs])
        for ref in refs:
            path = proof_path(ref.rpartition(":")[2])
            data = proofs.get(path)
            if data is None:
                yield self._withheld(ref, "no-proof")
                continue
            self.files[path] = Blob.from_bytes(data, path)
            yield CompletenessRow(ref, State.INCLUDED, path, len(data), hashlib.sha256(data).hexdigest())

    def _record_rows(self, finding: Finding) -> Iterator[CompletenessRow]:
        """The records behind the books of a kept trace: items of exhibits like any other."""
        behind: dict[str, BookFile] = {ref_of(each): each for each in files_of(finding.trace_result)}
        for ref in finding.value.inputs:
            file = behind[ref]
            yield self._item_row(ref, unsaved_row(file.exhibit, file.path))

    def _item_row(self, ref: str, item: Item) -> CompletenessRow:
        if why := rules.why_closed(item):
            return self._withheld(ref, GROUNDS.get(why, RESTRICTED), item)
        if item.size is None or item.size > COPY_LIMIT or not item.size:
            return self._withheld(ref, "too-large", item)
        path = f"exhibits/{item.exhibit.number}/{_plain_name(item)}"
        self.files[path] = item_blob(item.exhibit, item.path)
        return CompletenessRow(ref, State.INCLUDED, path, item.size, item.sha256)

    def _withheld(self, ref: str, ground: str, item: Item | None = None) -> CompletenessRow:
        return CompletenessRow(
            ref,
            State.WITHHELD,
            size=item.size if item else None,
            sha256=item.sha256 or None if item else None,
            ground=ground,
            decided_by=self.bundle.built_by.username,
            at=self.bundle.started,
        )

    def _other_recipes(self) -> Iterator[Recipe]:
        """All rules of a kept trace, not only the one that became the finding: they stand beside it."""
        for finding in self.findings:
            if finding.trace is not None:
                for result in finding.trace.results.exclude(pk=finding.trace_result_id):
                    yield Recipe.from_dict(result.recipe)

    def _results(self) -> Iterator[tuple[str, Any]]:
        """The whole result of every rule of a kept trace, under the digest that its recipe names."""
        for finding in self.findings:
            if finding.trace is not None:
                for result in finding.trace.results.all():
                    yield result.recipe["output"], result.result

    def _known_errors(self) -> Iterator[tuple[str, Any]]:
        """The measurements that findings name; an older one too, as long as this version has it."""
        for finding in self.findings:
            said = finding.value.known_error
            digest = said.facts.get("table") if said else None
            found = (find_table(digest) or find_rates(digest)) if digest else None
            if found is not None:
                yield digest, found

    def _notes(self) -> Iterator[Statement]:
        agency = self.case.agency
        if agency.policy["match_confirmations"] < 2:
            yield Statement("policy.two-persons-relaxed", {"acts": "match review", **_who_set_policy(agency)})
        for scan in Scan.objects.filter(exhibit__case=self.case).select_related("exhibit"):
            exhibit = scan.exhibit.number
            if scan.is_later:
                yield Statement("later.scan", {"exhibit": exhibit, "lists": ", ".join(map(str, scan.lists.all()))})
            for reason, count in sorted(scan.skipped.items()):
                yield Statement("skipped.items", {"count": count, "exhibit": exhibit, "reason": reason})
            for reason, count in sorted(scan.dropped.items()):
                yield Statement("dropped.items", {"count": count, "exhibit": exhibit, "reason": reason})
            if scan.outside:
                yield Statement("outside.authorisation", {"count": scan.outside, "authorisation": scan.authorisations})


def _who_set_policy(agency: Agency) -> dict[str, str]:
    """Who set how many confirm, when and why, as the agency's log has it; what the log does not say is a dash.

    Later changes of other keys are passed over: they were made by others, for other reasons.
    """
    event = {"actor": "-", "at": "-", "reason": None}
    changes = LogLine.objects.filter(log_id=agency_log(agency.pk), action="agency.policy-changed").order_by("seq")
    before = None
    for line in changes.values_list("line", flat=True):
        read = json.loads(line)
        asked = read["facts"].get("match_confirmations")
        if asked != before:
            event, before = read, asked
    return {"officer": event["actor"], "date": event["at"][:10], "reason": event["reason"] or "-"}


def _plain_name(item: Item) -> str:
    """A name that is safe in any file system: the path's digest, and the ending where it is a plain one."""
    ending = item.path.rpartition(".")[2].lower()
    stem = hashlib.sha256(item.path.encode()).hexdigest()[:16]
    return f"{stem}.{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 5 else stem


def _exhibit(exhibit: Exhibit) -> ExhibitFacts:
    facts = {
        gettext_noop("State"): EXHIBIT_WORDS[exhibit.state],
        gettext_noop("Hash check"): EXHIBIT_WORDS[exhibit.hash_verified],
        gettext_noop("Where it comes from"): exhibit.source or "-",
    }
    return ExhibitFacts(exhibit.number, exhibit.label, exhibit.kind, exhibit.sha256, exhibit.size, facts)


def _authorisation(each: Authorisation) -> AuthorisationFacts:
    limited: dict[str, Any] = {
        "data_kinds": each.data_kinds,
        "exhibits": each.exhibits,
        "items_from": each.items_from.isoformat() if each.items_from else None,
        "items_to": each.items_to.isoformat() if each.items_to else None,
    }
    return AuthorisationFacts(
        each.number,
        each.kind,
        each.reference,
        each.issuer,
        each.valid_from.isoformat(),
        each.valid_to.isoformat() if each.valid_to else None,
        limited,
    )
