"""Fixtures every room may use, and the one rule for real parts a machine may lack.

AMPARO_REQUIRE names the parts that must be here (comma-separated: chromium, postgres, axe, shared, e2fsprogs,
anvil, spark). A part that is absent and not required skips its tests with the reason; absent and required, they
fail.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Time belongs into bench/: a busy machine must not fail a law.
settings.register_profile("amparo", deadline=None)
settings.load_profile("amparo")

REQUIRED = frozenset(filter(None, os.environ.get("AMPARO_REQUIRE", "").replace(" ", "").split(",")))
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def need(part: str, present: bool, hint: str) -> None:
    """Skip or fail the calling test if `part` is not on this machine."""
    if present:
        return
    message = f"{part} is not on this machine: {hint}"
    if part in REQUIRED:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public test data beside the checkout (../shared/data)."""
    need("shared", SHARED.is_dir(), "put the shared test data beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def playwright_chromium() -> Iterator[Any]:
    """What launches browsers, once a process: a second one beside it would be refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium
