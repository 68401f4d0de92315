"""Sealing: how a report's words are kept so that a stolen disk tells nothing of them.

Each report has a random key K. Every part and message is padded to the next 1 KiB and encrypted under K by
XChaCha20-Poly1305 with the report's id, the part's kind and the schema version as associated data, so that a
swapped row does not open. K itself exists only in copies: sealed to the agency's and to the recovery key
(X25519 sealed boxes), and one under the reporter's receipt code. Pure functions, no database.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from nacl import pwhash
from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead, SecretBox

from amparo.base import AmparoError, gettext_noop

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
STEP: Final = 1024


class DoesNotOpen(AmparoError):
    code = "W401"
    sentence = gettext_noop("A sealed text does not open: it was changed, moved, or sealed to another key.")
    advice = gettext_noop("Nothing was shown. Tell your administrator; the backup may hold the text unchanged.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed text belongs; opening it anywhere else fails. `kind`: answers, contact, message:ID, …"""

    report_id: UUID
    kind: str
    schema_version: int

    def associated_data(self) -> bytes:
        return b"amparo-part\x00" + self.report_id.bytes + self.kind.encode() + b"\x00%d" % self.schema_version


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal_part(key: bytes, text: bytes, place: Place) -> bytes:
    """Return nonce + ciphertext + tag of the padded text. Never compressed: sizes tell only KiB steps."""
    return bytes(Aead(key).encrypt(sodium_pad(text, STEP), place.associated_data()))


def open_part(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Return the text sealed at `place`. Raises DoesNotOpen."""
    try:
        return sodium_unpad(Aead(key).decrypt(bytes(sealed), place.associated_data()), STEP)
    except (CryptoError, ValueError) as error:
        raise DoesNotOpen from error


def size_class(text: bytes) -> int:
    """Return the KiB steps a text takes when sealed, at least 1."""
    return len(text) // STEP + 1


# --- copies of K for key holders ---------------------------------------------------------------------------


def new_pair() -> tuple[bytes, bytes]:
    """Return (private, public), 32 bytes each (X25519)."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


def public_of(private: bytes) -> bytes:
    return bytes(PrivateKey(private).public_key)


def seal_to(public: bytes, owner: UUID, secret: bytes) -> bytes:
    """Seal `owner`'s id and a secret to a public key: 96 bytes for a 32-byte secret."""
    return bytes(SealedBox(PublicKey(public)).encrypt(owner.bytes + secret))


def open_sealed(private: bytes, owner: UUID, sealed: bytes) -> bytes:
    """Return the secret sealed by `seal_to` for this owner. Raises DoesNotOpen, also for another owner's copy."""
    try:
        opened = SealedBox(PrivateKey(private)).decrypt(bytes(sealed))
    except CryptoError as error:
        raise DoesNotOpen from error
    if opened[:16] != owner.bytes:
        raise DoesNotOpen
    return opened[16:]


# --- copies under something a person knows -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kdf:
    """How a wrapping key is drawn from a code or passphrase; its text form is stored beside each copy."""

    name: str  # "argon2id" or "fast" (BLAKE2b, for a code's 100 random bits when no ready wrap was left)
    memory: int = 0  # bytes
    passes: int = 0

    def __str__(self) -> str:
        return f"{self.name}${self.memory}${self.passes}"

    @classmethod
    def parse(cls, text: str) -> "Kdf":
        name, memory, passes = text.split("$")
        return cls(name, int(memory), int(passes))

    def derive(self, secret: str, salt: bytes) -> bytes:
        """Return the 32-byte wrapping key. Argon2id: RFC 9106; 64 MiB and 2 passes take about 0.1 s."""
        data = secret.encode()
        if self.name == "fast":
            return hashlib.blake2b(data, salt=salt, person=b"amparo-fast", digest_size=KEY_BYTES).digest()
        return pwhash.argon2id.kdf(KEY_BYTES, data, salt, opslimit=self.passes, memlimit=self.memory)


FAST: Final = Kdf("fast")
CODE_KDF: Final = Kdf("argon2id", 64 * 1024**2, 2)
STAFF_KDF: Final = Kdf("argon2id", 256 * 1024**2, 2)


def wrap(wrapping_key: bytes, owner: UUID, secret: bytes) -> bytes:
    """Return a secret under a wrapping key, bound to its owner: 72 bytes for 32."""
    return bytes(Aead(wrapping_key).encrypt(secret, b"amparo-wrap\x00" + owner.bytes))


def unwrap(wrapping_key: bytes, owner: UUID, wrapped: bytes) -> bytes:
    """Return the secret. Raises DoesNotOpen for a wrong key, another owner or a changed copy."""
    try:
        return Aead(wrapping_key).decrypt(bytes(wrapped), b"amparo-wrap\x00" + owner.bytes)
    except CryptoError as error:
        raise DoesNotOpen from error


def box(key: bytes, data: bytes) -> bytes:
    """Encrypt without associated data: form tokens and reading rooms."""
    return bytes(SecretBox(key).encrypt(data))


def unbox(key: bytes, boxed: bytes) -> bytes:
    """Return what `box` took. Raises DoesNotOpen."""
    try:
        return SecretBox(key).decrypt(boxed)
    except (CryptoError, ValueError) as error:
        raise DoesNotOpen from error
