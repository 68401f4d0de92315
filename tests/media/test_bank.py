"""A bank that changes answers as one index over what is live; a kill at any moment loses nothing that was promised."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from amparo.base import Skipped, WrongUse
from amparo.media import Entry, IndexDamaged, IndexExists
from amparo.media.index import Bank, Index, build_index
from amparo.media.index.build import batch_of_lines

A, B, C = "aa" * 16, "ab" * 16, "ac" * 16
NEAR = "0f" * 32


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank.create(tmp_path / "bank", {"name": "national"})


def test_worked_example(bank: Bank) -> None:
    added = bank.append(
        [Entry(1, {"md5": A, "pdq": NEAR}, "one"), Skipped("line 2", "bad-digest"), Entry(3, {"md5": B})]
    )
    assert (added.first, added.count, dict(added.skipped.counts)) == (0, 2, {"bad-digest": 1})
    assert bank.append([Entry(1, {"md5": A}, "again")]).first == 2
    assert (bank.lookup("md5", A), bank.near(NEAR, 0), len(bank)) == ((0, 2), [(0, 0)], 3)
    bank.withdraw([0])
    assert (bank.lookup("md5", A), bank.near(NEAR, 0), len(bank)) == ((2,), [], 2)
    assert bank.merge(whole=True)
    assert (bank.lookup("md5", A), bank.entry(bank.lookup("md5", A)[0]).label, len(bank)) == ((2,), "again", 2)
    with pytest.raises(WrongUse):
        bank.entry(0)
    assert bank.append([Entry(9, {"md5": C})]).first == 3
    assert (bank.facts, bank.lookup("md5", C), bank.lookup("sha1", "00" * 20)) == ({"name": "national"}, (3,), ())


def test_others_see_it_after_a_refresh_and_keep_reading_through_a_merge(bank: Bank) -> None:
    reader = Bank.open(bank.folder)
    assert not reader.refresh()
    bank.append([Entry(1, {"md5": A}), Entry(2, {"md5": A})])
    assert reader.lookup("md5", A) == ()
    assert reader.refresh()
    before = reader.digest
    bank.withdraw([1])
    bank.merge(whole=True)
    bank.append([Entry(3, {"md5": A})])
    bank.merge(whole=True)
    assert (reader.lookup("md5", A), reader.entry(0).row) == ((0, 1), 1)
    assert reader.refresh()
    assert (reader.lookup("md5", A), reader.digest != before) == ((0, 2), True)
    assert [path.name for path in bank.folder.glob("log-*")] == [
        f"log-{json.loads((bank.folder / 'bank.json').read_text())['generation']}"
    ]
    assert len(list(bank.folder.glob("segment-*"))) == 2  # the segment and its numbers; nothing old is left


def test_a_long_addition_becomes_a_segment_at_once(tmp_path: Path) -> None:
    Bank.create(tmp_path / "bank", {})
    bank = Bank.open(tmp_path / "bank", delta=10)
    bank.append([Entry(1, {"md5": A})])
    bank.append([Entry(row, {"md5": B}) for row in range(11)])
    assert (len(bank._segments), bank.lookup("md5", B), bank.due) == (1, tuple(range(1, 12)), False)
    bank.append([Entry(row, {"md5": C}) for row in range(10)])
    assert bank.due
    assert bank.merge()
    assert (len(bank._segments), bank.due, len(bank), bank.lookup("md5", A)) == (1, False, 22, (0,))


def test_an_addition_that_fails_adds_nothing(bank: Bank) -> None:
    def entries() -> Iterator[Entry]:
        yield Entry(1, {"md5": A})
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        bank.append(entries())
    assert (len(bank), bank.append([Entry(1, {"md5": B})]).first) == (0, 0)


def test_withdrawing_what_never_was_is_wrong_use(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A})])
    for wrong in (-1, 1):
        with pytest.raises(WrongUse, match=str(wrong)):
            bank.withdraw([wrong])
    bank.withdraw([])
    assert len(bank) == 1


def test_a_cut_tail_is_dropped_counted_and_written_over(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A})])
    whole = (bank.folder / "log-1").read_bytes()
    bank.append([Entry(2, {"md5": B})])
    both = (bank.folder / "log-1").read_bytes()
    for length in range(len(whole), len(both)):
        for rest in (b"", bytes(40)):  # a power cut may leave room that was never filled
            (bank.folder / "log-1").write_bytes(both[:length] + rest[: len(both) - length])
            cut = Bank.open(bank.folder)
            assert (cut.lookup("md5", A), cut.lookup("md5", B)) == ((0,), ())
            assert cut.dropped == length - len(whole) + len(rest[: len(both) - length])
    assert Bank.open(bank.folder).append([Entry(2, {"md5": C})]).first == 1
    again = Bank.open(bank.folder)
    assert (again.dropped, again.lookup("md5", C), again.lookup("md5", A)) == (0, (1,), (0,))


def test_a_changed_byte_of_the_log_is_an_error_or_a_dropped_tail(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A})])
    middle = (bank.folder / "log-1").stat().st_size
    bank.append([Entry(2, {"md5": B})])
    data = (bank.folder / "log-1").read_bytes()
    for at in range(len(data)):
        (bank.folder / "log-1").write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        if at < middle:
            with pytest.raises(IndexDamaged, match="log-1"):
                Bank.open(bank.folder)
            continue
        with suppress(IndexDamaged):
            opened = Bank.open(bank.folder)
            assert (opened.lookup("md5", A), opened.lookup("md5", B)) == ((0,), ())
            assert opened.dropped == len(data) - middle


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":1,"generation":"x"}', '{"format":7}'])
def test_a_manifest_that_is_none(bank: Bank, text: str) -> None:
    (bank.folder / "bank.json").write_text(text)
    with pytest.raises(IndexDamaged, match=r"bank\.json"):
        Bank.open(bank.folder)


def test_no_changed_sign_of_a_manifest_is_taken(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A})])
    bank.merge()
    data = (bank.folder / "bank.json").read_bytes()
    assert b'"next":1' in data
    for at in range(len(data)):
        (bank.folder / "bank.json").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(IndexDamaged):
            Bank.open(bank.folder)


def test_damaged_segments_are_named(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A}), Entry(2, {"md5": B})])
    bank.merge()
    (refs,) = bank.folder.glob("*.refs")
    whole = refs.read_bytes()
    for bad in (whole[:-1], whole[4:], whole[4:] + whole[:4], whole[:4] + b"\x09" + whole[5:]):
        refs.write_bytes(bad)
        with pytest.raises(IndexDamaged, match="refs"):
            Bank.open(bank.folder)
    refs.write_bytes(whole)
    bank = Bank.open(bank.folder, check=True)
    bank.append([Entry(3, {"md5": C}), Entry(4, {"md5": C})])
    bank.merge()
    (refs,) = bank.folder.glob("*.refs")
    whole = refs.read_bytes()
    bank.append([Entry(row, {"md5": C}) for row in range(12)])
    bank._publish(next=16)
    refs.write_bytes(whole[:12] + b"\x09" + whole[13:])
    with pytest.raises(IndexDamaged, match="SHA-256"):
        Bank.open(bank.folder, check=True)
    refs.unlink()
    with pytest.raises(IndexDamaged, match="refs"):
        Bank.open(bank.folder)


def test_a_bank_is_never_made_over_another(bank: Bank) -> None:
    with pytest.raises(IndexExists):
        Bank.create(bank.folder, {})


def test_what_a_killed_merge_left_is_swept(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A})])
    for name in ("segment-dead", ".segment-dead.x1"):
        (bank.folder / name).mkdir()
    (bank.folder / "log-99").touch()
    bank.merge()
    assert not {"segment-dead", ".segment-dead.x1", "log-99"} & {path.name for path in bank.folder.iterdir()}
    assert bank.lookup("md5", A) == (0,)


@pytest.mark.parametrize(("was", "now"), [(b"md5", b"md4"), (b'"aa', b'"ba'), (b'"one"', b'"own"')])
def test_a_merge_never_makes_damage_look_sound(bank: Bank, was: bytes, now: bytes) -> None:
    bank.append([Entry(1, {"md5": A}, "one"), Entry(2, {"md5": B})])
    bank.merge()
    bank.append([Entry(3, {"md5": C})])
    lines = next(bank.folder.glob("segment-*/entries.jsonl"))
    lines.chmod(0o600)
    lines.write_bytes(lines.read_bytes().replace(was, now, 1))
    with pytest.raises(IndexDamaged, match=r"entries\.jsonl"):
        bank.merge(whole=True)
    assert Bank.open(bank.folder).lookup("md5", C) == (2,)  # what was sound is as it was


def test_a_stored_line_with_a_digest_of_no_known_signal_is_damage() -> None:
    with pytest.raises(IndexDamaged):
        batch_of_lines([b'{"digests":{"md4":"aa"},"extra":{},"label":null,"purpose":null,"row":1}\n'])


def test_only_one_merges_and_writers_go_on(bank: Bank) -> None:
    bank.append([Entry(1, {"md5": A}), Entry(2, {"md5": B}), Entry(3, {"md5": B})])

    def told(done: int, total: int | None, unit: str) -> None:
        if not seen:
            seen.append(Bank.open(bank.folder).merge())
            other = Bank.open(bank.folder)
            other.append([Entry(4, {"md5": B})])
            other.withdraw([1, 3])

    seen: list[bool] = []
    assert bank.merge(told)
    assert seen == [False]
    assert (bank.lookup("md5", B), bank.lookup("md5", A), len(bank)) == ((2,), (0,), 2)
    again = Bank.open(bank.folder)
    assert (again.lookup("md5", B), len(again), again.entry(3).row) == ((2,), 2, 4)


def test_withdrawn_entries_take_no_place_under_a_cap(bank: Bank) -> None:
    bank.append([Entry(row, {"pdq": NEAR}) for row in range(10)])
    bank.merge()
    bank.append([Entry(row, {"pdq": NEAR}) for row in range(3)])
    bank.withdraw(range(8))
    query = np.frombuffer(bytes.fromhex(NEAR), np.uint8)[None]
    found = bank.near_many(query, 31, cap=4)
    assert (found.rows[:, 1].tolist(), found.truncated.tolist()) == ([8, 9, 10, 11], [0])
    found = bank.near_many(query, 31, cap=5)
    assert (found.rows[:, 1].tolist(), found.truncated.tolist()) == ([8, 9, 10, 11, 12], [])


WRITER = """
import sys
from pathlib import Path
from amparo.media import Bank, Entry
bank = Bank.open(Path(sys.argv[1]), delta=25)
print("ready", flush=True)
while True:
    first = len(bank._dead)
    bank.append([Entry(ref, {"md5": f"{ref:032x}"}) for ref in range(first, first + 20)])
    bank.withdraw([first + 3])
    print(first, flush=True)
    if first % 60 == 40:
        bank.merge(whole=first % 120 == 40)
