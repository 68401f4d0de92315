"""The measurement that stands in this version: what a finding of a near match says of its own error.

`measured.json` is the newest; older ones stay in `older/`, because findings made with them name them by digest.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from amparo.base import canonical_digest
from amparo.media.robustness.bounds import per_million, upper_bound

HERE: Final = Path(__file__).parent
NEWEST: Final = HERE / "measured.json"


class KnownError(NamedTuple):
    """At one threshold: `found` of `copies` plain copies; `near` of `pairs` pairs of different pictures.

    `at_most`: pairs in a million, by the upper bound of 95 %. `table`: digest of the measurement.
    """

    threshold: int
    pictures: int
    copies: int
    found: int
    pairs: int
    near: int
    at_most: int
    table: str


@lru_cache(maxsize=8)
def _read(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return made


def measured() -> dict[str, Any]:
    """Return the newest measurement (`measuring.Measurement.as_dict`)."""
    return _read(NEWEST)


def table_digest() -> str:
    """Name of the newest measurement: the SHA-256 of its canonical form."""
    return canonical_digest(measured())


def find_table(digest: str) -> dict[str, Any] | None:
    """Return the measurement of that digest, None if this version does not know it."""
    places = [NEWEST, *sorted((HERE / "older").glob("*.json"))]
    return next((each for each in map(_read, places) if canonical_digest(each) == digest), None)


def known_error(threshold: int) -> KnownError | None:
    """Return what was measured at `threshold`, None where that was not measured."""
    made = measured()
    plain, different = made["plain_copies"], made["different"]
    if not 0 <= threshold < min(len(plain["within"]), len(different["within"])):
        return None
    near, pairs = different["within"][threshold], different["pairs"]
    return KnownError(
        threshold=threshold,
        pictures=sum(made["pictures"].get(source, 0) for source in ("files", "made"))
        - made["pictures"].get("too_plain", 0),
        copies=plain["of"],
        found=plain["within"][threshold],
        pairs=pairs,
        near=near,
        at_most=per_million(upper_bound(near, pairs)),
        table=canonical_digest(made),
    )
