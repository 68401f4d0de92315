"""The browser, the installation on SQLite and on PostgreSQL, and the axe checker."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType
from tests.conftest import need
from tests.journeys.installation import Installation, running

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
POSTGRES = os.environ.get("AMPARO_TEST_POSTGRES", "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser(playwright_chromium: BrowserType) -> Iterator[Browser]:
    need("chromium", CHROMIUM.exists(), "install Debian's package chromium")
    found = playwright_chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
    yield found
    found.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, which only tests use."""
    need("axe", AXE.exists(), "run npm ci in the checkout")
    return AXE.read_text(encoding="utf-8")


DATABASES = ["sqlite", "postgres"]


@contextmanager
def _installation(kind: str, home: Path) -> Iterator[Installation]:
    if kind == "sqlite":
        with running(home, None) as found:
            yield found
        return
    need(
        "postgres",
        bool(POSTGRES),
        "set AMPARO_TEST_POSTGRES to a server's address, postgresql://user:password@host:port",
    )
    with _database() as url, running(home, url) as found:
        yield found


@pytest.fixture(scope="session", params=DATABASES)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with _installation(request.param, tmp_path_factory.mktemp("home") / request.param) as found:
        yield found


# The long path of detection meets PostgreSQL in the soak: `make test` has ten minutes, and the main path covers both.
@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.soak)])
def own_installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for the tests of a module alone, whose cases and lists nobody else sees."""
    with _installation(request.param, tmp_path_factory.mktemp("own") / request.param) as found:
        yield found


class _database:  # noqa: N801  (reads as a function at its one place of use)
    """A database of its own on the test server, dropped afterwards."""

    def __enter__(self) -> str:
        self.name = f"amparo_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{self.name}"')
        return f"{POSTGRES.rstrip('/')}/{self.name}"

    def __exit__(self, *error: Any) -> None:
        self._run(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{POSTGRES.rstrip('/')}/postgres", autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def seen(installation: Installation) -> Path:
    """Where the journey keeps the pages it saw, apart for each installation."""
    place = installation.home.parent / f"seen-{installation.home.name}"
    place.mkdir()
    return place


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where its pictures go: AMPARO_PICTURES=docs/pictures renews those of the docs."""
    chosen = os.environ.get("AMPARO_PICTURES")
    place = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    place.mkdir(parents=True, exist_ok=True)
    return place
