"""Contrast of the colour tokens, as WCAG 2.2 measures it (success criterion 1.4.3, relative luminance).

python tools/contrast.py            prints each pair with its ratio in light and dark; exit 1 if one is too low
python tools/contrast.py '#0b4a57'  says whether an agency may use this as its action colour (light mode)
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TOKENS = Path(__file__).resolve().parents[1] / "src" / "amparo" / "web" / "static" / "amparo" / "tokens.css"
#: text on the portal and text that both places share (AAA), text on the desk only (AA), edges and focus (1.4.11)
PORTAL, DESK, EDGE = 7.0, 4.5, 3.0

_SURFACES = ("paper", "sheet", "wash")
PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, on, PORTAL) for ink in ("ink", "muted", "action", "action-hover") for on in _SURFACES),
    ("action-ink", "action", PORTAL),
    ("action-ink", "action-hover", PORTAL),
    ("action", "action-wash", PORTAL),
    ("action-hover", "action-wash", PORTAL),
    ("ink", "action-wash", PORTAL),
    ("muted", "action-wash", DESK),
    ("band-ink", "band", PORTAL),
    ("band-muted", "band", PORTAL),
    ("brand-ink", "brand", PORTAL),
    ("danger-ink", "danger", PORTAL),
    *((tone, f"{tone}-wash", PORTAL) for tone in ("danger", "warn", "good", "known", "lead")),
    *(("ink", f"{tone}-wash", PORTAL) for tone in ("danger", "warn", "good", "lead")),
    *(("muted", f"{tone}-wash", DESK) for tone in ("danger", "warn", "good", "lead")),
    *(("danger", on, PORTAL) for on in _SURFACES),
    *(("line-strong", on, EDGE) for on in _SURFACES),
    *(("focus", on, EDGE) for on in (*_SURFACES, "action-wash", "danger-wash")),
    ("focus-band", "band", EDGE),
    ("brand", "band", EDGE),
)


class Measured(NamedTuple):
    mode: str
    text: str
    ground: str
    ratio: float
    needed: float

    @property
    def enough(self) -> bool:
        return self.ratio >= self.needed


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 black to 1 white (WCAG 2.2, "relative luminance")."""
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise ValueError(f"{colour!r} is not written as #rrggbb in lowercase")
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens(css: str) -> dict[str, dict[str, str]]:
    """Return {"light": {name: colour}, "dark": {…}} of a token sheet; dark falls back to light."""
    light, _, dark = css.partition("@media (prefers-color-scheme: dark)")
    found = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def measure(css: str) -> Iterator[Measured]:
    """Measure every pair of PAIRS in both modes."""
    for mode, colours in tokens(css).items():
        for text, ground, needed in PAIRS:
            yield Measured(mode, text, ground, ratio(colours[text], colours[ground]), needed)


def fits_as_action(colour: str, css: str) -> bool:
    """Whether an agency may use `colour` for its actions: as text on every surface, and under its own ink."""
    light = tokens(css)["light"]
    grounds = [light[name] for name in (*_SURFACES, "action-ink")]
    return all(ratio(colour, ground) >= PORTAL for ground in grounds)


def main(arguments: list[str]) -> int:
    css = TOKENS.read_text(encoding="utf-8")
    if arguments:
        good = fits_as_action(arguments[0].lower(), css)
        print(f"{arguments[0]}: {'enough contrast' if good else 'too little contrast, 7:1 is needed'}")
        return 0 if good else 1
    results = list(measure(css))
    for each in results:
        verdict = "" if each.enough else "TOO LOW"
        print(f"{each.mode:5} {each.text:14} on {each.ground:12} {each.ratio:5.2f} >= {each.needed} {verdict}")
    return 0 if all(each.enough for each in results) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