"""


def test_killed_at_any_moment_it_holds_all_that_was_promised(bank: Bank) -> None:
    said: set[int] = set()
    for wait in (0.02, 0.11, 0.2):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(bank.folder)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        with suppress(subprocess.TimeoutExpired):
            writer.wait(wait)
        writer.kill()
        said |= {int(line) for line in writer.stdout.read().split() if line.isdigit()}
        writer.wait()
        again = Bank.open(bank.folder, check=True)
        for first in said:
            live = [ref for ref in range(first, first + 20) if ref != first + 3]
            wanted = np.array([list(bytes.fromhex(f"{ref:032x}")) for ref in range(first, first + 20)], np.uint8)
            assert again.lookup_many("md5", wanted)[:, 1].tolist() == live
            assert [again.entry(ref).row for ref in live] == live
    assert said


class BankStory(RuleBasedStateMachine):
    """Add, withdraw, merge, open again, cut the power: the answers are those of a fresh index over what is live."""

    @initialize()
    def create(self) -> None:
        self.no_waiting = patch("os.fsync")  # hundreds of times; other tests wait for the disk
        self.no_waiting.start()
        self.root = Path(mkdtemp(prefix="bank-"))
        self.bank = Bank.create(self.root / "bank", {"name": "story"})
        self.bank = Bank.open(self.root / "bank", delta=6)
        self.entries: list[Entry] = []
        self.dead: set[int] = set()

    @rule(seeds=st.lists(st.integers(0, 7), max_size=9))
    def append(self, seeds: list[int]) -> None:
        new = [
            Entry(len(self.entries) + at, {"md5": f"{seed:032x}", "pdq": f"{(1 << 3 * seed) - 1:064x}"})
            for at, seed in enumerate(seeds)
        ]
        assert self.bank.append(new).first == len(self.entries)
        self.entries += new

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        refs = data.draw(st.lists(st.integers(0, len(self.entries) - 1), max_size=3))
        self.bank.withdraw(refs)
        self.dead.update(refs)

    @rule(whole=st.booleans())
    def merge(self, whole: bool) -> None:
        assert self.bank.merge(whole=whole)

    @rule()
    def open_again(self) -> None:
        self.bank = Bank.open(self.root / "bank", check=True, delta=6)

    @rule(cut=st.integers(1, 30))
    def power_cut(self, cut: int) -> None:
        log = self.root / "bank" / json.loads((self.root / "bank/bank.json").read_text())["log"]
        with log.open("r+b") as out:
            out.truncate(self.bank._end)
            out.seek(self.bank._end)
            out.write(bytes.fromhex("64000000 9bffffff")[:cut] + bytes(max(0, cut - 8)))
        self.open_again()
        assert self.bank.dropped > 0

    @invariant()
    def answers_as_a_fresh_index(self) -> None:
        if not hasattr(self, "bank"):
            return
        live = [ref for ref in range(len(self.entries)) if ref not in self.dead]
        folder = self.root / "fresh"
        build_index([self.entries[ref] for ref in live], folder, {})
        fresh = Index.open(folder)
        shutil.rmtree(folder)
        md5 = np.array([list(bytes.fromhex(f"{seed:032x}")) for seed in range(9)], np.uint8)
        pdq = np.array([list(bytes.fromhex(f"{(1 << 3 * seed) - 1:064x}")) for seed in range(9)], np.uint8)
        assert len(self.bank) == len(fresh) == len(live)
        expected = [(query, live[ref]) for query, ref in fresh.lookup_many("md5", md5).tolist()]
        assert [tuple(row) for row in self.bank.lookup_many("md5", md5).tolist()] == expected
        for cap in (0, 2):
            ours, theirs = self.bank.near_many(pdq, 5, cap), fresh.near_many(pdq, 5, cap)
            assert [tuple(row) for row in ours.rows.tolist()] == [(q, live[r], d) for q, r, d in theirs.rows.tolist()]
            assert ours.truncated.tolist() == theirs.truncated.tolist()
        for ref in live[-2:]:
            assert self.bank.entry(ref) == self.entries[ref]

    def teardown(self) -> None:
        if hasattr(self, "root"):
            shutil.rmtree(self.root)
            self.no_waiting.stop()


TestBankStory = BankStory.TestCase
TestBankStory.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
