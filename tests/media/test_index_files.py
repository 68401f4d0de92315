"""The files of an index: batches as entries, old folders, damage found or made good, no crash whatever is changed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import WrongUse
from amparo.media import Entry, Index, IndexDamaged, build_index
from amparo.media.index import NearMany, layout, rebuild_index, spool
from amparo.media.index.build import batch_of
from amparo.media.lists import EntryBatch

OLD = Path(__file__).parent / "data/index-format-1"
DERIVED = ("pdq.digests", "pdq.entries", "pdq.starts", "pdq.ring.offsets", "pdq.ring.positions", "pdq.ring.next")


def random_entries(count: int, seed: int = 1) -> list[Entry]:
    rng = np.random.default_rng(seed)
    pdq, md5 = rng.integers(0, 256, (count, 32), np.uint8), rng.integers(0, 256, (count, 16), np.uint8)
    return [Entry(row + 2, {"md5": md5[row].tobytes().hex(), "pdq": pdq[row].tobytes().hex()}) for row in range(count)]


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return random_entries(layout.RING_FROM + 10)


@pytest.fixture(scope="module")
def ringed(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ringed") / "list"
    build_index(entries, folder, {"name": "ringed"})
    return folder


@pytest.fixture
def copy(ringed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ringed, tmp_path / "list"))


def octets(*hexes: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex("".join(hexes)), np.uint8).reshape(len(hexes), -1)


def test_enough_hashes_have_a_ring_and_few_have_none(ringed: Path, entries: list[Entry], tmp_path: Path) -> None:
    index = Index.open(ringed, check=True)
    assert index.has_ring
    assert set(DERIVED) < {path.name for path in ringed.iterdir()}
    few = entries[:100] + entries[:100] * 50  # many rows, 100 distinct hashes
    build_index(few, tmp_path / "few", {})
    assert not Index.open(tmp_path / "few", check=True).has_ring
    assert not list((tmp_path / "few").glob("pdq.ring*"))
    # The same questions, the same answers, with a ring and without.
    query = octets(*(entry.digests["pdq"] for entry in entries[:100:9]))
    with_ring, without = index.near_many(query, 31), Index.open(tmp_path / "few").near_many(query, 31)
    assert with_ring.rows[:, [0, 2]].tolist() == [[at, 0] for at in range(len(query))]
    assert len(without.rows) == len(query) * 51


def test_a_batch_and_its_entries_make_the_same_index(tmp_path: Path) -> None:
    entries = [*random_entries(50), Entry(90, {"md5": "ab" * 16}, "gone", status="withdrawn"), *random_entries(9, 2)]
    one = build_index(entries, tmp_path / "one", {})
    two = build_index([batch_of(entries[:7]), *entries[7:20], batch_of(entries[20:])], tmp_path / "two", {})
    assert (one.digest, one.entries) == (two.digest, 60)


def test_withdrawn_entries_are_kept_and_never_found(tmp_path: Path) -> None:
    entry = Entry(2, {"md5": "ab" * 16, "pdq": "0f" * 32}, "gone", status="withdrawn")
    build_index([entry, Entry(3, {"md5": "ab" * 16})], tmp_path / "list", {})
    index = Index.open(tmp_path / "list")
    assert (index.lookup("md5", "ab" * 16), index.near("0f" * 32), index.entry(0)) == ((1,), [], entry)
    assert [each.row for each in index.entries()] == [2, 3]


@pytest.mark.parametrize("wrong", ["ends", "octets", "numbers"])
def test_a_batch_that_does_not_fit_together_is_refused(tmp_path: Path, wrong: str) -> None:
    good = batch_of(random_entries(3))
    digests, numbers = good.digests["md5"]
    ends = good.ends[:2] if wrong == "ends" else good.ends
    column = (digests[:, :15] if wrong == "octets" else digests, numbers + 1 if wrong == "numbers" else numbers)
    with pytest.raises(WrongUse, match="fit together"):
        build_index([EntryBatch(3, {"md5": column}, good.lines, ends)], tmp_path / "list", {})
    assert list(tmp_path.iterdir()) == []


def test_lookups_in_bulk_are_lookups_one_by_one(ringed: Path, entries: list[Entry]) -> None:
    index = Index.open(ringed)
    some = [entries[5].digests["md5"], "00" * 16, entries[0].digests["md5"]]
    assert index.lookup_many("md5", octets(*some)).tolist() == [[0, 5], [2, 0]]
    assert [index.lookup("md5", each) for each in some] == [(5,), (), (0,)]
    assert index.lookup_many("sha1", octets("00" * 20)).shape == (0, 2)
    everything = index.lookup_many("pdq", octets(*(entry.digests["pdq"] for entry in entries)))
    assert everything.tolist() == [[at, at] for at in range(len(entries))]


def test_near_in_bulk_caps_and_says_so(tmp_path: Path) -> None:
    build_index([Entry(row, {"pdq": f"{(1 << row) - 1:064x}"}) for row in range(6)], tmp_path / "list", {})
    index = Index.open(tmp_path / "list")
    found = index.near_many(octets("00" * 32, "ff" * 32), 4, cap=3)
    assert (found.rows.tolist(), found.truncated.tolist()) == ([[0, 0, 0], [0, 1, 1], [0, 2, 2]], [0])
    assert isinstance(index.near_many(np.empty((0, 32), np.uint8)), NearMany)
    for wrong in (np.zeros((1, 31), np.uint8), np.zeros((1, 32), np.int32), np.zeros(32, np.uint8)):
        with pytest.raises(WrongUse):
            index.near_many(wrong)
    with pytest.raises(WrongUse):
        index.near_many(octets("00" * 32), -1)


def test_given_values_are_stored_as_they_are_and_compared(tmp_path: Path) -> None:
    values = [bytes(144), bytes([1] * 4) + bytes(140), bytes([3]) + bytes(143)]
    build_index([Entry(row, {"photodna": value.hex()}) for row, value in enumerate(values)], tmp_path / "list", {})
    index = Index.open(tmp_path / "list", check=True)
    assert index.near_given("photodna", bytes(144), 4) == [(0, 0), (1, 4)]
    assert index.near_given("photodna", bytes(144), 9) == [(0, 0), (1, 4), (2, 9)]
    assert index.entry(1).digests["photodna"] == values[1].hex()
    for signal, value in (("photodna", bytes(143)), ("md5", bytes(16))):
        with pytest.raises(WrongUse):
            index.near_given(signal, value, 4)


def test_an_index_of_the_first_format_still_answers() -> None:
    index = Index.open(OLD, check=True)
    assert (len(index), index.has_ring, index.facts["name"]) == (40, False, "an old list")
    assert index.digest == "5d8c9d233bc66c447d05effb86c1db698bd1bca87b3d43156380c25be9ec4e0b"
    for ref in range(40):
        entry = index.entry(ref)
        assert entry.row == ref + 2
        assert index.lookup("md5", entry.digests["md5"]) == (ref - ref % 2, ref - ref % 2 + 1)
        if "pdq" in entry.digests:
            assert [each for each, _ in index.near(entry.digests["pdq"], 0)] == [ref - ref % 8, ref - ref % 8 + 4]
    assert index.lookup("sha1", "00" * 20) == ()


def test_each_file_of_the_first_format_is_made_again(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(OLD, tmp_path / "old"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in sorted(set(before) - {"manifest.json", "entries.jsonl"}):
        (folder / name).unlink()
        assert rebuild_index(folder) == (name,)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_damaged_files_are_made_again_from_the_entries(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    assert rebuild_index(copy) == ()
    for number, name in enumerate(DERIVED):
        data = before[name]
        (copy / name).write_bytes([data[:-1], b"\0" + data[1:-1] + b"\7", b""][number % 3])
    (copy / "entries.offsets").unlink()
    assert set(rebuild_index(copy)) == {*DERIVED, "entries.offsets"}
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert [path.name for path in copy.parent.iterdir()] == ["list"]


def test_changed_entries_are_not_made_into_another_list(copy: Path) -> None:
    lines = (copy / "entries.jsonl").read_bytes()
    (copy / "entries.jsonl").write_bytes(lines.replace(b'"row":9', b'"row":8', 1))
    (copy / "pdq.digests").unlink()
    with pytest.raises(IndexDamaged, match=r"entries\.jsonl"):
        rebuild_index(copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "entries.jsonl").write_bytes(lines)
    manifest["files"]["pdq.digests"]["sha256"] = "00" * 32
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexDamaged, match=r"pdq\.digests"):
        rebuild_index(copy)
    assert [path.name for path in copy.parent.iterdir()] == ["list"]


def test_a_ring_that_points_outside_is_refused_or_an_error(copy: Path, entries: list[Entry]) -> None:
    query = octets(entries[0].digests["pdq"])
    positions = copy / "pdq.ring.positions"
    whole = positions.read_bytes()
    positions.write_bytes(b"\xff" * len(whole))
    with pytest.raises(IndexDamaged, match="positions"):
        Index.open(copy).near_many(query, 31)
    positions.write_bytes(whole)
    for name in ("pdq.ring.offsets", "pdq.starts"):
        whole = (copy / name).read_bytes()
        (copy / name).write_bytes(whole[:-8] + b"\xff" * 8)
        with pytest.raises(IndexDamaged, match=name):
            Index.open(copy)
        (copy / name).write_bytes(whole)


def test_an_entry_that_is_not_there_is_an_error(copy: Path, entries: list[Entry]) -> None:
    for name, signal in (("pdq.entries", "pdq"), ("md5.entries", "md5")):
        (copy / name).write_bytes(b"\xff" * (copy / name).stat().st_size)
        index = Index.open(copy)
        with pytest.raises(IndexDamaged, match="no entry"):
            index.entry(index.lookup(signal, entries[0].digests[signal])[0])


class Damage:
    """One index whose files are changed in place and put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whole = {path.name: path.read_bytes() for path in folder.iterdir()}

    def ask(self, entries: list[Entry]) -> None:
        """Every kind of question, whatever the answer; only IndexDamaged may come of it."""
        index = Index.open(self.folder)
        for entry in entries:
            for signal, digest in entry.digests.items():
                for ref in index.lookup(signal, digest):
                    index.entry(ref)
        index.near_many(octets(*(entry.digests["pdq"] for entry in entries)), 40)
        list(index.entries())


