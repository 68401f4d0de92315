"""SHA-256 of the bytes.

Error: no collision is known.
Source: FIPS 180-2, appendix B.1.
"""

import hashlib

from amparo.media.signals.signal import ByteSignal, Example, Running


class Sha256(ByteSignal):
    """SHA-256, 32 bytes."""

    name = "sha256"
    octets = 32

    def start(self) -> Running:
        return hashlib.sha256()

    def examples(self) -> list[Example]:
        return [
            Example(b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            Example(b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
