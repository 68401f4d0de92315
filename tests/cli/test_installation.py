"""`amparo init | serve | backup | restore | upgrade` from an empty folder to a running installation and back."""

import hashlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests.conftest import need
from tests_cli import rows

INIT = ("init", "--agency", "Cybercrime Unit North", "--country", "KE", "--json")


@pytest.fixture(scope="module")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """One installation, made once; each test works on its own copy."""
    home = tmp_path_factory.mktemp("once") / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DJANGO_"))}
    line = [sys.executable, "-m", "amparo", *INIT]
    done = subprocess.run(line, env={**kept, "AMPARO_HOME": str(home)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return home, rows(done)[0]


@pytest.fixture
def founded(founded_once: tuple[Path, dict], home: Path) -> dict:
    shutil.copytree(founded_once[0], home)
    return founded_once[1]


def test_init_makes_a_whole_installation_and_shows_its_secrets_once(run, founded: dict, home: Path) -> None:
    assert [each["role"] for each in founded["sign_ins"]] == ["administrator", "supervisor"]
    assert len(founded["recovery_words"].split("-")) >= 16
    assert oct(home.stat().st_mode)[-3:] == "700"
    for path in (home / "keys").iterdir():
        assert oct(path.stat().st_mode)[-3:] == "600", path
    secrets = [founded["passphrase"], founded["recovery_words"], *(each["password"] for each in founded["sign_ins"])]
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in secrets), path


def test_init_twice_changes_nothing(run, founded: dict, home: Path) -> None:
    before = (home / "keys" / "django.key").read_bytes()
    done = run(*INIT)
    assert done.returncode == 2
    assert rows(done)[0]["error"] == "Z002"
    assert (home / "keys" / "django.key").read_bytes() == before


def test_commands_without_an_installation_say_so(run, tmp_path: Path) -> None:
    for words in (("serve",), ("backup", tmp_path / "b"), ("upgrade",)):
        done = run(*words, "--json")
        assert done.returncode == 2
        assert rows(done)[0]["error"] == "Z001"


def test_backup_and_restore_give_the_same_installation(run, founded: dict, home: Path, tmp_path: Path) -> None:
    (home / "store" / "ab").mkdir()
    (home / "store" / "ab" / "file").write_bytes(b"evidence")
    made = rows(run("backup", tmp_path / "backups", "--json"))[0]
    with tarfile.open(made["data"]) as archive:
        assert not any(name.startswith("keys") for name in archive.getnames())
    done = run("restore", made["data"], "--keys", made["keys"], "--json", AMPARO_HOME=str(tmp_path / "again"))
    assert done.returncode == 0, done.stdout
    again = tmp_path / "again"
    assert (again / "store/ab/file").read_bytes() == b"evidence"
    for name in ("django.key", "index.key", "mfa.key"):
        assert (again / "keys" / name).read_bytes() == (home / "keys" / name).read_bytes()
    assert oct((again / "keys" / "django.key").stat().st_mode)[-3:] == "600"
    assert persons(again) == persons(home) == ["admin", "lead"]
    assert run("upgrade", "--json", AMPARO_HOME=str(again)).stdout.startswith('{"changes": 0}')


def persons(home: Path) -> list[str]:
    with sqlite3.connect(home / "amparo.sqlite3") as database:
        return [name for (name,) in database.execute("SELECT username FROM accounts_person ORDER BY username")]


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """Two empty databases on the test server, dropped afterwards."""
    server = os.environ.get("AMPARO_TEST_POSTGRES", "").rstrip("/")
    need("postgres", bool(server) and shutil.which("pg_dump") is not None, "set AMPARO_TEST_POSTGRES; install pg_dump")
    import psycopg

    names = [f"amparo_cli_{os.getpid()}_{number}" for number in (1, 2)]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{server}/{names[0]}", f"{server}/{names[1]}"
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_backup_and_restore_on_postgresql(run, databases: tuple[str, str], tmp_path: Path) -> None:
    import psycopg

    one, two = databases
    assert run(*INIT, AMPARO_DATABASE_URL=one).returncode == 0
    made = rows(run("backup", tmp_path / "backups", "--json", AMPARO_DATABASE_URL=one))[0]
    there = {"AMPARO_HOME": str(tmp_path / "again")}
    line = ("restore", made["data"], "--keys", made["keys"], "--json")
    refused = run(*line, **there)
    assert rows(refused)[0]["error"] == "Z009"
    assert not (tmp_path / "again").exists()
    done = run(*line, **there, AMPARO_DATABASE_URL=two)
    assert done.returncode == 0, done.stdout
    with psycopg.connect(two) as connection:
        found = connection.execute("SELECT username FROM accounts_person ORDER BY username").fetchall()
    assert found == [("admin",), ("lead",)]
    assert not (tmp_path / "again" / "amparo.sqlite3").exists()
    assert run("upgrade", "--json", **there, AMPARO_DATABASE_URL=two).stdout.startswith('{"changes": 0}')


def test_a_changed_backup_is_refused_and_nothing_restored(run, founded: dict, tmp_path: Path) -> None:
    made = rows(run("backup", tmp_path / "backups", "--json"))[0]
    data = bytearray(Path(made["data"]).read_bytes())
    data[20_000] ^= 1
    (tmp_path / "changed.tar").write_bytes(data)
    (tmp_path / "cut.tar").write_bytes(data[: len(data) // 2])
    for name in ("changed.tar", "cut.tar"):
        target = tmp_path / "again"
        done = run("restore", tmp_path / name, "--keys", made["keys"], "--json", AMPARO_HOME=str(target))
        assert done.returncode == 1, done.stdout
        assert rows(done)[0]["error"] == "Z004"
        assert not target.exists()


def test_an_archive_that_leaves_its_folder_is_refused(run, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("../escaped"))
    done = run("restore", tmp_path / "bad.tar", "--keys", tmp_path / "bad.tar", "--json")
    assert rows(done)[0]["error"] == "Z004"
    assert not (tmp_path / "escaped").exists()


def test_restore_never_overwrites(run, founded: dict, tmp_path: Path) -> None:
    made = rows(run("backup", tmp_path / "backups", "--json"))[0]
    done = run("restore", made["data"], "--keys", made["keys"], "--json")
    assert done.returncode == 2
    assert rows(done)[0]["error"] == "Z002"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str = "/") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().status


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(word) for word in text.split()]


def test_serve_starts_three_parts_restarts_a_dead_one_and_stops_all(founded: dict, environment: dict) -> None:
    portal, desk = free_port(), free_port()
    line = [sys.executable, "-m", "amparo", "serve", "--json", "--workers", "1"]
    ports = ["--portal-port", str(portal), "--desk-port", str(desk)]
    with subprocess.Popen(
        [*line, *ports], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as served:
        try:
            assert served.stdout is not None
            assert b'"portal"' in served.stdout.readline()
            assert answer(portal, "/en/") == 200
            assert answer(desk) == 302
            parts = children(served.pid)
            assert len(parts) == 3
            os.kill(parts[2], signal.SIGKILL)
            deadline = time.monotonic() + 20
            while len(set(children(served.pid)) - set(parts)) < 1 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert len(children(served.pid)) == 3
            alive = children(served.pid)
        finally:
            served.send_signal(signal.SIGTERM)
        assert served.wait(40) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in alive)


def test_a_taken_port_is_said(run, founded: dict) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--portal-port", port, "--desk-port", free_port(), "--json")
    assert done.returncode == 3
    assert rows(done)[0]["error"] == "Z006"


OPEN_CASE = """
from datetime import date

import django

django.setup()
from django_scopes import scope

from amparo.web.accounts.models import Person
from amparo.web.cases.actions import open_case

lead = Person.objects.get(username="lead")
complaint = {
    "kind": "complaint", "reference": "C-1/2026", "issuer": "Clinic", "valid_from": date(2026, 1, 1),
    "data_kinds": ["files", "pictures", "communications", "financial", "report"],
}
with scope(agency=lead.agency):
    print(open_case(actor=lead, title="Ransomed clinic", authorisation=complaint).number)
"""


@pytest.fixture
def case(founded: dict, environment: dict) -> str:
    settings = {"DJANGO_SETTINGS_MODULE": "amparo.web.settings.desk"}
    done = subprocess.run(
        [sys.executable, "-c", OPEN_CASE], env={**environment, **settings}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_deposit_a_folder_and_an_image(run, case: str, home: Path, shared: Path, tmp_path: Path) -> None:
    (tmp_path / "seized/notes").mkdir(parents=True)
    (tmp_path / "seized/notes/a.txt").write_text("call me", encoding="utf-8")
    folder = rows(run("exhibit", "deposit", tmp_path / "seized", "--case", case, "--as", "lead", "--json"))[0]
    assert (folder["exhibit"], folder["state"]) == ("EX1", "sealed")
    image = shared / "evidence/images/nps-2010-emails.E01"
    made = rows(run("exhibit", "deposit", image, "--case", case, "--as", "lead", "--json"))[0]
    assert (made["exhibit"], made["state"], made["kind"]) == ("EX2", "sealed", "disk-image")
    assert made["sha256"] == hashlib.sha256(image.read_bytes()).hexdigest()
    assert (tmp_path / "seized/notes/a.txt").read_text(encoding="utf-8") == "call me"


def test_deposit_into_a_case_that_is_not_theirs(run, case: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    for number, username in ((case, "admin"), (case, "nobody"), ("2026-9999", "lead")):
        done = run("exhibit", "deposit", tmp_path / "a.txt", "--case", number, "--as", username, "--json")
        assert done.returncode in {1, 2}
        assert "error" in rows(done)[0]
