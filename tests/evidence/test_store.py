"""The write-once store: named by content, complete or absent, never changed."""

import errno
import hashlib
import io
import os
import resource
import subprocess
import sys
import textwrap

import pytest

from amparo.evidence import (
    DiskFull,
    ExhibitAltered,
    NotInStore,
    Store,
    StoreDamaged,
    deposit_folder,
    folder_manifest,
    open_container,
)
from amparo.evidence.containers.folder import FolderContainer

HELLO = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def files(store):
    return sorted(path for path in store.root.rglob("*") if path.is_file())


def test_put_hashes_and_keeps(store):
    stored = store.put([b"hel", b"lo"])
    assert (stored.sha256, stored.size, stored.new) == (HELLO, 5, True)
    assert stored.md5 == hashlib.md5(b"hello").hexdigest()
    assert stored.sha1 == hashlib.sha1(b"hello").hexdigest()
    assert stored.path == store.root / HELLO[:2] / HELLO
    assert stored.path.stat().st_mode & 0o777 == 0o400
    with store.open(HELLO) as source:
        assert source.read() == b"hello"
    assert store.check(HELLO) == 5
    assert HELLO in store


def test_the_same_bytes_are_stored_once(store):
    store.put([b"hello"])
    assert not store.put([b"hello"]).new
    assert len(files(store)) == 1


def test_nothing_is_a_file_too(store):
    assert store.put([]).sha256 == hashlib.sha256(b"").hexdigest()


def test_what_a_killed_process_left_is_swept_when_old(store):
    store.put([b"hello"])
    left = store.root / "incoming" / "tmpleft"
    left.write_bytes(b"hal")
    assert store.sweep() == 0
    os.utime(left, (1, 1))
    assert store.sweep() == 1
    assert [path.name for path in files(store)] == [HELLO]


def test_altered_on_the_way(store):
    with pytest.raises(ExhibitAltered) as caught:
        store.put([b"hellO"], expected_sha256=HELLO)
    assert caught.value.code == "E201"
    assert files(store) == []
    assert store.put([b"hello"], expected_sha256=HELLO.upper()).new


def test_altered_in_the_store(store):
    path = store.put([b"hello"]).path
    path.chmod(0o600)
    path.write_bytes(b"hellO")
    with pytest.raises(StoreDamaged) as caught:
        store.check(HELLO)
    assert caught.value.code == "E203"


@pytest.mark.parametrize("name", [HELLO, "../../etc/passwd", "", HELLO.upper()])
def test_not_in_store(store, name):
    with pytest.raises(NotInStore):
        store.open(name)


def test_a_source_that_breaks_leaves_nothing(store):
    def breaks():
        yield b"hel"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put(breaks())
    assert files(store) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing(store, monkeypatch, number):
    def full(handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("amparo.evidence.store.os.fsync", full)
    with pytest.raises(DiskFull) as caught:
        store.put([b"hello"])
    assert (caught.value.code, caught.value.facts["written"], caught.value.exit_code) == ("E202", 5, 3)
    assert files(store) == []


def test_a_file_larger_than_the_disk_allows_leaves_nothing(tmp_path):
    """A real refusal by the kernel: RLIMIT_FSIZE gives EFBIG in the middle of the write."""
    program = textwrap.dedent(f"""
        import resource, sys
        from pathlib import Path
        from amparo.evidence import DiskFull, Store
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        try:
            Store(Path({str(tmp_path)!r})).put(bytes(1_000_000) for _ in range(10))
        except DiskFull as error:
            print(error.code)
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "E202"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 3_000_000


def test_a_real_full_file_system(tmp_path):
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        with pytest.raises(DiskFull):
            Store(place).put(bytes(100_000) for _ in range(30))
        assert [path for path in place.rglob("*") if path.is_file()] == []
        assert Store(place).put([b"hello"]).new
    finally:
        subprocess.run(["umount", str(place)], check=True)


# ---------------------------------------------------------------- folders


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "stick"
    (root / "b").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"hello")
    (root / "b" / "same.txt").write_bytes(b"hello")
    (root / "b" / "z").write_bytes(b"")
    (root / "out").symlink_to("/etc/passwd")
    os.utime(root / "a.txt", ns=(1, 1_700_000_000_123_456_789))
    return root


def test_the_manifest_is_the_folder(folder):
    out = io.BytesIO()
    about = folder_manifest(folder, out.write)
    empty = hashlib.sha256(b"").hexdigest()
    assert out.getvalue().decode() == (
        '{"amparo-folder":1}\n'
        f'{{"name":"a.txt","sha256":"{HELLO}","size":5}}\n'
        f'{{"name":"b/same.txt","sha256":"{HELLO}","size":5}}\n'
        f'{{"name":"b/z","sha256":"{empty}","size":0}}\n'
        '{"name":"out","skipped":"link"}\n'
    )
    assert about.sha256 == hashlib.sha256(out.getvalue()).hexdigest()
    assert (about.files, about.size, about.skipped.total) == (3, 10, 1)


def test_times_do_not_change_the_digest_but_names_and_bytes_do(folder):
    before = folder_manifest(folder).sha256
    os.utime(folder / "a.txt", ns=(5, 5))
    assert folder_manifest(folder).sha256 == before
    (folder / "a.txt").rename(folder / "A.txt")
    assert folder_manifest(folder).sha256 != before


def test_a_deposited_folder_opens_from_the_store_alone(folder, store, walked):
    told = []
    deposit = deposit_folder(folder, store, stored_file=lambda name, stored: told.append((name, stored.sha256)))
    assert deposit.about.sha256 == deposit.manifest.sha256 == folder_manifest(folder).sha256
    assert [name for name, _ in told] == ["a.txt", "b/same.txt", "b/z"]
    original = walked(FolderContainer(folder).walk())
    with open_container([deposit.manifest.path, deposit.times.path], store=store.root) as container:
        found = walked(container.walk())
        assert container.verify().state == "yes"
        assert found.content("b/same.txt") == b"hello"
    assert found.order == original.order
    assert found.skips == original.skips
    assert found.items["a.txt"].modified == original.items["a.txt"].modified
    assert found.items["a.txt"].modified.raw == "1700000000.123456789"


def test_a_deposited_folder_says_what_is_gone_or_altered(folder, store, walked):
    deposit = deposit_folder(folder, store)
    path = store.path(HELLO)
    path.chmod(0o600)
    path.write_bytes(b"hellO")
    with open_container(deposit.manifest.path) as container:
        verification = container.verify()
        assert verification.state == "no"
        assert len(verification.problems) == 2
    path.unlink()
    with open_container(deposit.manifest.path) as container:
        assert ("a.txt", "not-in-store") in walked(container.walk()).skips


def test_a_full_disk_in_the_middle_of_a_folder(folder, store, monkeypatch):
    real, calls = os.fsync, []

    def full_later(handle):
        calls.append(handle)
        if len(calls) > 3:
            raise OSError(errno.ENOSPC, "full")
        real(handle)

    monkeypatch.setattr("amparo.evidence.store.os.fsync", full_later)
    with pytest.raises(DiskFull):
        deposit_folder(folder, store)
    assert not any(path.parent.name == "incoming" for path in files(store))
