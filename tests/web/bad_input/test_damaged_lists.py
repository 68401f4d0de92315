"""An index of a list that was cut, flipped or exchanged on the disk: no scan uses it; the file is named and mended."""

import hashlib
import html
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from amparo.media import IndexDamaged, rebuild_index
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import index_folder, start_scan
from amparo.web.matches.models import HashList, Match, Scan

pytestmark = pytest.mark.usefixtures("in_agency")

FILES = {f"{number}.txt": b"benign words %d" % number for number in range(3)}
KNOWN = hashlib.sha256(FILES["1.txt"]).hexdigest()


@pytest.fixture
def known(listed: Callable[..., Any]) -> HashList:
    """A byte order mark, mixed case, the same row twice, a digest of another length: a list as lists are."""
    assert (
        listed(b"\xef\xbb\xbfSHA256,label\r\n" + f"{KNOWN.upper()},a\n{KNOWN},a\n{KNOWN}00,b\n".encode()).status_code
        == 302
    )
    made = HashList.objects.get()
    assert (made.entries, made.skipped) == (2, {"bad-digest": 1})
    return made


@pytest.fixture
def exhibit(lead: Person, case: Case, taken_in: Callable[..., Exhibit]) -> Exhibit:
    return taken_in(lead, case, FILES)


def flipped(folder: Path) -> str:
    path = folder / "sha256.digests"
    data = path.read_bytes()
    path.write_bytes(data[:5] + bytes([data[5] ^ 1]) + data[6:])
    return path.name


def cut(folder: Path) -> str:
    path = folder / "entries.offsets"
    path.write_bytes(path.read_bytes()[:-3])
    return path.name


def gone(folder: Path) -> str:
    (folder / "sha256.starts").unlink()
    return "sha256.starts"


@pytest.mark.parametrize("harm", [flipped, cut, gone], ids=lambda each: each.__name__)
def test_a_damaged_index_is_refused_named_and_made_again(
    lead: Person, desk: Client, known: HashList, exhibit: Exhibit, at_once: Callable[[], Any], harm: Callable[..., str]
) -> None:
    name = harm(index_folder(known))
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[known])
    failed = Job.objects.get(kind="matches.scan")
    assert (failed.state, failed.error_code) == ("failed", "M020")
    page = html.unescape(desk.get(f"/jobs/{failed.pk}/").content.decode())
    assert f"The file {name} of a hash list index is damaged" in page
    assert "(M020)" in page
    assert not Match.objects.exists()
    assert rebuild_index(index_folder(known)) == (name,)
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[known])
    assert {each.item.display for each in Match.objects.select_related("item")} == {"1.txt"}
    assert Scan.objects.filter(finished__isnull=False).count() == 1


def test_a_whole_index_in_the_place_of_another_is_refused(
    lead: Person, listed: Callable[..., Any], known: HashList, exhibit: Exhibit, at_once: Callable[[], Any]
) -> None:
    listed(b"sha256\n" + b"ab" * 32 + b"\n", name="Other")
    other = HashList.objects.get(name="Other")
    shutil.rmtree(index_folder(known))
    shutil.copytree(index_folder(other), index_folder(known))
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[known])
    failed = Job.objects.get(kind="matches.scan")
    assert (failed.state, failed.error_code) == ("failed", IndexDamaged.code)
    assert "not the index that was imported" in failed.error
