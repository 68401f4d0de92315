"""A stored delivery opened for reading: the archive or report itself, or the folder laid out again under its names.

It is always read from the store, never from the inbox: what is read is what was hashed.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from amparo.base import Blob
from amparo.evidence import Store
from amparo.exchange.tips import read_delivery
from amparo.web.common.home import folder
from amparo.web.exhibits.models import ExhibitFile
from amparo.web.exhibits.storing import store_of
from amparo.web.tips.models import Delivery

_ESCAPED: Final = re.compile(rb"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})")


@contextmanager
def opened(delivery: Delivery) -> Iterator[Iterator[Any]]:
    """Give what `read_delivery` finds; the bytes of its files can be read inside the `with` only."""
    store = store_of(delivery.agency_id)
    first = delivery.stored[0]
    # Only what was stored as a folder is read by its manifest: an upload that looks like one could name other files.
    if first["role"] != ExhibitFile.Role.MANIFEST:
        yield read_delivery(Blob.from_path(store.path(first["sha256"]), delivery.name))
        return
    place = Path(tempfile.mkdtemp(prefix=".tips-", dir=folder("inbox")))
    try:
        _lay_out(store, first["sha256"], place)
        yield read_delivery(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _lay_out(store: Store, manifest: str, place: Path) -> None:
    """Give every file of a stored folder its own name again, without copying its bytes where the disk allows."""
    with store.open(manifest) as lines:
        next(lines)
        for line in lines:
            entry = json.loads(line)
            if "sha256" in entry:
                _put(store.path(entry["sha256"]), os.path.join(os.fsencode(place), _raw_name(entry["name"])))  # noqa: PTH118


def _put(stored: Path, target: bytes) -> None:
    Path(os.fsdecode(target)).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.link(stored, target)
    except OSError:
        # Another disk, or one without hard links.
        shutil.copyfile(os.fsencode(stored), target)


def _raw_name(name: str) -> bytes:
    """The bytes that a forensic path was made of; steps that lead out of the folder lead nowhere."""
    parts = (_ESCAPED.sub(_sign, part) for part in name.encode().split(b"/"))
    return b"/".join(part for part in parts if part not in {b"", b".", b".."} and not {0, 47} & set(part))


def _sign(match: "re.Match[bytes]") -> bytes:
    one, four = match.groups()
    return bytes.fromhex(one.decode()) if one else chr(int(four, 16)).encode("utf-8", "surrogatepass")
