"""CameraFacts from EXIF: a bounded reading of the few fields that may link pictures of one camera.

Inside the decoder process only. Everything is optional and may be false: a field that cannot be read is left out.
Source: JEITA CP-3451 (Exif 2.32), TIFF 6.0.
"""

import struct
from typing import Any, Final, NamedTuple

from amparo.base import clean_text, visible
from amparo.media.hashes import CameraFacts

MAX_FIELDS: Final = 512  # of one directory
MAX_TEXT: Final = 200
#: Bytes of one value by its TIFF type: byte, ascii, short, long, rational, undefined, signed ones.
_WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MAKE, _MODEL, _EXIF, _GPS = 0x010F, 0x0110, 0x8769, 0x8825
_TAKEN, _IMAGE_ID, _SERIAL, _LENS_SERIAL = 0x9003, 0xA420, 0xA431, 0xA435
_LATITUDE, _LONGITUDE = (1, 2), (3, 4)  # (reference N/S or E/W, degrees minutes seconds)


class _Field(NamedTuple):
    kind: int
    values: int
    at: int  # where the value stands


class _Tiff:
    """The directories of a TIFF structure; nothing outside `data` is ever read."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])

    def first(self) -> dict[int, _Field]:
        return self.directory(self._number("I", 4)) if self.order else {}

    def directory(self, at: int | None) -> dict[int, _Field]:
        """Tag -> field of the directory at `at`; those that reach beyond the data are left out."""
        fields: dict[int, _Field] = {}
        count = self._number("H", at) if at else None
        for number in range(min(count or 0, MAX_FIELDS)):
            place = (at or 0) + 2 + 12 * number
            if place + 12 > len(self.data):
                break
            tag, kind, values = struct.unpack_from(f"{self.order}HHI", self.data, place)
            octets = _WIDTHS.get(kind, 0) * values
            start = place + 8 if octets <= 4 else self._number("I", place + 8)
            if octets and start is not None and start + octets <= len(self.data):
                fields.setdefault(tag, _Field(kind, values, start))
        return fields

    def inner(self, fields: dict[int, _Field], tag: int) -> dict[int, _Field]:
        field = fields.get(tag)
        return self.directory(self._number("I", field.at)) if field and field.kind == 4 else {}

    def text(self, fields: dict[int, _Field], tag: int) -> str | None:
        field = fields.get(tag)
        if field is None or field.kind not in {2, 7}:
            return None
        raw = self.data[field.at : field.at + min(field.values, 4 * MAX_TEXT)].split(b"\x00")[0]
        text = visible(clean_text(raw.decode("utf-8", "replace"))).strip()[:MAX_TEXT]
        return text or None

    def degrees(self, fields: dict[int, _Field], tags: tuple[int, int], limit: float) -> float | None:
        reference, field = self.text(fields, tags[0]), fields.get(tags[1])
        if reference is None or reference not in "NSEW" or field is None or field.kind != 5 or field.values < 3:
            return None
        parts = struct.unpack_from(f"{self.order}6I", self.data, field.at)
        if 0 in parts[1::2]:
            return None
        degrees, minutes, seconds = (parts[2 * each] / parts[2 * each + 1] for each in range(3))
        value = degrees + minutes / 60 + seconds / 3600
        return None if value > limit else round(-value if reference in "SW" else value, 6)

    def _number(self, form: str, at: int | None) -> int | None:
        if at is None or at + struct.calcsize(form) > len(self.data):
            return None
        number: int = struct.unpack_from(f"{self.order}{form}", self.data, at)[0]
        return number


def camera_facts(exif: bytes | None) -> CameraFacts | None:
    """Read the EXIF block of a picture, with or without its "Exif" mark; None where it says nothing of a camera."""
    if not exif:
        return None
    tiff = _Tiff(exif.removeprefix(b"Exif\x00\x00"))
    first = tiff.first()
    inner, place = tiff.inner(first, _EXIF), tiff.inner(first, _GPS)
    latitude, longitude = tiff.degrees(place, _LATITUDE, 90), tiff.degrees(place, _LONGITUDE, 180)
    facts: dict[str, Any] = {
        "make": tiff.text(first, _MAKE),
        "model": tiff.text(first, _MODEL),
        "serial": tiff.text(inner, _SERIAL),
        "lens_serial": tiff.text(inner, _LENS_SERIAL),
        "taken": tiff.text(inner, _TAKEN),
        "gps": None if latitude is None or longitude is None else (latitude, longitude),
        "image_id": tiff.text(inner, _IMAGE_ID),
    }
    return CameraFacts(**facts) if any(value is not None for value in facts.values()) else None


def exif_of_jpeg(data: bytes) -> bytes | None:
    """Find the EXIF block of a JPEG without decoding it: the first APP1 segment with its mark, before the picture."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\x00\x00":
            return data[at + 10 : at + 2 + size]
        if marker == 0xDA or size < 2:
            return None
        at += 2 + size
    return None
