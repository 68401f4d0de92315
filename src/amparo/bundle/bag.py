"""BagIt 1.0 (RFC 8493): the manifests, and the signed statement over the tag manifest."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from amparo.base import canonical, iso_ms
from amparo.bundle.content import BundleContent, KeyFacts
from amparo.custody import SigningKey

BAGIT: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
SIGNATURE: Final = "tagmanifest-sha256.txt.sig"
TAG_FILES: Final = (BAGIT, INFO, MANIFEST, "README.txt", "verify.py")
DOMAIN: Final = b"amparo-bundle-v1\0"
CHUNK: Final = 1 << 20


class Digest(NamedTuple):
    size: int
    sha256: str


def digest_file(path: Path) -> Digest:
    """Return size and SHA-256 of a file, read in pieces."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    return Digest(size, digest.hexdigest())


def payload(root: Path) -> Iterator[tuple[str, Digest]]:
    """Yield (path from root, digest) of every file below data/, in order of path."""
    for path in sorted(path for path in (root / "data").rglob("*") if path.is_file()):
        yield path.relative_to(root).as_posix(), digest_file(path)


def write_bag(root: Path, content: BundleContent, at: datetime) -> None:
    """Write bagit.txt, bag-info.txt and both manifests for what stands in `root` (README.txt and verify.py too)."""
    found = list(payload(root))
    octets = sum(digest.size for _, digest in found)
    write(root / BAGIT, "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    info = {
        "Bag-Software-Agent": "Amparo",
        "Bagging-Date": iso_ms(at)[:10],
        "External-Identifier": one_line(content.case_ref),
        "Payload-Oxum": f"{octets}.{len(found)}",
        "Source-Organization": one_line(content.agency),
    }
    write(root / INFO, "".join(f"{label}: {value}\n" for label, value in info.items()))
    write(root / MANIFEST, "".join(f"{digest.sha256}  {path}\n" for path, digest in found))
    tags = [(name, digest_file(root / name)) for name in sorted(TAG_FILES)]
    write(root / TAG_MANIFEST, "".join(f"{digest.sha256}  {name}\n" for name, digest in tags))


def sign_bag(root: Path, signer: SigningKey, facts: KeyFacts, at: datetime) -> str:
    """Write the signed statement about the tag manifest; return the tag manifest's SHA-256.

    All of the statement but the signature is signed, and it has one form only, so no byte of it can change.
    """
    digest = digest_file(root / TAG_MANIFEST).sha256
    statement = {
        "v": 1,
        "alg": "ed25519",
        "key": facts.key,
        "key_id": facts.id,
        "role": facts.role,
        "signed_at": iso_ms(at),
        "tagmanifest_sha256": digest,
    }
    signature = signer.sign(DOMAIN, canonical(statement).encode())
    write(root / SIGNATURE, canonical({**statement, "signature": signature.hex()}) + "\n")
    return digest


def write(path: Path, text: str) -> None:
    """Write a new UTF-8 file with LF line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def one_line(text: str) -> str:
    return " ".join(text.split())
