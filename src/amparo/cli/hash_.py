"""`amparo hash`: every digest of every file, read once."""

from dataclasses import asdict
from pathlib import Path

import click

from amparo.base import Blob, Skipped
from amparo.cli.files import blobs
from amparo.cli.teller import Teller, telling

PATH = click.Path(path_type=Path)


@click.command("hash", short_help="Digests of files: MD5, SHA-1, SHA-256, PDQ.")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@telling
def hash_(teller: Teller, paths: tuple[Path, ...]) -> None:
    """Print size, MD5, SHA-1, SHA-256 and, for pictures, PDQ with its quality, of every file in PATHS.

    A picture is decoded in a separate process with limits. A file that is no picture has no PDQ, and that is no fault.

        amparo hash photos/ --json
    """
    with teller.progress("hashing") as progress:
        for number, blob in enumerate(blobs(paths), 1):
            if isinstance(blob, Skipped):
                teller.skip(blob)
            else:
                _tell(teller, blob)
            progress(number, None, "files")


def _tell(teller: Teller, blob: Blob) -> None:
    from amparo.media import BlobUnreadable, hash_blob

    try:
        hashes = hash_blob(blob)
    except BlobUnreadable as error:
        teller.skip(Skipped(blob.name, "unreadable", str(error.facts["why"])))
        return
    if hashes.skipped:
        teller.skipped.add(hashes.skipped)  # said in the row itself
    row = {
        "name": blob.name,
        "size": hashes.size,
        "md5": hashes.md5,
        "sha1": hashes.sha1,
        "sha256": hashes.sha256,
        "pdq": hashes.pdq.hex if hashes.pdq else None,
        "quality": hashes.pdq.quality if hashes.pdq else None,
        "notes": list(hashes.pdq.notes) if hashes.pdq else [],
        "camera": asdict(hashes.camera) if hashes.camera else None,
        "no_pdq": hashes.skipped.reason if hashes.skipped else None,
    }
    pdq = f"  pdq {hashes.pdq.hex} ({hashes.pdq.quality})" if hashes.pdq else ""
    reason = f"  no pdq: {hashes.skipped.reason}" if hashes.skipped else ""
    teller.row(row, f"{hashes.sha256}  {blob.name}{pdq}{reason}")
