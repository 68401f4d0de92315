"""Key files: drawn once whoever comes first, whole or absent, for this user alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from amparo.web.common import home


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AMPARO_HOME", str(tmp_path))
    return tmp_path


def test_all_who_start_together_read_one_key(place: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        drawn = set(pool.map(lambda _: home.secret("some.key"), range(64)))
    assert len(drawn) == 1
    assert [path.name for path in (place / "keys").iterdir()] == ["some.key"]


def test_a_key_is_for_this_user_alone_and_never_replaced(place: Path) -> None:
    home.write_secret(place / "keys" / "k", b"first")
    with pytest.raises(FileExistsError):
        home.write_secret(place / "keys" / "k", b"second")
    assert (place / "keys" / "k").read_bytes() == b"first"
    assert stat.S_IMODE((place / "keys" / "k").stat().st_mode) == 0o600


def test_only_folders_of_an_installation(place: Path) -> None:
    with pytest.raises(ValueError, match="not a folder"):
        home.folder("../elsewhere")
