"""Open a referral: decrypt, check who signed it and for whom, check every byte, then unpack within bounds.

Nothing stands at the target folder until all checks have passed.
"""

import hashlib
import json
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import pyrage

from amparo.base import NotCanonical, canonical
from amparo.bundle import VerifyReport, verify
from amparo.bundle.bag import TAG_MANIFEST
from amparo.bundle.names import collision_key, danger
from amparo.custody import key_id
from amparo.custody import verify as signature_holds
from amparo.exchange.envelope import CHUNK, DOMAIN, FIELDS, MAX_HEAD, VERSION, referral_id, signed_part
from amparo.exchange.errors import (
    AlteredReferral,
    NotForUs,
    PlaceTaken,
    ReferralTooLarge,
    ReplayedReferral,
    UnknownSender,
)
from amparo.exchange.identities import parse_secret

MAX_BYTES: Final = 64 << 30
MAX_FILES: Final = 100_000
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral that was taken in. Remember `id`: pass it in `seen` next time.

    `key_id`: the partner's signing key. `folder`: where the files stand now. `bundle`: the result of its check if the
    content is a bundle (always good, or it would have been refused), None for other folders.
    """

    id: str
    key_id: str
    at: str
    meta: Mapping[str, Any]
    folder: Path
    files: tuple[str, ...]
    bundle: VerifyReport | None


def open_referral(
    path: Path,
    out: Path,
    *,
    identity: str,
    known_senders: Mapping[str, bytes],
    seen: Container[str] = (),
    max_bytes: int = MAX_BYTES,
) -> Referral:
    """Open the sealed file `path` into the new folder `out`.

    `identity`: our AGE-SECRET-KEY-1…; `known_senders`: key id -> public key (32 bytes) of our partners, an empty one
    knows nobody; `seen`: ids of referrals taken in before. Raises NotForUs, AlteredReferral, UnknownSender,
    ReplayedReferral, ReferralTooLarge, NotAnIdentity, PlaceTaken.
    """
    secret = parse_secret(identity)
    if out.exists():
        raise PlaceTaken(path=out)
    with tempfile.TemporaryFile(dir=out.parent) as opened:
        _decrypt(path, opened, secret, max_bytes)
        head, start = _read_head(opened)
        _check_sender(head, known_senders)
        if head["recipient"] != str(secret.to_public()):
            raise AlteredReferral(why="it was signed for another agency")
        mark = referral_id(head)
        if mark in seen:
            raise ReplayedReferral(digest=mark)
        _check_body(opened, start, head)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            files = _unpack(opened, start, work, max_bytes)
            bundle = _check_bundle(work)
            work.rename(out)
        except BaseException:
            shutil.rmtree(work)
            raise
    return Referral(mark, head["key_id"], head["at"], head["meta"], out, files, bundle)


class _Bounded:
    """A writer that stops a decryption at `limit` bytes."""

    def __init__(self, target: IO[bytes], limit: int) -> None:
        self._target, self._left, self._limit = target, limit, limit

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise ReferralTooLarge(limit=self._limit, files=MAX_FILES)
        return self._target.write(data)

    def flush(self) -> None:
        self._target.flush()


def _decrypt(path: Path, target: IO[bytes], secret: pyrage.x25519.Identity, max_bytes: int) -> None:
    with path.open("rb") as sealed:
        try:
            pyrage.decrypt_io(sealed, _Bounded(target, max_bytes + MAX_HEAD), [secret])
        except pyrage.DecryptError as error:
            raise NotForUs from error
        except OSError as error:
            if error.errno is not None:  # a full or failing disk, not the file's fault
                raise
            raise AlteredReferral(why="it does not decrypt to its end") from error
    target.seek(0)


def _read_head(opened: IO[bytes]) -> tuple[dict[str, Any], int]:
    """Return the signed line, of known form, and where the zip begins."""
    line = opened.readline(MAX_HEAD + 1)
    try:
        head = json.loads(line)
        whole = isinstance(head, dict) and canonical(head).encode() + b"\n" == line and head.keys() == FIELDS
    except (ValueError, RecursionError, NotCanonical):
        whole = False
    if not whole:
        raise AlteredReferral(why="its description has no known form")
    texts = ("at", "sender", "key_id", "recipient", "sha256", "signature")
    kinds = [type(head[name]) is str for name in texts]
    kinds += [type(head["v"]) is int, head["v"] == VERSION, type(head["size"]) is int, isinstance(head["meta"], dict)]
    if not all(kinds):
        raise AlteredReferral(why="its description has no known form")
    return head, len(line)


def _check_sender(head: Mapping[str, Any], known_senders: Mapping[str, bytes]) -> None:
    public = known_senders.get(head["key_id"])
    if public is None or public.hex() != head["sender"] or key_id(public) != head["key_id"]:
        raise UnknownSender(key_id=ascii(head["key_id"][:64]))
    try:
        signature = bytes.fromhex(head["signature"])
    except ValueError as error:
        raise AlteredReferral(why="its signature does not hold") from error
    if not signature_holds(public, DOMAIN, signed_part(head), signature):
        raise AlteredReferral(why="its signature does not hold")


def _check_body(opened: IO[bytes], start: int, head: Mapping[str, Any]) -> None:
    opened.seek(start)
    digest, size = hashlib.sha256(), 0
    while piece := opened.read(CHUNK):
        digest.update(piece)
        size += len(piece)
    if (digest.hexdigest(), size) != (head["sha256"], head["size"]):
        raise AlteredReferral(why="its content is not what was signed")


class _Tail:
    """The part of a file from `start` on, as the whole file that zipfile asks for."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file, self._start = file, start
        file.seek(start)

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset + self._start if whence == 0 else offset, whence) - self._start


def _unpack(opened: IO[bytes], start: int, folder: Path, max_bytes: int) -> tuple[str, ...]:
    """Write every member as a plain new file below `folder`. The sender is known, but not trusted with our disk."""
    try:
        with zipfile.ZipFile(_Tail(opened, start)) as archive:
            members = archive.infolist()
            _check_members(members, max_bytes)
            left = max_bytes
            for info in members:
                left -= _write(archive, info, folder, left)
            return tuple(sorted(info.filename for info in members))
    except BROKEN as error:
        raise AlteredReferral(why="its zip is broken") from error


def _check_members(members: list[zipfile.ZipInfo], max_bytes: int) -> None:
    if len(members) > MAX_FILES or sum(info.file_size for info in members) > max_bytes:
        raise ReferralTooLarge(limit=max_bytes, files=MAX_FILES)
    seen: set[str] = set()
    for info in members:
        kind = stat.S_IFMT(info.external_attr >> 16)
        key = collision_key(info.filename)
        if danger(info.filename) or kind not in (0, stat.S_IFREG) or info.flag_bits & 1 or key in seen:
            raise AlteredReferral(why=f"its file {info.filename!a} may not be unpacked")
        seen.add(key)


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, left: int) -> int:
    target = folder / info.filename
    size = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, target.open("xb") as file:
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > left:  # more than its own entry says
                    raise ReferralTooLarge(limit=left, files=MAX_FILES)
                file.write(piece)
    except (FileExistsError, NotADirectoryError) as error:  # one name is a folder of another
        raise AlteredReferral(why=f"its file {info.filename!a} may not be unpacked") from error
    return size


def _check_bundle(folder: Path) -> VerifyReport | None:
    if not (folder / TAG_MANIFEST).exists():
        return None
    report = verify(folder)
    if not report.ok:
        raise AlteredReferral(why=report.sentence)
    return report
