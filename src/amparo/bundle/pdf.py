"""The report as PDF/A-3b by typst: our own fonts only, a fixed date, the data files attached.

The same view gives the same bytes. Data reaches typst as JSON and is set as text, never as markup.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import typst

from amparo.bundle.errors import ReportNotDrawn
from amparo.bundle.glyphs import drawable

FONT_PACKAGES: Final = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")


def pdf_report(view: Mapping[str, Any], data: Path, attach: Sequence[str], at: datetime) -> bytes:
    """Return the PDF for a view (view.report_view).

    `data` is the bundle's data folder: pictures/NAME.svg and the files named in `attach` are read from it.
    Raises ReportNotDrawn.
    """
    moment = at.astimezone(UTC).replace(microsecond=0)
    parts = ("year", "month", "day", "hour", "minute", "second")
    try:
        compiler = typst.Compiler(
            Path(__file__).with_name("report.typ").read_bytes(),
            root=str(data.resolve()),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={
                "view": json.dumps(drawable(dict(view), _font_files())),
                "pictures": json.dumps(drawable(_pictures(view, data), _font_files())),
                "at": json.dumps({part: getattr(moment, part) for part in parts}),
                "attach": json.dumps(list(attach)),
            },
        )
        made = compiler.compile(format="pdf", pdf_standards="a-3b", timestamp=moment)
    except typst.TypstError as error:
        raise ReportNotDrawn(language=view["language"], why=str(error)) from error
    if not isinstance(made, bytes):
        raise ReportNotDrawn(language=view["language"], why="typst gave no document")
    return made


def _pictures(view: Mapping[str, Any], data: Path) -> dict[str, str]:
    """The SVG of every picture that the report shows: their signs must be drawable, too."""
    names = {name for each in view["findings"] for name in (each["picture"], *each["sheets"]) if name is not None}
    return {name: (data / "pictures" / f"{name}.svg").read_text(encoding="utf-8") for name in sorted(names)}


@cache
def _fonts() -> typst.Fonts:
    """Our fonts and nothing of the machine's, so that every machine draws the same page."""
    folders = sorted({str(path.parent) for path in _font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def _font_files() -> tuple[Path, ...]:
    found: list[Path] = []
    for package in FONT_PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise ReportNotDrawn(language="-", why=f"the font package {package} is not installed")
        found += sorted((Path(spec.origin).parent / "files").glob("*.ttf"))
    return tuple(found)
