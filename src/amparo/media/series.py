"""Pictures taken in one go: by the same camera, one soon after the other, or at the same place on the same day.

All of it rests on what the files say of themselves, which anybody can write: a hint for people, never proof.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from amparo.media.hashes import CameraFacts

#: A longer pause ends a series.
PAUSE: Final = timedelta(minutes=30)
#: Degrees of latitude or longitude, about 200 metres at the equator: farther apart ends a series.
NEARBY: Final = 0.002
_NEVER: Final = datetime(1, 1, 1)  # noqa: DTZ001 - EXIF states no zone


class Shot(NamedTuple):
    """`camera`: what tells cameras apart (serial, or maker and model), `taken`: as its clock said, without a zone."""

    camera: str
    taken: datetime
    gps: tuple[float, float] | None


def shot_of(facts: CameraFacts | None) -> Shot | None:
    """What is needed to place a picture in a series; None if the file does not say enough."""
    if facts is None or facts.taken is None or not (facts.serial or facts.model):
        return None
    taken = taken_at(facts.taken)
    if taken is None:
        return None
    camera = "\0".join(each or "" for each in (facts.make, facts.model, facts.serial))
    return Shot(camera, taken, facts.gps)


def taken_at(text: str) -> datetime | None:
    """EXIF's "2026:03:01 10:20:30" as a time without zone, which EXIF does not have; None for zeros and nonsense."""
    try:
        return datetime.strptime(text.strip()[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - EXIF states no zone
    except ValueError:
        return None


def group_series(shots: Sequence[Shot | None]) -> list[int | None]:
    """Return for each shot the number of the first shot of its series, None for one that is alone or not placed."""
    order = sorted(
        (number for number, each in enumerate(shots) if each), key=lambda number: _place(shots[number], number)
    )
    found: list[int | None] = [None] * len(shots)
    run: list[int] = []
    for number in order:
        if run and not _follows(shots[run[-1]], shots[number]):
            _close(run, found)
            run = []
        run.append(number)
    _close(run, found)
    return found


def _place(shot: Shot | None, number: int) -> tuple[str, datetime, int]:
    """Cameras one after the other, each in the order of its clock."""
    return (shot.camera, shot.taken, number) if shot else ("", _NEVER, number)


def _follows(one: Shot | None, two: Shot | None) -> bool:
    if one is None or two is None or one.camera != two.camera or two.taken - one.taken > PAUSE:
        return False
    if one.gps is None or two.gps is None:
        return True
    return all(abs(a - b) <= NEARBY for a, b in zip(one.gps, two.gps, strict=True))


def _close(run: list[int], found: list[int | None]) -> None:
    if len(run) > 1:
        for number in run:
            found[number] = min(run)
