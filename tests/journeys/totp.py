"""RFC 6238 in a few lines: the authenticator app of the journeys, written apart from the code it signs in to."""

import base64
import hmac
import struct
import time


def totp(secret: str, at: float | None = None) -> str:
    """The six digits of `secret` (base32) now, or at `at` (seconds since 1970)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(key, counter, "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
