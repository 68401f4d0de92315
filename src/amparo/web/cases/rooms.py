"""Rooms of a case: apps further right say here what a case's page links to, so that `cases` need not know them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from django.utils.functional import Promise

from amparo.web.cases.models import Case


class Room(NamedTuple):
    order: int
    label: str | Promise
    url_name: str  # takes case_id
    permission: str
    count: Callable[[Case], int]


ROOMS: Final[list[Room]] = []


def add_room(order: int, label: str | Promise, url_name: str, permission: str, count: Callable[[Case], int]) -> None:
    """Call it in AppConfig.ready; `count` is the number shown beside the link."""
    if all(each.url_name != url_name for each in ROOMS):
        ROOMS.append(Room(order, label, url_name, permission, count))
        ROOMS.sort(key=lambda each: each.order)
