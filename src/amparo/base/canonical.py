"""Canonical JSON: one byte string for one value, so that hashing and signing it means something.

UTF-8, keys sorted, no spaces, no floats, integers within +-(2^53-1), no lone surrogates. Python's json and
JavaScript's JSON.stringify with sorted keys agree on it.
"""

import hashlib
import json
from typing import Any, Final

from amparo.base.errors import AmparoError, gettext_noop

MAX_SAFE_INTEGER: Final = 2**53 - 1


class NotCanonical(AmparoError):
    code = "A020"
    sentence = gettext_noop("This value cannot be written in canonical form: %(why)s.")
    advice = gettext_noop("Write large numbers and fractions as text.")


def canonical(value: Any) -> str:
    """Return `value` as one canonical line, without a line end. Raises NotCanonical."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, as 64 lowercase hex signs."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise NotCanonical(why=f"the integer {value} is beyond 2^53-1")
    elif isinstance(value, str):
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise NotCanonical(why="a text holds half of a surrogate pair")
    elif isinstance(value, list | tuple):
        for part in value:
            _check(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(why=f"the key {key!r} is not ASCII text")
            _check(part)
    else:
        raise NotCanonical(why=f"a {type(value).__name__} has no canonical form")
