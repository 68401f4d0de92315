"""Ed25519 keys (RFC 8032): one key a file, signatures bound to a domain so that none can be used elsewhere."""

import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from amparo.custody.errors import BadKey, LooseKeyFile


def key_id(public: bytes) -> str:
    """First 16 hex signs of the SHA-256 of the 32 raw bytes of a public key: what people compare."""
    return hashlib.sha256(public).hexdigest()[:16]


def verify(public: bytes, domain: bytes, data: bytes, signature: bytes) -> bool:
    """Return whether `signature` (64 bytes) is `public`'s over `domain` + `data`. Raises BadKey."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
    except ValueError as error:
        raise BadKey(why="a public key has 32 bytes") from error
    try:
        key.verify(signature, domain + data)
    except InvalidSignature:
        return False
    return True


class SigningKey:
    """A private key. It never leaves this object except by `save`, and is not shown by repr."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"

    @property
    def id(self) -> str:
        return key_id(self.public)

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Return the key of 32 secret bytes (for exercises, whose keys follow from their seed). Raises BadKey."""
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError as error:
            raise BadKey(why="a seed has 32 bytes") from error

    def sign(self, domain: bytes, data: bytes) -> bytes:
        """Return 64 bytes. `domain` ends with NUL and names what is signed ("amparo-checkpoint-v1\\0")."""
        return self._private.sign(domain + data)

    def save(self, path: Path) -> None:
        """Write a new file (PEM, PKCS 8) that only its owner can read. Raises FileExistsError: never overwrites."""
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read a key that `save` wrote. Raises BadKey, or LooseKeyFile if others can read the file."""
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise LooseKeyFile(path=path, mode=f"{mode:04o}")
        try:
            private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise BadKey(why=f"{path.name} is damaged or encrypted") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise BadKey(why=f"{path.name} holds a key of another kind")
        return cls(private)
