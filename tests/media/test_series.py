"""Series by hand: one camera, one pause, one place."""

import pytest

from amparo.media.hashes import CameraFacts
from amparo.media.series import group_series, shot_of, taken_at


def shot(time: str, *, serial: str = "A1", gps: tuple[float, float] | None = None):
    return shot_of(CameraFacts(make="Maker", model="M", serial=serial, taken=f"2026:03:01 {time}", gps=gps))


def test_by_hand() -> None:
    shots = [
        shot("10:00:00"), shot("12:00:00"), shot("10:20:00"), shot("10:10:00", serial="B2"), shot("10:50:00"), None,
    ]  # fmt: skip
    assert group_series(shots) == [0, None, 0, None, 0, None]


def test_another_place_ends_it() -> None:
    here, near, far = (-1.2864, 36.8172), (-1.2864, 36.8180), (-1.2864, 36.9)
    shots = [
        shot("10:00:00", gps=here),
        shot("10:01:00", gps=near),
        shot("10:02:00", gps=far),
        shot("10:03:00", gps=far),
    ]
    assert group_series(shots) == [0, 0, 2, 2]


def test_nothing_of_nothing() -> None:
    assert group_series([]) == []
    assert group_series([None, None]) == [None, None]


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "", "yesterday", "2026-03-01", "2026:13:01 10:00:00"])
def test_what_is_no_time_places_nothing(text: str) -> None:
    assert taken_at(text) is None
    assert shot_of(CameraFacts(model="M", taken=text)) is None


def test_a_picture_without_camera_is_not_placed() -> None:
    assert shot_of(None) is None
    assert shot_of(CameraFacts(taken="2026:03:01 10:20:30")) is None
