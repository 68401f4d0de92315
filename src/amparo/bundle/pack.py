"""One file instead of a folder: a plain zip, the same bytes for the same bundle."""

import zipfile
from pathlib import Path
from typing import Final

from amparo.bundle.bag import CHUNK
from amparo.bundle.errors import NotABundle, PlaceTaken
from amparo.bundle.verification import verify

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can say; times of copying prove nothing


def pack(bundle: Path, out: Path | None = None) -> Path:
    """Write `bundle` (a folder) as a zip and return its path, beside the folder unless `out` is given.

    Raises NotABundle if the bundle does not verify, PlaceTaken.
    """
    target = out if out is not None else bundle.with_name(f"{bundle.name}.zip")
    if target.exists():
        raise PlaceTaken(path=target)
    report = verify(bundle)
    if not report.ok:
        raise NotABundle(path=bundle, why=report.sentence)
    part = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            _add(archive, path, f"{bundle.name}/{path.relative_to(bundle).as_posix()}")
    part.rename(target)
    return target


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            target.write(piece)
