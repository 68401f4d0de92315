"""Check a received bundle. The engine's own implementation: it shares no code with verifier/verify.py.

Order (each step trusts only what the steps before it have shown): signature, tag manifest, tag files, payload
manifest (exact set), custody chains and checkpoints, keys, completeness both ways.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from amparo.base import NotCanonical, canonical
from amparo.bundle.bag import DOMAIN, MANIFEST, SIGNATURE, TAG_FILES, TAG_MANIFEST
from amparo.bundle.errors import NotABundle
from amparo.bundle.names import danger
from amparo.bundle.proofs import PREFIX, Wrong, check_proof
from amparo.bundle.source import Source, Unreadable, open_source, pieces
from amparo.bundle.statements import Malformed, check_completeness, check_custody, check_keys
from amparo.custody import BadKey, key_id
from amparo.custody import verify as signature_holds

CUSTODY: Final = "data/custody.jsonl"
NEEDED: Final = (
    "data/case.json",
    "data/checkpoints.json",
    "data/completeness.json",
    CUSTODY,
    "data/findings.json",
    "data/keys.json",
)
MAX_PARSED: Final = 64 << 20  # bytes of one file that is parsed whole
LINE: Final = re.compile(r"([0-9a-f]{64})  (\S(?:.*\S)?)\Z")
STATEMENT: Final = frozenset(["v", "alg", "key", "key_id", "role", "signed_at", "tagmanifest_sha256", "signature"])


class Problem(NamedTuple):
    """What is wrong with one file; `event` is the number of the custody event, where one can be named."""

    file: str
    what: str
    event: int | None = None


class VerifyReport(NamedTuple):
    """`exit_code`: 0 good, 1 changed, 2 cannot check. `totals`: files, events, cited items, and where
    there are merkle proofs, how many and the power of two of the tries that forging the easiest would take.
    """

    exit_code: int
    problems: tuple[Problem, ...]
    sentence: str
    key_id: str | None = None
    signed_at: str | None = None
    totals: Mapping[str, int] = {}

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "outcome": ("good", "changed", "cannot-check")[self.exit_code],
            "exit_code": self.exit_code,
            "sentence": self.sentence,
            "problems": [each._asdict() for each in self.problems],
            "key_id": self.key_id,
            "signed_at": self.signed_at,
            "totals": dict(self.totals),
        }


def verify(path: Path, *, expected_key: str | None = None) -> VerifyReport:
    """Check the bundle at `path` (folder or zip), in bounded memory, without unpacking.

    `expected_key`: the fingerprint (16 hex) that the agency gave in another way; another key is a problem.
    """
    try:
        with open_source(path) as source:
            if not source.names & {SIGNATURE, TAG_MANIFEST, MANIFEST}:
                raise NotABundle(path=path, why="it holds no signature and no manifest")
            return _Check(source, expected_key).run()
    except NotABundle as error:
        return VerifyReport(2, (), f"Cannot check: {error.facts['why']}.")


class _Check:
    def __init__(self, source: Source, expected_key: str | None) -> None:
        self.source = source
        self.expected_key = expected_key
        self.problems: list[Problem] = []
        self.statement: dict[str, Any] = {}
        self.payload: dict[str, tuple[int, str] | None] = {}  # path -> size, SHA-256; None: noted as a problem
        self.totals: dict[str, int] = {}

    def run(self) -> VerifyReport:
        for name, why in self.source.odd:
            self.note(name, why)
        if self._signature() and (tags := self._listed(TAG_MANIFEST)) is not None:
            self._tag_files(tags)
            manifest = self._listed(MANIFEST) if MANIFEST in self.totals_good(tags) else None
            if manifest is not None:
                self._payload(manifest)
                self._statements()
        return self._report()

    def note(self, file: str, what: str, event: int | None = None) -> None:
        self.problems.append(Problem(file, what, event))

    def totals_good(self, tags: Mapping[str, str]) -> set[str]:
        bad = {problem.file for problem in self.problems}
        return {name for name in tags if name not in bad}

    def _signature(self) -> bool:
        """Check the signed statement and that the tag manifest is the one it names."""
        raw = self._read(SIGNATURE)
        if raw is None:
            return False
        statement = _statement(raw)
        if statement is None:
            self.note(SIGNATURE, "was changed: it is not a valid signature")
            return False
        self.statement = statement
        tag_manifest = self._read(TAG_MANIFEST)
        if tag_manifest is None:
            return False
        if hashlib.sha256(tag_manifest).hexdigest() != statement["tagmanifest_sha256"]:
            self.note(TAG_MANIFEST, "was changed: it is not the file that was signed")
            return False
        if self.expected_key is not None and self.expected_key.lower() != statement["key_id"]:
            self.note(SIGNATURE, f"is by the key {statement['key_id']}, not by the key you expect")
        return True

    def _read(self, name: str) -> bytes | None:
        """Return a small file whole; note it and return None if it is missing, broken or too large."""
        if name not in self.source.names:
            self.note(name, "is missing")
            return None
        found = bytearray()
        try:
            for piece in pieces(self.source, name):
                found += piece
                if len(found) > MAX_PARSED:
                    self.note(name, "is larger than such a file may be")
                    return None
        except Unreadable as error:
            self.note(name, str(error))
            return None
        return bytes(found)

    def _listed(self, name: str) -> dict[str, str] | None:
        """Return path -> SHA-256 of a manifest; note it and return None if it is not well formed."""
        raw = self._read(name)
        if raw is None:
            return None
        listed: dict[str, str] = {}
        for line in raw.decode("utf-8", "surrogateescape").split("\n")[:-1]:
            found = LINE.match(line)
            inside = found is not None and found[2].startswith("data/") == (name == MANIFEST)
            if found is None or not inside or found[2] in listed or danger(found[2]) is not None:
                self.note(name, f"has a line that is not allowed: {line[:200]!a}")
                return None
            listed[found[2]] = found[1]
        return listed

    def _tag_files(self, tags: Mapping[str, str]) -> None:
        for name in sorted({*tags, *TAG_FILES}):
            if name not in tags:
                self.note(name, "is not listed in the tag manifest")
            else:
                self._compare(name, tags[name])
        allowed = {*tags, TAG_MANIFEST, SIGNATURE}
        for name in sorted(self.source.names - allowed):
            if not name.startswith("data/"):
                self.note(name, "was added: it is not listed")

    def _compare(self, name: str, sha256: str) -> tuple[int, str] | None:
        if name not in self.source.names:
            self.note(name, "is missing")
            return None
        digest, size = hashlib.sha256(), 0
        try:
            for piece in pieces(self.source, name):
                digest.update(piece)
                size += len(piece)
        except Unreadable as error:
            self.note(name, str(error))
            return None
        if digest.hexdigest() != sha256:
            self.note(name, "was changed: its digest differs")
            return None
        return size, sha256

    def _payload(self, manifest: Mapping[str, str]) -> None:
        for name in sorted({*manifest, *NEEDED}):
            if name not in manifest:
                self.note(name, "is not listed in the manifest")
            else:
                self.payload[name] = self._compare(name, manifest[name])
        for name in sorted(self.source.names):
            if name.startswith("data/") and name not in manifest:
                self.note(name, "was added: it is not listed")
        self.totals["files"] = len(manifest)

    def _statements(self) -> None:
        """Check what the files say, as far as the files that say it are whole."""
        self._custody()
        keys = self._json("data/keys.json")
        if keys is not None:
            self._checked("data/keys.json", lambda: check_keys(keys, self.statement))
        findings, listed = self._json("data/findings.json"), self._json("data/completeness.json")
        if findings is not None and listed is not None:
            self._checked("data/completeness.json", lambda: check_completeness(findings, listed, self.payload))
            items = listed.get("items")
            self.totals["cited"] = len(items) if isinstance(items, list) else 0
            self._proofs(items)

    def _proofs(self, items: Any) -> None:
        """Check each merkle proof, and that it is of an item the list calls by this network and transaction."""
        names = sorted(name for name, found in self.payload.items() if name.startswith(PREFIX) and found)
        rows = [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []
        refs = {f"data/{row.get('path')}": row.get("ref") for row in rows}
        works = []
        for name in names:
            value = self._json(name)
            if value is None:
                continue
            try:
                proof = check_proof(name, value)
            except Wrong as error:
                self.note(name, str(error))
                continue
            works.append(proof.work)
            if refs.get(name) != proof.reference:
                self.note(name, "is not the proof of the item that names it")
        if names:
            self.totals["proofs"] = len(names)
            self.totals["least_work"] = min(works, default=1).bit_length() - 1

    def _custody(self) -> None:
        checkpoints, keys = self._json("data/checkpoints.json"), self._json("data/keys.json")
        if checkpoints is None or keys is None or CUSTODY not in self.source.names:
            return
        try:
            bad = check_custody(pieces(self.source, CUSTODY), checkpoints, keys)
            self.totals["events"] = sum(log["length"] for log in checkpoints["logs"])
        except Unreadable:
            return  # noted when its digest was taken
        except Malformed as error:
            self.note("data/checkpoints.json", str(error))
            return
        if bad is not None:
            self.problems = [each for each in self.problems if each.file != CUSTODY]
            self.note(CUSTODY, f"event {bad.seq} of {bad.log!a}: {bad.why}", bad.seq)

    def _checked(self, file: str, check: Any) -> None:
        try:
            for what in check():
                self.note(file, what)
        except Malformed as error:
            self.note(file, str(error))

    def _json(self, name: str) -> dict[str, Any] | None:
        if self.payload.get(name) is None:
            return None
        raw = self._read(name)
        try:
            value = json.loads(raw) if raw is not None else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.note(name, "is not JSON as the format asks")
            return None
        return value

    def _proven(self) -> str:
        if "proofs" not in self.totals:
            return ""
        least = self.totals["least_work"]
        return f"All {self.totals['proofs']} merkle proofs hold; forging one takes about 2^{least} tries. "

    def _report(self) -> VerifyReport:
        problems = tuple(dict.fromkeys(self.problems))
        fingerprint, signed_at = self.statement.get("key_id"), self.statement.get("signed_at")
        if problems:
            first = problems[0]
            more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
            sentence = f"Changed: {first.file} {first.what}.{more}"
            return VerifyReport(1, problems, sentence, fingerprint, signed_at, self.totals)
        sentence = (
            f"Good: all {self.totals['files']} files, {self.totals['events']} custody events and "
            f"{self.totals['cited']} cited items are as they were signed at {signed_at} with the key {fingerprint}. "
            f"{self._proven()}"
            "Compare this key with the one that the agency gave you in another way."
        )
        return VerifyReport(0, (), sentence, fingerprint, signed_at, self.totals)


def _statement(raw: bytes) -> dict[str, Any] | None:
    """Return the signed statement if it has the one allowed form and its signature holds, else None."""
    try:
        value = json.loads(raw)
        if not isinstance(value, dict) or value.keys() != STATEMENT or canonical(value).encode() + b"\n" != raw:
            return None
        public, signature = bytes.fromhex(value["key"]), bytes.fromhex(value["signature"])
        signed = {key: part for key, part in value.items() if key != "signature"}
        holds = signature_holds(public, DOMAIN, canonical(signed).encode(), signature)
    except (ValueError, TypeError, RecursionError, NotCanonical, BadKey):
        return None
    same_form = (public.hex(), signature.hex()) == (value["key"], value["signature"])
    known_form = (value["v"], value["alg"], value["key_id"]) == (1, "ed25519", key_id(public))
    return value if holds and same_form and known_form and not isinstance(value["v"], bool) else None
