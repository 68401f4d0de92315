"""The measurement as a page of Markdown, for the manual."""

from collections.abc import Mapping
from typing import Any, Final

from amparo.base import canonical_digest
from amparo.media.robustness.bounds import per_million, upper_bound
from amparo.media.robustness.pairs import THRESHOLDS
from amparo.media.robustness.transforms import TRANSFORMS

_HEAD: Final = """# How well PDQ finds copies, and how often it errs

Made by `amparo media robustness`; do not edit. The same figures stand in `src/amparo/media/robustness/measured.json`;
what is said on a finding of a near match comes from there, and the table goes into each bundle that needs it.

"""
_READING: Final = """
## How to read this

- A picture is found when one of its eight ways (turned, mirrored) lies within the threshold of the listed hash. Scans
  and the desk use 31 unless told otherwise. A copy whose quality is under {min_quality} is not compared and counts as
  not found.
- Every copy is a JPEG (quality 90 unless the line says another), made from the picture the list was made from.
- **Plain copies** are those marked ●: what PDQ is made for.
- Cropping, borders, large logos, screenshots and turning by a few degrees move a picture beyond any useful threshold.
  *Not found* therefore never means *not there*.
- The upper bound (one-sided, 95 %, Clopper and Pearson) says how many false matches there may be though none, or few,
  were seen. It takes pairs for independent, which pairs of the same pictures are not quite: a guide, not a law. Real
  series of one scene lie nearer to each other than these pictures do.
- A search in a list of a million entries makes a million comparisons for each picture.
- Pictures are those of a folder, if one was given, and others made by rule from the seed: scenes of surfaces and
  things, and near-flat ones (walls, dark frames, mist, some blank). Made pictures are no photographs.
- The hash of a plain picture comes largely from rounding and grain: copies of it often lie far away. Plain pictures are
  therefore not compared by PDQ; their exact digests are.
"""


def markdown(measured: Mapping[str, Any]) -> str:
    """Return the whole page. The same measurement gives the same page."""
    parts = [
        _HEAD,
        _about(measured),
        "\n## Copies found, in percent, compared in all eight ways\n\n",
        _copies(measured, "in_all_ways"),
        "\n## The same, compared only as they lie\n\n",
        _copies(measured, "as_listed"),
        "\n## Different pictures taken for the same\n\n",
        _different(measured),
        "\n## By the quality of the plainer picture of a pair\n\n",
        _bands(measured),
        _READING.format(min_quality=measured["min_quality"]),
    ]
    return "".join(parts)


def _about(measured: Mapping[str, Any]) -> str:
    pictures = measured["pictures"]
    seen = ", ".join(f"{words} {pictures[name]}" for name, words in _SOURCES.items() if name in pictures)
    skipped = ", ".join(f"{reason} {count}" for reason, count in measured["skipped"].items()) or "none"
    rows = {
        "Measurement (SHA-256 of its canonical form)": f"`{canonical_digest(measured)}`",
        "Tool": measured["tool"],
        "Kernel": measured["kernel"],
        "Decoders": ", ".join(measured["decoders"]),
        "Encoder of the copies": measured["encoder"],
        "Pictures": seen,
        "Pictures whose copies were made": f"{measured['changed']} (others too plain: {pictures.get('too_plain', 0)})",
        "Left out": skipped,
        "Seed of the made ones": measured["seed"],
        "Files (SHA-256 of their digests)": f"`{measured['files']}`" if measured["files"] else "none",
    }
    return _table(["", ""], [[name, str(value)] for name, value in rows.items()])


_SOURCES: Final = {
    "files": "from files",
    "made": "made scenes",
    "made_for_pairs": "made scenes only compared with the others",
    "made_flat": "made near-flat",
}


def _copies(measured: Mapping[str, Any], ways: str) -> str:
    rows = []
    for transform in TRANSFORMS:
        found = measured["transforms"][transform.name]
        spread = [_or_dash(found["median"]), _or_dash(found["nine_in_ten"])] if ways == "in_all_ways" else []
        shares = [_percent(found[ways][str(each)], found["copies"]) for each in THRESHOLDS]
        rows.append([f"{transform.words}{' ●' if transform.plain else ''}", *spread, *shares])
    spread = ["median bits", "9 of 10 within"] if ways == "in_all_ways" else []
    return _table(["Copy", *spread, *(f"≤ {each}" for each in THRESHOLDS)], rows)


def _different(measured: Mapping[str, Any]) -> str:
    different = measured["different"]
    rows = [
        [
            f"≤ {each}",
            str(different["within"][each]),
            str(per_million(upper_bound(different["within"][each], different["pairs"]))),
        ]
        for each in THRESHOLDS
    ]
    text = f"{different['pairs']} pairs of different pictures, both of quality {measured['min_quality']} or more, each"
    nearest = f"compared in all eight ways. The nearest two differ in {_or_dash(different['nearest'])} bits.\n\n"
    return f"{text} {nearest}" + _table(["Threshold", "Pairs as near", "At most, in a million pairs"], rows)


def _bands(measured: Mapping[str, Any]) -> str:
    rows = [
        [f"{each['from']} to {each['to']}", str(each["pictures"]), str(each["pairs"])]
        + [str(each["within"][str(threshold)]) for threshold in THRESHOLDS]
        for each in measured["quality_bands"]
    ]
    return _table(["Quality", "Pictures", "Pairs", *(f"≤ {each}" for each in THRESHOLDS)], rows)


def _percent(part: int, whole: int) -> str:
    """Rounded down to a tenth: 100 means all."""
    return f"{part * 1000 // whole / 10:g}" if whole else "-"


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
