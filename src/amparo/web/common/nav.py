"""Navigation of the desk: each app says its entries once, in ready(); the page shows what the person may open."""

from typing import Final, NamedTuple

from django.utils.functional import Promise


class Entry(NamedTuple):
    order: int
    label: str | Promise
    url_name: str
    permission: str


ENTRIES: Final[list[Entry]] = []


def add_entry(order: int, label: str | Promise, url_name: str, permission: str) -> None:
    entry = Entry(order, label, url_name, permission)
    if all(each.url_name != url_name for each in ENTRIES):
        ENTRIES.append(entry)
        ENTRIES.sort(key=lambda each: each.order)
