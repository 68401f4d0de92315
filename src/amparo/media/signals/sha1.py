"""SHA-1 of the bytes.

Error: collisions have been made since 2017; lists of that age still carry it.
Source: FIPS 180-1, appendix A.
"""

import hashlib

from amparo.media.signals.signal import ByteSignal, Example, Running


class Sha1(ByteSignal):
    """SHA-1, 20 bytes."""

    name = "sha1"
    octets = 20

    def start(self) -> Running:
        return hashlib.sha1(usedforsecurity=False)

    def examples(self) -> list[Example]:
        return [
            Example(b"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            Example(b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ]
