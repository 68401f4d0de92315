"""Damaged index folders and banks, asked everything; run in a process of its own, so that a crash of it is seen.

    python -m tests.media.index_fuzz SCRATCH SECONDS SEED

Prints how many folders were tried and what became of them. Anything but IndexDamaged or a true answer ends it.
"""

import faulthandler
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from amparo.media import Entry, Index, IndexDamaged, build_index
from amparo.media.index import Bank, layout, rebuild_index

ROOT = Path(__file__).resolve().parents[2]
OLD = Path(__file__).parent / "data/index-format-1"
#: More address space than any sound index here needs: an allocation by a damaged number fails instead of swapping.
MEMORY = 4 << 30
LOCKS = ("writing", "merging")  # of a bank; empty, whatever is in them
WORDS = (0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**64 - 1)


class Kind(NamedTuple):
    """One whole folder: its files by name (posix, below the folder) and how it is opened and asked."""

    files: dict[str, bytes]
    open: Callable[..., Any]
    questions: list[Entry]
    answers: Any


def entries(count: int, seed: int) -> list[Entry]:
    rng = np.random.default_rng(seed)
    widths = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32, "photodna": 144}
    made = []
    for row in range(count):
        names = ("md5", "pdq") if row % 7 else tuple(widths)
        digests = {name: rng.bytes(widths[name]).hex() for name in names}
        made.append(Entry(row + 2, digests, f"label {row % 5}", status="withdrawn" if row % 11 == 5 else "active"))
    return made


def make_bank(folder: Path) -> list[Entry]:
    """Two segments, a log with additions and withdrawals."""
    some = entries(90, 3)
    Bank.create(folder, {"name": "changing"})
    bank = Bank.open(folder, delta=20)
    bank.append(some[:30])
    bank.append(some[30:60])
    bank.append(some[60:75])
    bank.withdraw([1, 40, 62])
    bank.append(some[75:])
    return some


def ask(index: Any, questions: list[Entry]) -> Any:
    """Every kind of question; the answers as plain values."""
    told: list[Any] = [len(index), dict(index.facts), index.digest]
    for entry in questions:
        for signal, digest in sorted(entry.digests.items()):
            refs = index.lookup(signal, digest)
            told.append([(ref, index.entry(ref).row) for ref in refs])
            if signal == "photodna" and isinstance(index, Index):
                told.append(index.near_given(signal, bytes.fromhex(digest), 1000))
    pdq = np.array([list(bytes.fromhex(entry.digests["pdq"])) for entry in questions if "pdq" in entry.digests], "u1")
    for threshold, cap in ((31, 3), (47, 0), (120, 5)):
        found = index.near_many(pdq, threshold, cap)
        told.append((found.rows.tolist(), found.truncated.tolist()))
    if isinstance(index, Index):
        told.append([(each.row, each.status) for each in islice(index.entries(), 100)])
    return told


def kinds(scratch: Path) -> dict[str, Kind]:
    """Whole folders of every kind, and what they answer."""
    ringed, few = entries(layout.RING_FROM + 20, 1), entries(40, 2)
    build_index(ringed, scratch / "ringed", {"name": "ringed", "version": 3})
    build_index(few, scratch / "few", {"name": "few"})
    build_index([], scratch / "empty", {})
    shutil.copytree(OLD, scratch / "old")
    old = list(Index.open(OLD).entries())
    old = [each for each in old if "pdq" in each.digests]
    asked = {
        "ringed": ringed[::200],
        "few": few[::3],
        "empty": few[:2],
        "old": old,
        "bank": make_bank(scratch / "bank"),
    }
    made = {}
    for name, questions in asked.items():
        folder = scratch / name
        opens = Bank.open if name == "bank" else Index.open
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name not in LOCKS
        }
        made[name] = Kind(files, opens, questions, ask(opens(folder, check=True), questions))
    return made


def harmed(data: bytes, other: bytes, dice: random.Random) -> bytes | None:
    """`data` flipped, cut, grown, zeroed, shuffled, replaced, or gone (None)."""
    at, to = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    harm = dice.randrange(10)
    if harm < 3 and data:
        at = min(at, len(data) - 1)
        return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    if harm == 3:
        return data[:at]
    if harm == 4:
        return data[:at] + data[to:]
    if harm == 5:
        return data[:at] + bytes([dice.choice((0, 255))]) * (to - at) + data[to:]
    if harm == 6:  # a number where numbers are
        width = dice.choice((2, 4, 8))
        at -= at % width
        word = (dice.choice(WORDS) & (1 << 8 * width) - 1).to_bytes(width, "little")
        return data[:at] + word + data[at + width :]
    if harm == 7:
        return other
    if harm == 8:
        return data[to:] + data[:to]
    return None if dice.random() < 0.5 else data + dice.randbytes(dice.randint(1, 64))


def harmed_manifest(data: bytes, dice: random.Random) -> bytes:
    """JSON still, with one value of it replaced by another kind or a number that is too large, or gone."""
    value = json.loads(data)
    place = value
    while True:
        key = dice.choice(sorted(place)) if isinstance(place, dict) else dice.randrange(len(place))
        if not isinstance(place[key], dict | list) or not place[key] or dice.random() < 0.3:
            break
        place = place[key]
    if dice.random() < 0.2:
        del place[key]
    else:
        odd: list[Any] = [None, True, -1, 0, 1, 4096, 2**32 - 1, 2**32, 2**70, 1.5, "", "../x", "ab" * 32, [], [[]]]
        place[key] = dice.choice([*odd, {}, {"a": 1}])
    return json.dumps(value).encode()


