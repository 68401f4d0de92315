"""What must hold before a bundle is written: everything cited is accounted for, nothing restricted leaves."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from amparo.base import canonical_digest
from amparo.bundle.content import RESTRICTED, BundleContent, CompletenessRow, KeyFacts, State
from amparo.bundle.errors import CitedItemMissing, ContentWrong, IncludedFileWrong, RestrictedLeak, SignerUnknown
from amparo.bundle.names import check_name, collision_key
from amparo.bundle.pictures import check_picture
from amparo.bundle.render import fill, parts_of
from amparo.bundle.words import LANGUAGES

FOLDER_OF: Final = {State.INCLUDED: ("exhibits/", "proofs/"), State.THUMBNAIL_ONLY: ("thumbs/",)}


def check_content(content: BundleContent) -> None:
    """Raise the error of the first thing that does not fit; touch no file."""
    if not content.languages or any(language not in LANGUAGES for language in content.languages):
        raise ContentWrong(why=f"languages are chosen from {', '.join(LANGUAGES)}")
    _unique("language", content.languages)
    _unique("finding", (each.finding.id for each in content.findings))
    _unique("key", (each.key for each in content.keys))
    _unique("custody log", (each.log for each in content.custody))
    _unique("completeness entry", (each.ref for each in content.completeness))
    _unique("file name", (collision_key(path) for path in content.files))
    if not content.custody:
        raise ContentWrong(why="there is no custody log")
    _check_sentences(content)
    _check_pictures(content)
    for digest, table in content.known_errors.items():
        if canonical_digest(table) != digest:
            raise ContentWrong(why=f"the known error {digest!a} is not the one of that digest")
    for digest, result in content.results.items():
        if canonical_digest(result) != digest:
            raise ContentWrong(why=f"the result {digest!a} is not the one of that digest")


def _unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ContentWrong(why=f"the {what} {value!a} occurs twice")
        seen.add(value)


def _check_sentences(content: BundleContent) -> None:
    for note in content.notes:
        parts_of(note, lambda _, words: words, "en")
    for each in content.findings:
        finding = each.finding
        errors = (finding.known_error,) if finding.known_error else ()
        for statement in (finding.claim, *finding.supports, *finding.against, *errors):
            parts_of(statement, lambda _, words: words, "en")
        for words in (each for section in each.sections for each in section.words()):
            fill(*words)


def _check_pictures(content: BundleContent) -> None:
    for name, svg in content.pictures.items():
        check_name(f"{name}.svg")
        check_picture(name, svg)
    shown = {each.picture for each in content.findings if each.picture} | set(content.picture_refs)
    shown |= {sheet for each in content.findings for sheet in each.sheets}
    for name in sorted(shown - set(content.pictures)):
        raise ContentWrong(why=f"the picture {name!a} is not there")


def check_signer(content: BundleContent, key_id: str, at: datetime) -> KeyFacts:
    """Return the facts of the signing key. Raises SignerUnknown when it is not listed or not valid at `at`."""
    facts = next((each for each in content.keys if each.id == key_id), None)
    if facts is None:
        raise SignerUnknown(key_id=key_id, why="it is not listed")
    if facts.revoked is not None:
        raise SignerUnknown(key_id=key_id, why="it was revoked")
    if at < facts.valid_from or (facts.valid_to is not None and at > facts.valid_to):
        raise SignerUnknown(key_id=key_id, why="it is not valid at this time")
    return facts


def completeness(content: BundleContent) -> tuple[CompletenessRow, ...]:
    """Return one checked row a cited item, `cited_by` filled in, in order of reference.

    Raises CitedItemMissing, ContentWrong (a row that nothing cites, a file that no row names), IncludedFileWrong,
    RestrictedLeak.
    """
    rows = {row.ref: row for row in content.completeness}
    citations = content.citations()
    for ref, cited_by in citations.items():
        if ref not in rows:
            raise CitedItemMissing(ref=ref, cited_by=cited_by[0])
    for ref in rows:
        if ref not in citations:
            raise ContentWrong(why=f"the completeness list names {ref!a}, which nothing cites")
    for row in rows.values():
        _check_row(row, content)
    named = {row.path for row in rows.values()}
    for path in content.files:
        check_name(path)
        if path not in named:
            raise ContentWrong(why=f"no completeness entry names the file {path}")
    return tuple(replace(rows[ref], cited_by=cited_by) for ref, cited_by in citations.items())


def _check_row(row: CompletenessRow, content: BundleContent) -> None:
    if row.ground == RESTRICTED and (row.state is not State.WITHHELD or row.path is not None):
        raise RestrictedLeak(what=row.ref)
    if row.state is State.WITHHELD:
        if row.path is not None or not row.ground or not row.decided_by:
            raise ContentWrong(why=f"{row.ref!a} is withheld: that needs a ground, who decided, and no file")
        return
    if row.path is None or not row.path.startswith(FOLDER_OF[row.state]):
        raise ContentWrong(why=f"the file of {row.ref!a} must stand in {' or '.join(FOLDER_OF[row.state])}")
    if row.path not in content.files:
        raise IncludedFileWrong(ref=row.ref, path=row.path, why="is missing")
    if row.state is State.INCLUDED and (row.size is None or row.sha256 is None):
        raise ContentWrong(why=f"the size and digest of {row.ref!a} are not known")
