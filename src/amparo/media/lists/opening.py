"""Batches opened again into entries, for those who want to look at each."""

import json
from collections.abc import Iterator

from amparo.media.lists.entry import Entry, EntryBatch


def opened(each: Entry | EntryBatch) -> Iterator[Entry]:
    """Yield the entry itself, or those of the batch from their stored lines."""
    if isinstance(each, Entry):
        yield each
        return
    for line in each.lines.splitlines():
        value = json.loads(line)
        plain = value["row"], value["digests"], value["label"], value["purpose"], dict(value["extra"])
        yield Entry(*plain, value.get("source"), value.get("status", "active"))
