"""Receipt codes: 20 Crockford base32 signs, 100 random bits, the only thing that opens a report from outside.

A code is never in an address, mail, log or database; only keyed hashes of it are (see `keyed`).
Source: D. Crockford, "Base 32" (crockford.com/base32.html): no I, L, O, U; O reads as 0, I and L as 1.
"""

import secrets
import unicodedata
from typing import Final

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 20
GROUP: Final = 4
#: No honest spelling of a code is longer; anything beyond is not looked at.
LONGEST_INPUT: Final = 200
_LOOKS_LIKE: Final = {"O": "0", "I": "1", "L": "1"}
_IGNORED_CATEGORIES: Final = frozenset({"Zs", "Pd", "Cf", "Cc"})  # spaces, dashes, invisible signs, line ends


def new_code() -> str:
    """Return 20 signs from the system's random source."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """Return a code as people read it: ABCD-EFGH-JKMN-PQRS-TVWX."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normalise_code(text: str) -> str | None:
    """Return the 20 signs somebody meant, or None if it cannot be a code.

    Any case, spaces and hyphens dropped, O as 0, I and L as 1, digits of any script, full-width letters.
    """
    if len(text) > LONGEST_INPUT:
        return None
    signs = normalise_signs(text)
    return signs if signs is not None and len(signs) == LENGTH else None


def normalise_signs(text: str) -> str | None:
    """Return the signs of a code or a part of one (the last four), None if a sign is none of ours."""
    signs = [_sign(each) for each in unicodedata.normalize("NFKC", text)]
    if None in signs:
        return None
    return "".join(sign for sign in signs if sign)


def _sign(character: str) -> str | None:
    if unicodedata.category(character) in _IGNORED_CATEGORIES:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    upper = character.upper()
    sign = _LOOKS_LIKE.get(upper, upper)
    return sign if sign in SIGNS and len(sign) == 1 else None
