"""A hit of a video has the signal "pdq", though a video has no PDQ hash of its own: it is kept all the same."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from amparo.media.video import hash_video
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import import_list, start_scan
from amparo.web.matches.actions.scans import match_later
from amparo.web.matches.models import HashList, Match


@pytest.fixture
def clip(shared: Path) -> bytes:
    return (shared / "pdq/video/doorknob-hd-no-bar.mp4").read_bytes()


@pytest.fixture
def listed(home: Path, in_agency: None, tmp_path: Path, clip: bytes) -> Callable[[Person], HashList]:
    """A list that knows the clip by its pictures only, not by a digest."""

    def make(actor: Person) -> HashList:
        video = hash_video(io.BytesIO(clip), len(clip), "doorknob.mp4")
        lines = [f"{each.hex},knob,v1,{each.time:.3f}" for each in video.frames]
        path = tmp_path / "frames.csv"
        path.write_text("\n".join(["pdq,label,video,time", *lines]) + "\n")
        return import_list(actor=actor, path=path, name="Videos", version="1", purpose="csam", source="Made up")

    return make


def test_a_video_known_by_its_pictures_is_kept_and_shown(
    lead: Person, case: Case, clip: bytes, listed: Callable[[Person], HashList], at_once: Callable[[], Any],
    taken_in: Callable[..., Exhibit], signed_in: Callable[[Person], Client],
) -> None:  # fmt: skip
    exhibit = taken_in(lead, case, {"copy.mp4": clip + b"\0"})
    known = listed(lead)
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[known])
    match = Match.objects.select_related("item").get()
    assert (match.item.display, match.signal, match.item_value) == ("copy.mp4", "pdq", "")
    assert len(match.entry_value) == 64
    assert match.segments
    page = signed_in(lead).get(f"/matches/{match.pk}/").content.decode()
    assert "The entry&#x27;s value" in page or "The entry's value" in page
    assert "The item's value" not in page, "a video has none"


def test_what_was_seen_of_a_video_meets_a_later_list(
    lead: Person, case: Case, clip: bytes, listed: Callable[[Person], HashList], imported: Callable[..., HashList],
    at_once: Callable[[], Any], taken_in: Callable[..., Exhibit],
) -> None:  # fmt: skip
    exhibit = taken_in(lead, case, {"copy.mp4": clip})
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[imported(lead)])
    assert not Match.objects.exists()
    with at_once():
        match_later(actor=lead, hash_list=listed(lead), cases=[case])
    match = Match.objects.select_related("scan").get()
    assert (match.signal, match.item_value, match.scan.is_later) == ("pdq", "", True)
