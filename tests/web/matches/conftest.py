"""Real photos, a list that names some of them, and a scan that was done."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import import_list, start_scan
from amparo.web.matches.models import HashList, Scan

#: The PDQ hash of bridge-mods/aaa-orig.jpg, from the vectors that come with the photos.
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
PHOTOS = ("aaa-orig.jpg", "blur-a-lot.jpg", "square-512x512.jpg")


@pytest.fixture
def photos(shared: Path) -> dict[str, bytes]:
    """Three photos of the bridge, another photo, and a text: the first photo is known by digest and PDQ."""
    files = {f"DCIM/{name}": (shared / "pdq/bridge-mods" / name).read_bytes() for name in PHOTOS}
    files["DCIM/other.jpg"] = (shared / "pdq/labelme/q0003.jpg").read_bytes()
    files["notes.txt"] = b"nothing to see"
    return files


@pytest.fixture
def list_file(tmp_path: Path, photos: dict[str, bytes]) -> Callable[..., Path]:
    def write(*lines: str) -> Path:
        path = tmp_path / "list.csv"
        digest = hashlib.sha256(photos["DCIM/aaa-orig.jpg"]).hexdigest()
        path.write_text("\n".join(["sha256,pdq,label", f"{digest},{BRIDGE},bridge", *lines]) + "\n")
        return path

    return write


@pytest.fixture
def imported(home: Path, in_agency: None, list_file: Callable[..., Path]) -> Callable[..., HashList]:
    def make(actor: Person, *lines: str, purpose: str = "csam", **more: Any) -> HashList:
        about = {"name": "Known", "version": "1", "source": "A partner (made up)", **more}
        return import_list(actor=actor, path=list_file(*lines), purpose=purpose, **about)

    return make


@pytest.fixture
def scanned(
    lead: Person,
    case: Case,
    imported: Callable[..., HashList],
    photos: dict[str, bytes],
    taken_in: Callable[..., Exhibit],
    at_once: Callable[[], Any],
) -> Scan:
    """The photos as EX1, compared with a list of known abuse material that holds the bridge."""
    exhibit = taken_in(lead, case, photos)
    with at_once():
        made = start_scan(actor=lead, exhibit=exhibit, lists=[imported(lead)])
    return Scan.objects.select_related("exhibit__case__agency").get(pk=made.pk)
