"""The form of a referral. Outside: one age file. Inside: one line of signed canonical JSON, LF, one zip.

The signed line names the recipient too, so that whoever opens a referral cannot seal it anew to a third agency as if
the sender had done so. `id`, the SHA-256 of the signed part, is what a receiver remembers against replays.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from amparo.base import canonical

VERSION: Final = 1
DOMAIN: Final = b"amparo-referral-v1\0"
FIELDS: Final = frozenset(["v", "at", "sender", "key_id", "recipient", "meta", "sha256", "size", "signature"])
MAX_HEAD: Final = 1 << 20  # bytes of the signed line
CHUNK: Final = 1 << 20


def signed_part(head: Mapping[str, Any]) -> bytes:
    """Return the bytes that the signature covers, without the domain."""
    return canonical({key: part for key, part in head.items() if key != "signature"}).encode()


def referral_id(head: Mapping[str, Any]) -> str:
    return hashlib.sha256(DOMAIN + signed_part(head)).hexdigest()
