"""Ethereum addresses (and those of chains with its form): 0x and 40 hex signs, EIP-55 where the case is mixed."""

import re
from typing import Final

from amparo.observables.checks.keccak import keccak_256
from amparo.observables.kind import Examples, TokenKind
from amparo.observables.observable import Validity

_FORM: Final = re.compile(r"0[xX][0-9a-fA-F]{40}")


class Eth(TokenKind):
    name = "eth"

    def check(self, token: str) -> tuple[str, Validity, tuple[str, ...]] | None:
        """Mixed case must pass EIP-55 (2^-letters by chance); one case only says nothing about a typing error."""
        if len(token) != 42 or not _FORM.fullmatch(token):
            return None
        digits = token[2:]
        if len(set(digits.lower())) == 1:
            return None
        right = checksum_case(digits.lower())
        letters = sum(sign.isalpha() for sign in digits)
        if digits in {digits.lower(), digits.upper()}:
            return "0x" + right, Validity.FORMAT, ()
        if digits != right:
            return None
        return "0x" + right, Validity.STRONG if letters >= 15 else Validity.WEAK, ()

    def examples(self) -> Examples:
        good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        return Examples(good={good: good, good.lower(): good}, bad=[good[:-1] + "D", good + "0"])


def checksum_case(digits: str) -> str:
    """Return 40 lower-case hex signs in EIP-55 case."""
    hashed = keccak_256(digits.encode("ascii")).hex()
    return "".join(sign.upper() if int(nibble, 16) >= 8 else sign for sign, nibble in zip(digits, hashed, strict=False))
