"""Fuzzing: a delivery damaged anywhere is read, said, or kept as a file; it never stops the reader."""

import io
import random
import time
import zipfile

import pytest
from bench.tip_maker import as_json, as_pdf, make_delivery

from amparo.base import AmparoError, Blob
from amparo.exchange.tips import Tip, assess, content_digest, link_keys, read_delivery, report_key, write_tip

pytestmark = pytest.mark.soak
SECONDS = 120
PIECES = (
    b"<", b">", b"{", b"]", b'"', b"\\ud800", b"\x00", b"&amp;", b"9" * 21, b"://[", b"1/1/0000 00:00:00 UTC", b"+254",
    b"@", b"PK\x03\x04", b"\xff\xfe",
)  # fmt: skip


def seeds(folder) -> list[bytes]:
    plan = make_delivery(folder, tips=12, files=12, urgent=6)
    tip = next(each for each in read_delivery(plan.root) if isinstance(each, Tip))
    documents = [write_tip(tip), as_json(tip), as_pdf(tip)]
    inner = zipped({"r.json": documents[1], "a.jpg": b"a" * 100}, zipfile.ZIP_STORED)
    return [
        *documents,
        zipped({"r.xml": documents[0], "a.jpg": b"a" * 50, "n.zip": inner}, zipfile.ZIP_STORED),
        zipped({"r.pdf": documents[2], "n.zip": inner}, zipfile.ZIP_DEFLATED),
    ]


def zipped(files: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def damaged(data: bytes, dice: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(out) + 1)
        out[at : at + dice.choice((0, 1, 1, 30))] = dice.choice(
            (b"", bytes([dice.randrange(256)]), bytes(out[max(0, at - 40) : at]), dice.choice(PIECES))
        )
    return bytes(out)


def test_no_damage_stops_the_reader(tmp_path):
    documents, dice, read = seeds(tmp_path / "d"), random.Random(3), 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for found in read_delivery(Blob.from_bytes(damaged(dice.choice(documents), dice), "d")):
            if isinstance(found, Tip):
                read += 1
                use(found)
    assert read > 1000


def use(tip: Tip) -> None:
    """All that is done with a tip; its files give their bytes or a coded error."""
    assert link_keys(tip, "KE") is not None
    assert content_digest(tip)
    assert report_key(tip)
    assert 0 <= assess(tip).danger <= 100
    assert write_tip(tip)
    for file in tip.files:
        if file.blob is not None:
            try:
                file.blob.read(1000)
            except (AmparoError, OSError):
                continue
