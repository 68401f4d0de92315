"""Item: one file inside an exhibit, named by its forensic path."""

from dataclasses import dataclass

from amparo.base import Blob, ObservedTime


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be read.

    `path`: forensic path inside the exhibit, permanent, one text for one thing: "p1/docs/a.zip|3|GZIP-0", or
    "@848896" for bytes outside files. `display`: the same with the names people know. `size`: bytes.
    `allocated`: False for deleted entries and space that belongs to no file.
    `remarks`: permanent keys: "unsafe-name", "duplicate-name", "reallocated", "stream".
    """

    path: str
    display: str
    size: int
    blob: Blob
    allocated: bool = True
    modified: ObservedTime | None = None
    accessed: ObservedTime | None = None
    changed: ObservedTime | None = None
    created: ObservedTime | None = None
    remarks: tuple[str, ...] = ()
