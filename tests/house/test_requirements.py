"""Pinned requirements: every package has hashes, nothing names a registry, and the pins cover what is asked for."""

import re

import pytest
from source import ROOT

FILES = ("build", "main", "test")


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z0-9])", text)
    assert len(pins) > 3
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+==", pin), pin[:60]
        assert "--hash=sha256:" in pin, pin[:60]


@pytest.mark.parametrize("name", FILES)
def test_everything_asked_for_is_pinned(name: str) -> None:
    pinned = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").lower()
    for line in (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines():
        wanted = re.match(r"[A-Za-z0-9._-]+", line)
        if wanted and not line.startswith("-c"):
            assert re.search(rf"^{re.escape(wanted.group().lower().replace('_', '-'))}==", pinned, re.MULTILINE), line


def test_no_registry_is_named() -> None:
    files = [*(ROOT / "requirements").iterdir(), ROOT / "package-lock.json", ROOT / "package.json"]
    for path in files:
        if path.is_file():
            assert not re.search(r"https?://", path.read_text(encoding="utf-8")), path.name