@pytest.fixture(scope="module")
def damage(ringed: Path, tmp_path_factory: pytest.TempPathFactory) -> Damage:
    return Damage(Path(shutil.copytree(ringed, tmp_path_factory.mktemp("damage") / "list")))


@settings(max_examples=60)
@given(st.data())
def test_no_flipped_byte_or_cut_ends_in_a_crash(damage: Damage, entries: list[Entry], data: st.DataObject) -> None:
    change_one_thing(damage, entries, data)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@settings(max_examples=4000)
@given(st.data())
def test_no_flipped_byte_or_cut_ends_in_a_crash_for_long(
    damage: Damage, entries: list[Entry], data: st.DataObject
) -> None:
    change_one_thing(damage, entries, data)


def change_one_thing(damage: Damage, entries: list[Entry], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(damage.whole)))
    whole = damage.whole[name]
    at = data.draw(st.integers(0, len(whole) - 1))
    new = bytes([whole[at] ^ data.draw(st.integers(1, 255))])
    changed = whole[:at] + (new + whole[at + 1 :] if data.draw(st.booleans()) else b"")
    try:
        (damage.folder / name).write_bytes(changed)
        if name == "manifest.json":
            _only_damage(lambda: Index.open(damage.folder, check=True))
        else:
            with pytest.raises(IndexDamaged):
                Index.open(damage.folder, check=True)
        _only_damage(lambda: damage.ask(entries[:40]))
    finally:
        (damage.folder / name).write_bytes(whole)


def _only_damage(work: "object") -> None:
    try:
        work()  # type: ignore[operator]
    except IndexDamaged as error:
        assert str(error.facts["file"])  # noqa: PT017 - either way is right, and nothing else


def test_a_spool_larger_than_memory_gives_the_same_index(
    entries: list[Entry], ringed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_PART_BYTES", 200)
    some = entries[:300] + entries[:2] * 30  # one digest more often than fits into a part
    one = build_index(some, tmp_path / "small parts", {})
    monkeypatch.undo()
    assert build_index(some, tmp_path / "one part", {}).digest == one.digest


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    # 200,000 and 800,000 records of md5 and sha1, given a batch at a time; four times as many take no more.
    code = (
        "import sys\nfrom pathlib import Path\nimport numpy as np\n"
        "from amparo.media.index import build_index\nfrom amparo.media.lists import EntryBatch\n"
        "rng, line, few = np.random.default_rng(1), b'{\"x\":1}' + b' ' * 20 + b'\\n', 50_000\n"
        "def batches(count):\n"
        "    for _ in range(count):\n"
        "        numbers = np.arange(few, dtype=np.uint32)\n"
        "        made = {name: rng.integers(0, 256, (few, n), np.uint8) for name, n in (('md5', 16), ('sha1', 20))}\n"
        "        ends = np.arange(1, few + 1, dtype=np.uint64) * np.uint64(len(line))\n"
        "        yield EntryBatch(few, {n: (rows, numbers) for n, rows in made.items()}, line * few, ends)\n"
        "build_index(batches(int(sys.argv[2])), Path(sys.argv[1]), {})\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )

    def peak(batches: int) -> int:
        command = [sys.executable, "-c", code, str(tmp_path / str(batches)), str(batches)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    small, large = peak(4), peak(16)
    assert large < 300_000
    assert large - small < 40_000


def test_what_a_killed_build_left_is_swept_and_a_living_one_goes_on(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom amparo.media import Entry, build_index\n"
        "def entries():\n    yield Entry(1, {'md5': 'ab' * 16})\n    print('half', flush=True)\n    sys.stdin.read()\n"
        "build_index(entries(), Path(sys.argv[1]), {})"
    )

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", code, str(tmp_path / "list")]
        builder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert builder.stdout is not None
        assert builder.stdout.readline() == "half\n"
        return builder

    killed, living = start(), start()
    killed.kill()
    killed.wait()
    assert len(list(tmp_path.iterdir())) == 2
    build_index([], tmp_path / "list", {})
    assert len(list(tmp_path.glob(".list.*"))) == 1
    living.communicate()
    assert living.returncode != 0  # the other was first, and an index is never written over
    assert [path.name for path in tmp_path.iterdir()] == ["list"]
    assert len(Index.open(tmp_path / "list", check=True)) == 0


def test_an_open_index_keeps_no_file_open(ringed: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    many = [Index.open(ringed) for _ in range(50)]
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
    assert len(many[-1]) == layout.RING_FROM + 10


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    def many() -> Iterator[EntryBatch]:
        yield batch_of(random_entries(10))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        build_index(many(), tmp_path / "list", {})
    assert list(tmp_path.iterdir()) == []
