"""Keyed hashes: columns that find equal values again without telling what they are.

BLAKE2b, 16 bytes, under a key drawn from the installation's index key for each agency; `person` is the purpose,
so that columns and agencies cannot be joined. Limit: whoever also holds the index key can test guesses.
"""

import hashlib
from typing import Final
from uuid import UUID

#: The closed set of purposes; BLAKE2b's `person` holds 16 bytes.
PURPOSES: Final = frozenset(
    {"code", "nonce", "url", "host", "handle", "phone", "wallet", "iban", "hash", "mail", "ip", "device", "report"}
)
SIZE: Final = 16


class Hasher:
    """Makes one agency's keyed hashes."""

    def __init__(self, index_key: bytes, agency_id: UUID) -> None:
        self._key = hashlib.blake2b(agency_id.bytes, key=index_key, person=b"amparo-agency", digest_size=32).digest()

    def __call__(self, purpose: str, value: str | bytes) -> str:
        """Return 32 hex signs for an already normalised value."""
        if purpose not in PURPOSES:
            raise ValueError(f"{purpose!r} is not a purpose of a keyed hash")
        data = value.encode() if isinstance(value, str) else value
        return hashlib.blake2b(data, key=self._key, person=purpose.encode(), digest_size=SIZE).hexdigest()

    def of_code(self, code: str) -> str:
        """Return the look-up hash of a receipt code: of its plain hash, so that a kiosk needs no key."""
        return self("code", hashlib.blake2b(code.encode(), person=b"amparo-code", digest_size=32).digest())
