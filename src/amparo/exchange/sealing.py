"""Seal a bundle or a folder for one partner: zip, sign, encrypt. Streams; needs disk for one zip."""

import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import pyrage

from amparo.base import NotCanonical, canonical, iso_ms
from amparo.bundle import verify
from amparo.bundle.bag import TAG_MANIFEST
from amparo.bundle.names import danger
from amparo.custody import SigningKey
from amparo.exchange.envelope import CHUNK, DOMAIN, MAX_HEAD, VERSION, referral_id, signed_part
from amparo.exchange.errors import ContentRefused, PlaceTaken
from amparo.exchange.identities import parse_recipient

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # no file times leave the agency


class ReferralReport(NamedTuple):
    """`digest`: SHA-256 of the sealed file (for the receipt); `id`: the referral's own, the same for the receiver."""

    path: Path
    digest: str
    id: str
    size: int


def seal_referral(
    content: Path, out: Path, *, sender: SigningKey, recipient_age: str, meta: Mapping[str, Any], at: datetime
) -> ReferralReport:
    """Seal the folder `content` (a bundle, or any folder of plain files) into the new file `out`.

    `recipient_age`: the partner's age1… key. `meta`: canonical JSON values the partner reads first (case, purpose,
    conditions of use). A bundle must verify. Raises ContentRefused, NotAnIdentity, PlaceTaken.
    """
    recipient = parse_recipient(recipient_age)
    if out.exists():
        raise PlaceTaken(path=out)
    if (content / TAG_MANIFEST).exists() and not (report := verify(content)).ok:
        raise ContentRefused(why=report.sentence)
    with tempfile.TemporaryFile(dir=out.parent) as packed:
        _zip(content, packed)
        head = _head(packed, sender, str(recipient), meta, at)
        line = canonical(head).encode() + b"\n"
        if len(line) > MAX_HEAD:
            raise ContentRefused(why="its description is longer than 1 MB")
        _encrypt(_Joined(line, packed), out, recipient)
    with out.open("rb") as sealed:
        digest = file_digest(sealed, "sha256").hexdigest()
    return ReferralReport(out, digest, referral_id(head), out.stat().st_size)


def _zip(folder: Path, target: IO[bytes]) -> None:
    if not folder.is_dir():
        raise ContentRefused(why="it is not a folder")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ContentRefused(why=f"{path.name!a} is a link or not a plain file")
            if path.is_file():
                _add(archive, path, path.relative_to(folder).as_posix())


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    why = danger(name)
    if why is not None:
        raise ContentRefused(why=f"{name!a} is {why}")
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100600 << 16
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
        while piece := source.read(CHUNK):
            member.write(piece)


def _head(
    packed: IO[bytes], sender: SigningKey, recipient: str, meta: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    size = packed.seek(0, 2)
    packed.seek(0)
    head = {
        "v": VERSION,
        "at": iso_ms(at),
        "sender": sender.public.hex(),
        "key_id": sender.id,
        "recipient": recipient,
        "meta": dict(meta),
        "sha256": file_digest(packed, "sha256").hexdigest(),  # type: ignore[arg-type]  # a real file underneath
        "size": size,
    }
    packed.seek(0)
    try:
        return {**head, "signature": sender.sign(DOMAIN, signed_part(head)).hex()}
    except NotCanonical as error:
        raise ContentRefused(why=str(error.facts["why"])) from error


class _Joined:
    """Reads the head, then the zip, as one stream for age."""

    def __init__(self, head: bytes, body: IO[bytes]) -> None:
        self._parts: list[IO[bytes]] = [BytesIO(head), body]

    def read(self, size: int = -1) -> bytes:
        while self._parts:
            piece = self._parts[0].read(size)
            if piece:
                return piece
            self._parts.pop(0)
        return b""


def _encrypt(source: _Joined, out: Path, recipient: pyrage.x25519.Recipient) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("xb") as target:
            pyrage.encrypt_io(source, target, [recipient])
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
