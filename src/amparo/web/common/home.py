"""AMPARO_HOME: the one folder an installation lives in, and what lies where inside it."""

import os
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

#: Folders made by `amparo init`; keys/ is 0700 and its files 0600.
FOLDERS: Final = ("keys", "store", "index", "ledger", "catalogues", "inbox", "bundles", "referrals", "logs")


def home() -> Path:
    """Return the installation's folder: AMPARO_HOME, or ./var/home."""
    return Path(os.environ.get("AMPARO_HOME", "var/home")).absolute()


def folder(name: str) -> Path:
    """Return one of FOLDERS inside the home, made if it is missing."""
    if name not in FOLDERS:
        raise ValueError(f"{name!r} is not a folder of an installation")
    path = home() / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def config() -> dict[str, Any]:
    """Return config.toml, or an empty table before `amparo init`."""
    path = home() / "config.toml"
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        return tomllib.load(stream)


def write_secret(path: Path, data: bytes) -> None:
    """Write a key file that only this user can read; it appears whole, and an existing one is never replaced.

    Raises FileExistsError if it is there already.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(partial, path)
    finally:
        Path(partial).unlink()


def secret(name: str, size: int = 32) -> bytes:
    """Return keys/`name`, drawn once from the system's random source."""
    path = folder("keys") / name
    if not path.exists():
        # Portal, desk and worker start together: whoever is first draws the key, all read the same.
        with suppress(FileExistsError):
            write_secret(path, os.urandom(size))
    return path.read_bytes()
