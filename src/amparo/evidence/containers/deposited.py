"""A deposited folder: its manifest in the store stands for it, its files lie beside it under their digests."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from amparo.base import Blob, ObservedTime, Progress, Skipped, silent
from amparo.decoders import Limits
from amparo.evidence.container import Container, ContainerFormat, Form
from amparo.evidence.containers.folder import observed_time
from amparo.evidence.errors import CannotOpen, NotInStore, StoreDamaged
from amparo.evidence.item import Item
from amparo.evidence.manifest import FIRST_LINE, TIMES_LINE
from amparo.evidence.nested import with_members
from amparo.evidence.store import Store, chunks_of
from amparo.evidence.verification import Digests, State, Verification


class DepositedFolder(Container):
    kind = "folder"

    def __init__(self, manifest: Path, times: Path | None, store: Store) -> None:
        self._manifest = manifest
        self._times = times
        self._store = store

    @property
    def facts(self) -> dict[str, Any]:
        return {"manifest": True, "times": self._times is not None}

    def verify(self, progress: Progress = silent) -> Verification:
        """Hash the manifest and every file it names; the manifest's stated hash is its name in the store."""
        digests = Digests()
        with self._manifest.open("rb") as source:
            for chunk in chunks_of(source):
                digests.update(chunk)
        problems, checked = [], 0

        def inside_file(done: int, total: int | None, unit: str) -> None:
            progress(checked + done, None, unit)

        for entry in self._entries():
            if "sha256" in entry:
                try:
                    checked += self._store.check(entry["sha256"], inside_file)
                except (NotInStore, StoreDamaged, OSError) as error:
                    problems.append(f"{entry['name']}: {error}")
                progress(checked, None, "bytes")
        stored, computed = {"sha256": self._manifest.name}, digests.hex()
        bad = problems or computed["sha256"] != self._manifest.name
        return Verification(State.NO if bad else State.YES, stored, computed, checked, tuple(problems))

    def found(self, limits: Limits) -> Iterator[Item | Skipped]:
        yield from with_members(self._files(), limits)

    def _files(self) -> Iterator[Item | Skipped]:
        times = self._times_by_order()
        for entry in self._entries():
            name = entry["name"]
            if "skipped" in entry:
                yield Skipped(name, entry["skipped"], "passed over when the folder was deposited")
                continue
            modified = next(times, None)
            if entry["sha256"] not in self._store:
                yield Skipped(name, "not-in-store", entry["sha256"])
                continue
            blob = Blob.from_path(self._store.path(entry["sha256"]), name)
            yield Item(name, name, entry["size"], blob, modified=modified)

    def _entries(self) -> Iterator[dict[str, Any]]:
        yield from _json_lines(self._manifest)

    def _times_by_order(self) -> Iterator[ObservedTime | None]:
        """The times document lists the same files in the same order."""
        for entry in _json_lines(self._times) if self._times is not None else ():
            seconds, _, nanos = entry["modified"].partition(".")
            yield observed_time(int(seconds) * 10**9 + int(nanos)) if nanos else None

    def close(self) -> None:
        """Nothing is held open."""


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as source:
        next(source)
        for number, line in enumerate(source, 2):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise CannotOpen(name=path.name, why=f"line {number} is no JSON: {error}") from error


class Deposited(ContainerFormat):
    name = "deposited-folder"

    def fits(self, paths: Sequence[Path], head: bytes) -> bool:
        return head.startswith(FIRST_LINE) and len(paths) <= 2

    def open(self, paths: Sequence[Path], store: Path | None) -> Container:
        """`paths`: the manifest, then its times document if there is one."""
        times = paths[1] if len(paths) > 1 else None
        if times is not None and Blob.from_path(times).read(len(TIMES_LINE)) != TIMES_LINE:
            raise CannotOpen(name=times.name, why="it is not the times document of a deposited folder")
        return DepositedFolder(paths[0], times, Store(store if store is not None else paths[0].parent.parent))

    def examples(self) -> Sequence[Form]:
        files = {"00/manifest": FIRST_LINE + b'{"name":"a","sha256":"' + _HELLO.encode() + b'","size":5}\n'}
        return [Form(files | {f"2c/{_HELLO}": b"hello"}, ("00/manifest",), ("a",))]


_HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
