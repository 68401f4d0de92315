"""File digests by their length alone: MD5, SHA-1, SHA-256. Format only: any 64 hex signs look like a SHA-256."""

import re
from typing import Final

from amparo.observables.kind import Examples, TokenKind
from amparo.observables.observable import Validity

_KINDS: Final = {32: "md5", 40: "sha1", 64: "sha256"}
_FORM: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")


class Hash(TokenKind):
    name = "hash"

    def check(self, token: str) -> tuple[str, Validity, tuple[str, ...]] | None:
        """Real digests hold letters and digits and many different signs; counters and padding do not."""
        kind = _KINDS.get(len(token))
        if kind is None or not _FORM.fullmatch(token) or len(set(token)) < 6:
            return None
        return None if token.isdigit() or token.isalpha() else (token.lower(), Validity.FORMAT, (kind,))

    def examples(self) -> Examples:
        md5 = "d41d8cd98f00b204e9800998ecf8427e"
        return Examples(
            good={md5: md5, md5.upper(): md5, "da39a3ee5e6b4b0d3255bfef95601890afd80709":
                  "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
            bad=["0" * 32, md5[:-1] + "g", md5 + "0"],
        )  # fmt: skip
