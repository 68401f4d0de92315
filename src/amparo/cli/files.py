"""Files named on the command line: folders are walked in a fixed order, links are never followed."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from amparo.base import Blob, OutsideWorld, Skipped
from amparo.cli.teller import display


def blobs(paths: Iterable[Path]) -> Iterator[Blob | Skipped]:
    """Give each file below `paths`. A path that is not there raises OutsideWorld; what is no file is skipped."""
    for path in paths:
        if not path.exists():
            raise OutsideWorld(what=f"{display(path)} is not there")
        yield from _below(path)


def _below(path: Path) -> Iterator[Blob | Skipped]:
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if child.is_symlink():
                yield Skipped(display(child), "link")
            else:
                yield from _below(child)
    elif path.is_file():
        try:
            yield Blob.from_path(path, display(path))
        except OSError as error:
            yield Skipped(display(path), "unreadable", error.strerror or "")
    else:
        yield Skipped(display(path), "not-a-file")
