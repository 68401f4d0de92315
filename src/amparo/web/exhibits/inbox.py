"""The server-side inbox of an agency: the one folder outside the store that a deposit from the desk may read.

What a person chooses is a key, not a name: the folder is listed again and the key looked up, so that no path of
theirs is ever opened. Links are never followed.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

from amparo.base import name_from_bytes
from amparo.web.accounts.models import Agency
from amparo.web.common.home import folder
from amparo.web.exhibits.errors import NotInTheInbox
from amparo.web.exhibits.segments import segments_of


class Entry(NamedTuple):
    """One thing that can be deposited: a folder, a file, or the segments of one image (`paths` in order)."""

    key: str  # 32 hex signs, from the name's bytes
    name: str  # display form
    is_folder: bool
    size: int | None  # bytes; None for a folder, which only reading tells
    paths: tuple[Path, ...]


def inbox_of(agency: Agency) -> Path:
    """The agency's own inbox folder, made if it is missing."""
    path = folder("inbox") / agency.slug
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def entries(agency: Agency) -> list[Entry]:
    """What lies in the inbox, by name. Links, devices and hidden files are not offered."""
    with os.scandir(inbox_of(agency)) as found:
        plain = sorted((each for each in found if _is_plain(each)), key=lambda each: os.fsencode(each.name))
    made = [_entry(each) for each in plain]
    later = {path for entry in made for path in entry.paths[1:]}
    return [entry for entry in made if entry.paths[0] not in later]


def entry_for(agency: Agency, key: str) -> Entry:
    """Return the entry with this key. Raises NotInTheInbox."""
    for entry in entries(agency):
        if entry.key == key:
            return entry
    raise NotInTheInbox(name=key[:32])


def _is_plain(each: "os.DirEntry[str]") -> bool:
    if each.name.startswith(".") or each.is_symlink():
        return False
    return each.is_dir(follow_symlinks=False) or each.is_file(follow_symlinks=False)


def _entry(each: "os.DirEntry[str]") -> Entry:
    raw = os.fsencode(each.name)
    key = hashlib.sha256(raw).hexdigest()[:32]
    path = Path(each.path)
    if each.is_dir(follow_symlinks=False):
        return Entry(key, name_from_bytes(raw), True, None, (path,))
    paths = tuple(path for path in segments_of(path) if stat.S_ISREG(path.lstat().st_mode))
    return Entry(key, name_from_bytes(raw), False, sum(path.lstat().st_size for path in paths), paths)
