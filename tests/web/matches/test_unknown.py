"""Pictures no list knows: grouped without reading the media again, their cameras and places become sightings."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Authorisation
from amparo.web.common.models import Job
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches.actions import group_unknown, reveal_item, start_scan
from amparo.web.matches.errors import NothingToGroup, RevealNeedsReason
from amparo.web.matches.models import Exposure
from amparo.web.matches.unknown import Result, unknown_pictures
from amparo.web.sightings.models import Sighting

#: Paths in the zip: the number of each file in the order they were packed.
ONE, TWO, LATE, PLAIN = "1", "2", "3", "4"
CAMERA = "camera:maker/model-1/600123"


def photo(data: bytes, *, serial: str | None, minute: int, quality: int = 90) -> bytes:
    """The same picture as a JPEG whose EXIF names a camera, a time and a place."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image.thumbnail((400, 400))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model 1"
    inside = exif.get_ifd(0x8769)
    inside[0x9003] = f"2026:03:01 10:{minute:02d}:00"
    if serial:
        inside[0xA431] = serial
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "S", (1.0, 17.0, 11.0), "E", (36.0, 49.0, 2.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


@pytest.fixture
def exhibit(lead, case, photos, imported, taken_in, at_once: Callable[[], Any]) -> Exhibit:
    """A known picture (the bridge), four unknown ones: two in one go, one much later, one without a number."""
    bridge = photos["DCIM/aaa-orig.jpg"]
    other = photos["DCIM/other.jpg"]
    files = {
        "known.jpg": bridge,
        "a/one.jpg": photo(other, serial="600123", minute=1),
        "a/two.jpg": photo(other, serial="600123", minute=9, quality=60),
        "b/late.jpg": photo(other, serial="600123", minute=55, quality=50),
        "plain.jpg": photo(other, serial=None, minute=2, quality=70),
        "notes.txt": b"nothing",
    }
    made = taken_in(lead, case, files)
    with at_once():
        start_scan(actor=lead, exhibit=made, lists=[imported(lead)])
    return made


@pytest.fixture
def client(lead, signed_in: Callable[..., Client]) -> Client:
    return signed_in(lead)


def grouped(lead, case, at_once) -> Result:
    with at_once():
        job = group_unknown(actor=lead, case=case)
    assert Job.objects.get(pk=job.pk).state == "done"
    return Result(case)


def test_groups_cameras_and_series_without_the_media(exhibit, case, lead, at_once, monkeypatch) -> None:
    monkeypatch.setattr("amparo.web.exhibits.sources.opened", None)  # the media is not read again
    assert sorted(each.path for each in unknown_pictures(case)) == [ONE, TWO, LATE, PLAIN]
    result = grouped(lead, case, at_once)
    pictures, _, cameras, series = result.totals()
    assert (pictures, cameras, series) == (4, 1, 1)
    assert [row[:1] + row[2:] for row in result.cameras(9)] == [(CAMERA, 3, "EX1")]
    ((_, model, count, first, last, _),) = result.series(9)
    assert (model, count, first[-8:], last[-8:]) == ("Maker Model 1", 2, "10:01:00", "10:09:00")
    assert LogLine.objects.filter(action="pictures.grouped", case_id=case.pk).count() == 1


def test_cameras_and_places_become_sightings_once(exhibit, case, lead, at_once, client) -> None:
    for _ in range(2):
        grouped(lead, case, at_once)
    seen = Sighting.objects.filter(kind__in=["camera", "geo"])
    assert sorted((each.kind, each.value, each.path) for each in seen.filter(kind="camera")) == [
        ("camera", CAMERA, ONE), ("camera", CAMERA, TWO), ("camera", CAMERA, LATE),
    ]  # fmt: skip
    assert {each.value for each in seen.filter(kind="geo")} == {"geo:-1.286,36.817"}
    page = client.get(f"/matches/case/{case.pk}/unknown/").content.decode()
    key = seen.filter(kind="camera")[0].value_key
    assert f"/sightings/case/{case.pk}/value/{key}/" in page
    assert CAMERA in client.get(f"/sightings/case/{case.pk}/value/{key}/").content.decode()


def test_the_page_before_and_after(exhibit, case, client, at_once) -> None:
    address = f"/matches/case/{case.pk}/unknown/"
    assert "Not grouped yet" in client.get(address).content.decode()
    with at_once():
        assert client.post(address + "group/").status_code == 302
    page = client.get(address).content.decode()
    assert "Same camera" in page
    assert "Taken in one go" in page
    assert "inferred" in page
    assert "known.jpg" not in page
    picture = client.get(f"/matches/unknown/{exhibit.pk}/picture.png?path=1")
    assert (picture.status_code, picture["Cache-Control"]) == (200, "no-store")


def test_nothing_without_a_scan_or_outside_the_authorisation(case, lead, client, exhibit, at_once) -> None:
    grouped(lead, case, at_once)
    Authorisation.objects.update(valid_to=date(2026, 1, 2))
    page = client.get(f"/matches/case/{case.pk}/unknown/").content.decode()
    assert "one.jpg" not in page
    assert client.get(f"/matches/unknown/{exhibit.pk}/picture.png?path=1").status_code == 404
    assert list(unknown_pictures(case)) == []
    with pytest.raises(ItemClosed):
        reveal_item(actor=lead, exhibit=exhibit, path=ONE, reason="r")


def test_a_case_without_a_scan_has_nothing_to_group(case, lead, in_agency, home) -> None:
    with pytest.raises(NothingToGroup):
        group_unknown(actor=lead, case=case)


def test_a_reveal_has_a_reason_and_stands_in_the_ledger(exhibit, lead, client, second, signed_in) -> None:
    with pytest.raises(RevealNeedsReason):
        reveal_item(actor=lead, exhibit=exhibit, path=ONE, reason=" ")
    assert not Item.objects.filter(path=ONE).exists()
    blurred = client.get(f"/matches/unknown/{exhibit.pk}/picture.png?path=1").content
    fields = {"path": ONE, "reason": "is it the same room"}
    shown = client.post(f"/matches/unknown/{exhibit.pk}/reveal/", fields)
    exposure = Exposure.objects.get()
    assert (exposure.person, exposure.item.path, exposure.match) == (lead, ONE, None)
    assert "Shown to you" in client.get(shown["Location"]).content.decode()
    address = f"/matches/unknown/{exhibit.pk}/picture.png?path=1&shown={exposure.pk}"
    assert client.get(address).content != blurred
    assert signed_in(second).get(address).content == blurred
    assert "is it the same room" in client.get("/matches/exposures/").content.decode()
    assert LogLine.objects.filter(action="match.revealed", line__contains="is it the same room").exists()


def test_restricted_pictures_are_left_out(exhibit, case, lead, client, at_once) -> None:
    from amparo.web.exhibits.actions import mark_restricted

    mark_restricted(actor=lead, item=item_row(exhibit, ONE), why="abuse material")
    assert sorted(each.path for each in unknown_pictures(case)) == [TWO, LATE, PLAIN]
    assert client.get(f"/matches/unknown/{exhibit.pk}/picture.png?path=1").status_code == 404


def test_strangers_see_nothing_and_analysts_do_not_start_it(exhibit, case, person, second, signed_in) -> None:
    stranger = signed_in(person("investigator"))
    for page in (f"/matches/case/{case.pk}/unknown/", f"/matches/unknown/{exhibit.pk}/?path=1"):
        assert stranger.get(page).status_code == 404
    assert signed_in(second).post(f"/matches/case/{case.pk}/unknown/group/").status_code == 403
    assert signed_in(second).get(f"/matches/case/{case.pk}/unknown/").status_code == 200