def harm_folder(folder: Path, kind: Kind, dice: random.Random) -> set[str]:
    """Harm one to three files of `folder`; return the names of those that are not what they were."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        name = dice.choice(sorted(kind.files))
        data = kind.files[name]
        if name.endswith(".json") and dice.random() < 0.6:
            new: bytes | None = harmed_manifest(data, dice)
        else:
            new = harmed(data, dice.choice(list(kind.files.values())), dice)
        (folder / name).unlink(missing_ok=True)
        if new is not None:
            (folder / name).write_bytes(new)
    return {name for name, data in kind.files.items() if _bytes(folder / name) != data}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def named(error: IndexDamaged) -> None:
    """Damage says which file."""
    assert error.facts["file"]


def try_one(folder: Path, kind: Kind, dice: random.Random) -> str:
    """Harm one copy, ask it in every way, put it right again. Returns what became of it, in a word."""
    changed = harm_folder(folder, kind, dice)
    try:
        told = _checked(folder, kind, changed)
        try:
            ask(kind.open(folder), kind.questions)  # unchecked: an answer may be wrong, a crash may not be
        except IndexDamaged as error:
            named(error)
        if kind.open == Index.open and (len(kind.files) < 20 or dice.random() < 0.1):  # a ring takes its time
            told += _rebuilt(folder, kind, changed)
        elif kind.open == Bank.open and dice.random() < 0.3:
            told += _written(folder, dice)
        return told
    finally:
        _restore(folder, kind)


def _checked(folder: Path, kind: Kind, changed: set[str]) -> str:
    """With `check`: refused, or true. A bank may also have lost the tail of its log, and says so."""
    try:
        index = kind.open(folder, check=True)
    except IndexDamaged as error:
        named(error)
        return "refused"
    answers = ask(index, kind.questions)
    if not changed:
        assert answers == kind.answers
        return "unharmed"
    if kind.open == Index.open:
        # Only a changed manifest can pass, and then it is another index by name, or the same with all its answers.
        assert changed == {layout.MANIFEST}, changed
        if answers[2] != kind.answers[2]:
            return "another index"
        assert answers == kind.answers
        return "same index"
    # Only the log can: a cut tail is lost and counted.
    assert index.dropped or any(name.startswith("log-") for name in changed), changed
    return "cut tail" if index.dropped else "cut at a record"


def _rebuilt(folder: Path, kind: Kind, changed: set[str]) -> str:
    """Made again to the last bit, or refused."""
    try:
        made = rebuild_index(folder)
    except IndexDamaged as error:
        named(error)
        return ", not rebuilt"
    if layout.MANIFEST not in changed:
        assert {name: _bytes(folder / name) for name in kind.files} == kind.files
    Index.open(folder, check=True)
    return ", rebuilt" if made else ""


def _written(folder: Path, dice: random.Random) -> str:
    """Writing to a damaged bank: refused by name or done, and what was done is there."""
    try:
        bank = Bank.open(folder, delta=20)
        first = bank.append([Entry(7, {"md5": "ab" * 16}, "new")]).first
        bank.merge(whole=dice.random() < 0.5)
        assert first in bank.lookup("md5", "ab" * 16)
    except IndexDamaged as error:
        named(error)
        return ", not written"
    return ", written"


def _restore(folder: Path, kind: Kind) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.name not in LOCKS and path.relative_to(folder).as_posix() not in kind.files:
            path.unlink()
    for name, data in kind.files.items():
        if _bytes(folder / name) != data:
            (folder / name).unlink(missing_ok=True)
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(data)
    for path in folder.iterdir():
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def main(scratch: Path, seconds: float, seed: int) -> None:
    faulthandler.enable()
    os.fsync = lambda file: None  # thousands of times; other tests wait for the disk
    whole = kinds(scratch)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    names, told, number = (*sorted(whole), "few", "old", "bank", "bank"), Counter[str](), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end or number < len(names):
        name = names[number % len(names)]
        trial = f"{seed} {number} {name}"  # what a crash leaves behind: run it again with this seed
        (scratch / "trial").write_text(trial)
        try:
            told[f"{name}: {try_one(scratch / name, whole[name], random.Random(trial))}"] += 1
        except BaseException as error:
            error.add_note(f"trial {trial}")
            raise
        number += 1
    print(json.dumps({"tried": number, "told": told}))  # noqa: T201


def attack_index(scratch: Path, seconds: float, seed: int) -> dict[str, Any]:
    """Run the attack in a child process. Raises AssertionError with what it said if it ended in any other way."""
    scratch.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.media.index_fuzz", str(scratch), str(seconds), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    trial = (scratch / "trial").read_text() if (scratch / "trial").exists() else "before the first trial"
    assert done.returncode == 0, f"ended with {done.returncode} in trial {trial}\n{done.stdout}\n{done.stderr}"
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
