"""Bytes that must not leave: pieces of an item and of every picture of it, looked for in all answers of all routes."""

import base64
import io
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Final

from django_scopes import scope
from routes import PLACES, Route, ask, key_for, others_of, probe_of, routes
from unit import WorkedUnit

from amparo.base import Skipped
from amparo.media import preview
from amparo.media.video import video_frames
from amparo.web.exhibits.models import Item
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches.models import Match

ROUTES: Final = routes()
METHODS: Final = ("get", "post")


class Canary:
    """Byte strings that stand in an item's content or in a picture of it, and nowhere else."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.still = first_still(item)
        data = item_blob(item.exhibit, item.path).read(item.size)
        self.marks = [*_pieces(data)]
        for made in _pictures_of(item, data):
            self.marks += _pieces(made)

    def seen_in(self, data: bytes) -> bool:
        return any(mark in data for mark in self.marks) or any(
            mark in part for part in _parts(data) for mark in self.marks
        )


def _pictures_of(item: Item, data: bytes) -> Iterator[bytes]:
    """Every picture that the desk could make of an item: grey or not, blurred or not; of a video its first still."""
    for grey, blur in product((True, False), repeat=2):
        if item.mime.startswith("image/"):
            yield preview(item_blob(item.exhibit, item.path), side=256, grey=grey, blur=blur)
        elif item.mime.startswith("video/"):
            times = [float(first_still(item))]
            made = video_frames(io.BytesIO(data), len(data), "video", times, grey=grey, blur=blur)
            assert not isinstance(made, Skipped)
            yield from made


def _pieces(data: bytes) -> Iterator[bytes]:
    """A piece of `data` as it is, in hexadecimal and in the three alignments of base64."""
    at = len(data) // 2
    piece = data[at : at + 48]
    assert len(piece) >= 12
    yield piece
    yield piece.hex().encode()
    for start in (at, at + 1, at + 2):
        yield base64.b64encode(data[start - start % 3 : start - start % 3 + 48])


def _parts(data: bytes) -> Iterator[bytes]:
    """What is packed in a zip."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def first_still(item: Item) -> str:
    """The time of a video's first still, as its address names it. The item's scope must be active."""
    if not item.mime.startswith("video/"):
        return "0.000"
    return Match.objects.filter(item=item)[0].stills[0]


def leaks(
    unit: WorkedUnit, canaries: list[Canary], wanted: list[Route] = ROUTES, *, to_all: bool = True
) -> Iterator[str]:
    """Each answer of any route to any role, with any object it takes, that holds the material or a picture of it.

    `to_all` False: asked by the one person only who holds every role.
    """
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
        keys = {
            "exhibits.Exhibit": [canary.item.exhibit_id for canary in canaries],
            "matches.Match": list(
                Match.objects.filter(item__in=[each.item for each in canaries]).values_list("pk", flat=True)
            ),
        }
    # The role matrix shows that no role opens more than these do between them.
    people = {"every role": unit.all, "a colleague": unit.second, "a reader": unit.outsiders["judge-defence"]}
    for name, person in list(people.items())[: None if to_all else 1]:
        client = unit.client(person)
        for route in wanted:
            if route.name not in PLACES:
                continue
            for key in keys.get(route.place.takes, [key_for(unit, route)]):
                for canary in canaries if route.place.takes == "exhibits.Exhibit" else canaries[:1]:
                    asked = {
                        **data,
                        "path": canary.item.path,
                        "shown": str(unit.exposure.pk),
                        "at": first_still(canary.item),
                    }
                    for method in METHODS:
                        if route.name == "matches:picture" and person == unit.all and key == unit.exposure.match_id:
                            continue  # the reveal: the one way to see it, recorded
                        answer = ask(client, method, route.path(others, key), asked)
                        for each in canaries:
                            if each.seen_in(answer.body):
                                yield f"{method} {route.name} to {name} holds {each.item}"
