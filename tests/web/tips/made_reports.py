"""Made-up deliveries: reports as a platform writes them, with small benign files."""

import io
import json
import zipfile
from typing import Any

from PIL import Image, ImageDraw

ABOUT = {"source": "The national contact point", "legal_basis": "Reporting law, s. 9"}


def picture(seed: int, size: tuple[int, int] = (160, 120)) -> bytes:
    """A PNG of rectangles: rich enough for a picture hash, the same for the same seed."""
    image = Image.new("RGB", size, (seed * 37 % 256, 90, 160))
    draw = ImageDraw.Draw(image)
    for step in range(1, 30):
        x, y = (seed * 31 + step * 53) % size[0], (seed * 17 + step * 29) % size[1]
        colour = ((seed + step * 41) % 256, (step * 83) % 256, (seed * step) % 256)
        draw.rectangle((x, y, x + 10 + step % 23, y + 8 + step % 17), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def report(number: str, **fields: Any) -> bytes:
    """A report as JSON: one account, one IP address with its port. `fields` replace or add."""
    base: dict[str, Any] = {
        "reportId": number,
        "reporter": {"reportingPerson": {"companyName": "ZapChat"}},
        "incidentSummary": {
            "incidentType": "Online Enticement of Children for Sexual Acts",
            "incidentDateTime": "2026-11-20T10:00:00Z",
        },
        "personOrUserReported": {
            "screenName": f"user{number}",
            "email": f"u{number}@mail.example",
            "ipCaptureEvent": {
                "ipAddress": "8.8.4.4", "port": 50123, "eventName": "Login", "dateTime": "2026-11-20T09:58:00Z",
            },
        },
    }  # fmt: skip
    return json.dumps(base | fields).encode()


def with_file(number: str, name: str, *, viewed: bool | None = True, **details: Any) -> bytes:
    """A report that names one file. `viewed` None: it does not say whether somebody looked at it."""
    said = {} if viewed is None else {"viewedByEsp": viewed}
    return report(number, uploadedFiles=[{"fileName": name, **said, **details}])


def a_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8)), data)
    return buffer.getvalue()
