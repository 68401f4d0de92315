"""MD5 of the bytes.

Error: collisions are made at will since 2004; an equal MD5 alone is a lead, not proof of equal bytes.
Source: RFC 1321, appendix A.5.
"""

import hashlib

from amparo.media.signals.signal import ByteSignal, Example, Running


class Md5(ByteSignal):
    """MD5, 16 bytes."""

    name = "md5"
    octets = 16

    def start(self) -> Running:
        return hashlib.md5(usedforsecurity=False)

    def examples(self) -> list[Example]:
        return [
            Example(b"", "d41d8cd98f00b204e9800998ecf8427e"),
            Example(b"abc", "900150983cd24fb0d6963f7d28e17f72"),
        ]
