"""Which SVG may stand in a bundle: shapes and text, nothing that loads, runs or hides a photograph."""

import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # the types only; parsing is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from amparo.bundle.errors import PictureUnsafe

MAX_BYTES: Final = 8 << 20
ELEMENTS: Final = frozenset(
    (
        *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "title"),
        *("desc", "defs", "marker", "linearGradient", "radialGradient", "stop", "clipPath", "pattern", "symbol"),
        *("use", "style", "metadata"),
    )
)
OUTSIDE: Final = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)


def check_picture(name: str, svg: str) -> str:
    """Return `svg` if it is harmless; raise PictureUnsafe with what is not. Raster images are refused too."""
    if len(svg.encode()) > MAX_BYTES:
        raise PictureUnsafe(name=name, what="more than 8 MB")
    try:
        root = fromstring(svg, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise PictureUnsafe(name=name, what="something that is not plain XML") from error
    if _local(root.tag) != "svg":
        raise PictureUnsafe(name=name, what="no svg element at its root")
    for element in root.iter():
        what = _objection(element)
        if what is not None:
            raise PictureUnsafe(name=name, what=what)
    return svg


def _objection(element: Element) -> str | None:
    tag = _local(element.tag)
    if tag not in ELEMENTS:
        return f"the element {tag!a}"
    if tag == "style" and OUTSIDE.search(element.text or ""):
        return "a style that loads something"
    for key, value in element.attrib.items():
        name = _local(key).lower()
        if name.startswith("on"):
            return f"the script attribute {name!a}"
        if name in ("href", "src") and not value.startswith("#"):
            return "a link to something outside"
        if OUTSIDE.search(value):
            return "a style that loads something"
    return None


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else "?"  # comments have a function as tag
