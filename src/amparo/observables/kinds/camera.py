"""One camera by maker, model and serial number, as pictures carry them (EXIF 2.32, tag BodySerialNumber).

Written camera:maker/model/serial, a spelling of our own. Anybody can write these fields; equal values are a hint.
"""

import re
from collections.abc import Iterator
from typing import Final

from amparo.observables.kind import Examples, Hit, Kind
from amparo.observables.observable import Validity

_PART: Final = r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?"
_FORM: Final = re.compile(rf"(?<![\w:.-])camera:({_PART})/({_PART})/({_PART})(?![\w/])", re.IGNORECASE)
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def camera_value(make: str | None, model: str | None, serial: str | None) -> str | None:
    """The value of one camera; None without a model or a serial number that tells one from another."""
    parts = [_OTHER.sub("-", (each or "").lower()).strip("-")[:60].strip("-") for each in (make, model, serial)]
    if not parts[1] or not tells_apart(parts[2]):
        return None
    return f"camera:{parts[0] or parts[1].split('-')[0]}/{parts[1]}/{parts[2]}"


def tells_apart(serial: str) -> bool:
    """False for what makers write where they write no number: "0", "000000000", "none"."""
    plain = serial.replace("-", "")
    return len(plain) >= 4 and len(set(plain)) > 1 and plain not in {"none", "null", "unknown", "1234", "12345678"}


class Camera(Kind):
    name = "camera"
    longest = 200

    def find(self, text: str, region: str | None = None) -> Iterator[Hit]:
        for match in _FORM.finditer(text):
            value = camera_value(match[1], match[2], match[3])
            if value is not None:
                yield Hit(match.start(), match.end(), value, Validity.FORMAT)

    def examples(self) -> Examples:
        return Examples(
            good={
                "camera:canon/eos-80d/0123456789": "camera:canon/eos-80d/0123456789",
                "Camera:Nikon/D750/600-1234": "camera:nikon/d750/600-1234",
            },
            bad=["camera:canon/eos-80d/000000", "camera:canon/eos-80d"],
        )
