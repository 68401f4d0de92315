"""Tor onion services, version 3 (rend-spec-v3, section 6): 56 base32 signs with their own check."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind, long_tokens
from amparo.observables.observable import Validity

_FORM: Final = re.compile(r"[a-z2-7]{55}d")


class Onion(Kind):
    name = "onion"

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for start, token in long_tokens(text):
            name = token.lower()
            if len(name) == 56 and _FORM.fullmatch(name) and _check(name):
                end = start + 56
                if text[end : end + 6].lower() == ".onion":
                    end += 6
                yield Hit(start, end, name + ".onion", Validity.STRONG)

    def examples(self) -> Examples:
        name = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad"
        return Examples(
            good={name: name + ".onion", name.upper() + ".ONION": name + ".onion"},
            bad=["e" + name[1:] + ".onion", name[:-2] + "bd"],
        )


def _check(name: str) -> bool:
    data = base64.b32decode(name.upper())
    key, check, version = data[:32], data[32:34], data[34:]
    return version == b"\x03" and hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2] == check
