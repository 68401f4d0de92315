"""The data files of a bundle, one function a file; all JSON is canonical, one line, LF at its end."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from amparo.base import Recipe, canonical, iso_ms
from amparo.bundle.bag import CHUNK, write
from amparo.bundle.content import RESTRICTED, BundleContent, CompletenessRow, IssuedFinding, State
from amparo.bundle.errors import ContentWrong, CustodyBroken, IncludedFileWrong, RestrictedLeak
from amparo.bundle.render import Translate, parts_of, plain
from amparo.bundle.view import CustodyFacts
from amparo.custody import ChainWalk, Checkpoint, MerkleRoot, SigningKey, sign_checkpoint

EVENTS_PRINTED: Final = 500  # of each log; custody.jsonl holds them all


def write_json(path: Path, value: Any) -> None:
    write(path, canonical(value) + "\n")


def write_findings(data: Path, content: BundleContent, translate: Translate) -> None:
    findings = [_finding(each, content.languages, translate) for each in content.findings]
    write_json(data / "findings.json", {"v": 1, "findings": findings})


def _finding(each: IssuedFinding, languages: Sequence[str], translate: Translate) -> dict[str, Any]:
    return {
        **each.finding.as_dict(),
        "author": each.author,
        "reviewers": list(each.reviewers),
        "picture": each.picture,
        "sentences": {language: plain(parts_of(each.finding.claim, translate, language)) for language in languages},
    }


def write_facts(data: Path, content: BundleContent, rows: Sequence[CompletenessRow], at: datetime) -> None:
    """Write case.json, completeness.json, keys.json, authorisations.json, exhibits.json, recipes, known errors,
    results and pictures."""
    write_json(data / "case.json", _case(content, at))
    pictures = {name: list(refs) for name, refs in content.picture_refs.items()}
    listed = [row.as_dict() for row in rows]
    write_json(data / "completeness.json", {"v": 1, "items": listed, "pictures": pictures})
    write_json(data / "keys.json", {"v": 1, "keys": [each.as_dict() for each in content.keys]})
    authorisations = [each.as_dict() for each in content.authorisations]
    write_json(data / "authorisations.json", {"v": 1, "authorisations": authorisations})
    write_json(data / "exhibits.json", {"v": 1, "exhibits": [each.as_dict() for each in content.exhibits]})
    for recipe in recipes_of(content):
        write_json(data / "recipes" / f"{recipe.id}.json", recipe.as_dict())
    for digest, table in content.known_errors.items():
        # As it is digested, without a line's end: the file's own SHA-256 is the one that a finding names.
        write(data / "known-errors" / f"{digest[:16]}.json", canonical(table))
    for digest, result in content.results.items():
        write(data / result_path(digest), canonical(result))
    for name, svg in content.pictures.items():
        write(data / "pictures" / f"{name}.svg", svg)


def result_path(digest: str) -> str:
    """Where the result with that digest stands, below data/. The file's own SHA-256 is the digest."""
    return f"results/{digest[:16]}.json"


def _case(content: BundleContent, at: datetime) -> dict[str, Any]:
    return {
        "v": 1,
        "case": content.case_ref,
        "agency": content.agency,
        "at": iso_ms(at),
        "languages": list(content.languages),
        "exercise": content.exercise,
        "notes": [note.as_dict() for note in content.notes],
    }


def recipes_of(content: BundleContent) -> list[Recipe]:
    """Return each recipe once, in order of its id."""
    found = {each.finding.recipe.id: each.finding.recipe for each in content.findings if each.finding.recipe}
    found |= {recipe.id: recipe for recipe in content.recipes}
    return [found[key] for key in sorted(found)]


def copy_files(data: Path, content: BundleContent, rows: Sequence[CompletenessRow]) -> None:
    """Copy included items and thumbnails, hashing on the way. Raises IncludedFileWrong, RestrictedLeak."""
    restricted = {row.sha256 for row in rows if row.ground == RESTRICTED and row.sha256}
    for row in rows:
        if row.path is None:
            continue
        size, sha256 = _copy(content, row.path, data)
        if sha256 in restricted:
            raise RestrictedLeak(what=row.ref)
        if size == 0:
            raise IncludedFileWrong(ref=row.ref, path=row.path, why="is empty")
        if row.state is State.INCLUDED and (size, sha256) != (row.size, row.sha256):
            raise IncludedFileWrong(ref=row.ref, path=row.path, why="differs from its digest")


def _copy(content: BundleContent, path: str, data: Path) -> tuple[int, str]:
    target = data / path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with content.files[path].open() as source, target.open("xb") as file:
        while piece := source.read(CHUNK):
            digest.update(piece)
            size += file.write(piece)
    return size, digest.hexdigest()


def write_custody(data: Path, content: BundleContent, signer: SigningKey, at: datetime) -> list[CustodyFacts]:
    """Write custody.jsonl and checkpoints.json; check each chain on the way and sign its head as it is now.

    Raises CustodyBroken, or ContentWrong for an empty log.
    """
    facts: list[CustodyFacts] = []
    checkpoints = list(content.checkpoints)
    with (data / "custody.jsonl").open("x", encoding="utf-8", newline="\n") as file:
        for each in content.custody:
            log, root = _write_log(file.write, each.log, each.lines)
            facts.append(log)
            checkpoints.append(_witness(log, root, signer, at))
    logs = [{"log": log.log, "length": log.length, "head": log.head} for log in facts]
    witnessed = [each.as_dict() for each in checkpoints]
    write_json(data / "checkpoints.json", {"v": 1, "logs": logs, "checkpoints": witnessed})
    return facts


def _write_log(write_line: Any, log: str, lines: Iterable[str]) -> tuple[CustodyFacts, str]:
    walk, tree = ChainWalk(log), MerkleRoot()
    events: list[dict[str, Any]] = []
    for line in lines:
        bare = line.removesuffix("\n")
        if not walk.take(bare):
            report = walk.report()
            raise CustodyBroken(log=log, seq=report.first_bad_seq, why=report.why)
        tree.add(bare.encode())
        write_line(bare + "\n")
        if len(events) < EVENTS_PRINTED:
            events.append(json.loads(bare))
    if walk.length == 0:
        raise ContentWrong(why=f"the custody log {log} is empty")
    return CustodyFacts(log, walk.length, walk.head, events), tree.root().hex()


def _witness(log: CustodyFacts, root: str, signer: SigningKey, at: datetime) -> Checkpoint:
    return sign_checkpoint(signer, log=log.log, first=1, last=log.length, head=log.head, root=root, at=at)
