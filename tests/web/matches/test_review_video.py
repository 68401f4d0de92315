"""A video is reviewed as stills without sound: grey and blurred, one revealed at a time, closed where pictures are."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Authorisation
from amparo.web.matches.actions import reveal, review, start_scan
from amparo.web.matches.models import Exposure, Match


@pytest.fixture
def video(lead, case, imported, taken_in, shared: Path, at_once: Callable[[], Any]) -> Match:
    """A short clip that a list knows by its digest."""
    data = (shared / "pdq/video/test-padded-dimensions.mp4").read_bytes()
    exhibit = taken_in(lead, case, {"clip.mp4": data})
    known = imported(lead, f"{hashlib.sha256(data).hexdigest()},,A")
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[known])
    return Match.objects.select_related("item", "exhibit__case__agency", "hash_list").get()


@pytest.fixture
def client(lead, signed_in: Callable[..., Client]) -> Client:
    return signed_in(lead)


def test_stills_without_a_player(video, client) -> None:
    assert video.is_video
    page = client.get(f"/matches/{video.pk}/").content.decode()
    assert page.count("frame.png?at=") == len(video.stills) == 6
    assert "<video" not in page
    assert "frame.png?at=0.000" in client.get(f"/matches/case/{video.case.pk}/").content.decode()
    still = client.get(f"/matches/{video.pk}/frame.png?at=0.000")
    assert (still.status_code, still["Content-Type"], still["Cache-Control"]) == (200, "image/png", "no-store")
    assert client.get(f"/matches/{video.pk}/frame.png?at=3.000").status_code == 400
    assert client.get(f"/matches/{video.pk}/frame.png?at=").status_code == 400


def test_a_reveal_is_of_one_still(video, client, lead) -> None:
    address = f"/matches/{video.pk}/frame.png?at="
    blurred = {at: client.get(address + at).content for at in video.stills[:2]}
    assert client.post(f"/matches/{video.pk}/reveal/", {"reason": "r", "frame": "3.000"}).status_code == 404
    shown = client.post(f"/matches/{video.pk}/reveal/", {"reason": "is it the clip", "frame": "5.000"})
    exposure = Exposure.objects.get()
    assert (exposure.frame, exposure.person) == ("5.000", lead)
    assert f"at=5.000&amp;shown={exposure.pk}" in client.get(shown["Location"]).content.decode()
    assert client.get(f"{address}5.000&shown={exposure.pk}").content != blurred["5.000"]
    assert client.get(f"{address}0.000&shown={exposure.pk}").content == blurred["0.000"]
    assert '"frame":"5.000"' in LogLine.objects.get(action="match.revealed").line


def test_a_confirmed_or_closed_video_shows_nothing(video, client, lead, second, at_once) -> None:
    Authorisation.objects.update(valid_to=date(2026, 1, 2))
    assert client.get(f"/matches/{video.pk}/frame.png?at=0.000").status_code == 404
    Authorisation.objects.update(valid_to=None)
    for person in (lead, second):
        with at_once():
            review(actor=person, match=video, decision="confirm")
    assert client.get(f"/matches/{video.pk}/frame.png?at=0.000").status_code == 404
    assert "frame.png" not in client.get(f"/matches/{video.pk}/").content.decode()
    exposure = reveal(actor=lead, match=video, reason="the court asks", frame="0.000")
    assert client.get(f"/matches/{video.pk}/frame.png?at=0.000&shown={exposure.pk}").status_code == 200


def test_stills_lie_in_the_stretches_that_agree(video) -> None:
    video.segments = [
        {"query_start": "10.000", "query_end": "20.000"},
        {"query_start": "40.000", "query_end": "43.000"},
    ]
    assert video.stills == ["10.000", "13.333", "16.667", "40.000", "41.000", "42.000"]
    video.segments = [{"query_start": f"{n}.000", "query_end": f"{n}.500"} for n in range(9)]
    assert video.stills == [f"{n}.000" for n in range(6)]
