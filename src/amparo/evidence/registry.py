"""The forms of exhibits, in the order they are asked; the last one takes any file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from amparo.base import Registry
from amparo.decoders import DECODERS, HEAD
from amparo.evidence.container import Container, ContainerFormat
from amparo.evidence.containers.archive import Archive
from amparo.evidence.containers.deposited import Deposited
from amparo.evidence.containers.ewf import Ewf
from amparo.evidence.containers.folder import Folder
from amparo.evidence.containers.plain import Plain
from amparo.evidence.containers.raw import Raw
from amparo.evidence.errors import CannotOpen

CONTAINERS: Final[Registry[ContainerFormat]] = Registry(
    "container",
    Folder(),
    Ewf(),
    Deposited(),
    *(Archive(DECODERS[name]) for name in ("zip", "tar", "gzip", "bzip2", "xz")),
    Raw(),
    Plain(),
)


def open_container(paths: Path | Sequence[Path], store: Path | None = None) -> Container:
    """Open an exhibit by its signature, never by its name alone.

    `paths`: one file or folder (the further files of an image beside it are found), or all files of one exhibit.
    `store`: root of the write-once store, for deposited folders. Raises CannotOpen, ImageBroken, FormatNotRead.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    if not given:
        raise CannotOpen(name="-", why="no file was given")
    try:
        head = b"" if given[0].is_dir() else _head(given[0])
        for form in CONTAINERS:
            if form.fits(given, head):
                return form.open(given, store)
    except OSError as error:
        raise CannotOpen(name=given[0].name, why=error.strerror or str(error)) from error
    raise CannotOpen(name=given[0].name, why="it is neither a file nor a folder")


def _head(path: Path) -> bytes:
    if not path.is_file():
        path.stat()
        raise CannotOpen(name=path.name, why="it is neither a file nor a folder")
    with path.open("rb") as file:
        return file.read(HEAD)
