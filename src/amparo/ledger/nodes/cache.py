"""Answers kept on disk, by the question: one file each, with when it was asked and the digest of the answer."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from amparo.base import canonical
from amparo.ledger.nodes.errors import CacheDamaged, CacheOfAnother

LABEL: Final = "cache.json"
_SUFFIX: Final = ".answer"


class Cached(NamedTuple):
    """`asked_at` in ISO 8601, UTC. `sha256` is of `body`."""

    question: str
    asked_at: str
    sha256: str
    body: bytes
    path: Path


class Cache:
    """A folder of answers of ONE service and purpose, which its label says. Raises CacheOfAnother, CacheDamaged."""

    def __init__(self, folder: Path, label: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LABEL
        if path.is_file():
            found = path.read_text(encoding="utf-8")
            if found != canonical({"label": label}):
                raise CacheOfAnother(folder=folder.name, found=found[:200], wanted=label)
        else:
            write_whole(path, canonical({"label": label}).encode())

    def get(self, question: str) -> Cached | None:
        path = self._path(question)
        return self._read(path) if path.is_file() else None

    def put(self, question: str, body: bytes, asked_at: datetime | None = None) -> Cached:
        """Keep an answer; it is whole on disk or not there."""
        when = (asked_at or datetime.now(UTC)).isoformat(timespec="milliseconds")
        head = {"question": question, "asked_at": when, "sha256": hashlib.sha256(body).hexdigest()}
        path = self._path(question)
        write_whole(path, canonical(head).encode() + b"\n" + body)
        return Cached(question, when, head["sha256"], body, path)

    def forget(self, question: str) -> None:
        self._path(question).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Cached]:
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            yield self._read(path)

    def _path(self, question: str) -> Path:
        return self.folder / f"{hashlib.sha256(question.encode()).hexdigest()[:40]}{_SUFFIX}"

    def _read(self, path: Path) -> Cached:
        head, _, body = path.read_bytes().partition(b"\n")
        try:
            facts = json.loads(head)
            cached = Cached(str(facts["question"]), str(facts["asked_at"]), str(facts["sha256"]), body, path)
        except (ValueError, KeyError, TypeError):
            raise CacheDamaged(file=path.name) from None
        if hashlib.sha256(body).hexdigest() != cached.sha256 or self._path(cached.question) != path:
            raise CacheDamaged(file=path.name)
        return cached


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a cut leaves the old one or the new one, never a part."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with partial.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.rename(path)
