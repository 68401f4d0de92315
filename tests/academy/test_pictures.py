"""Made-up pictures: always the same, far apart from each other, near to their own copies."""

from io import BytesIO
from itertools import combinations

import numpy as np
import pdqhash
import pytest
from PIL import Image

from amparo.academy.worlds.dice import Dice
from amparo.academy.worlds.exhibits import KNOWN, NEAR, Photo, make_photos
from amparo.academy.worlds.pictures import jpeg, landscape


def bits(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return pdqhash.compute(np.asarray(Image.open(BytesIO(data)).convert("RGB")))[0]


@pytest.fixture(scope="module")
def photos() -> tuple[Photo, ...]:
    return make_photos(Dice(1, "photos"))


def test_same_dice_same_bytes() -> None:
    assert jpeg(landscape(Dice(4))) == jpeg(landscape(Dice(4))) != jpeg(landscape(Dice(5)))


def test_known_and_near_are_what_they_claim(photos: tuple[Photo, ...]) -> None:
    assert sum(photo.state == "known" for photo in photos) == KNOWN
    near = [photo for photo in photos if photo.state == "near"]
    assert len(near) == NEAR
    for photo in near:
        assert photo.here
        assert photo.listed
        assert photo.here != photo.listed
        assert (bits(photo.here) != bits(photo.listed)).sum() <= 31


def test_different_pictures_lie_far_apart(photos: tuple[Photo, ...]) -> None:
    hashes = [bits(photo.listed or photo.here or b"") for photo in photos]
    assert min((one != other).sum() for one, other in combinations(hashes, 2)) > 40


def test_no_metadata(photos: tuple[Photo, ...]) -> None:
    for photo in photos:
        if photo.here:
            assert not Image.open(BytesIO(photo.here)).getexif()
