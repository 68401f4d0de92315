"""Observables in bytes: the right offsets, each once, whatever the window border cuts, on real images too."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import Blob
from amparo.observables import extract_blob, extract_bytes, stream

BTC = b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


def emails(data: bytes):
    return [
        (each.offset, each.value, each.encoding) for each in extract_bytes(io.BytesIO(data)) if each.kind == "email"
    ]


def test_ascii_utf16_little_and_big_endian_with_byte_offsets():
    mail = "ana@example.org"
    data = (
        b"\xff\xfe\x01" + mail.encode() + b"\x01\x02" + mail.encode("utf-16le") + b"\xff" * 4 + mail.encode("utf-16be")
    )
    assert emails(data) == [(3, mail, "ascii"), (20, mail, "utf-16le"), (54, mail, "utf-16be")]


def test_utf8_around_an_address_does_not_hide_it():
    text = "Señal: ana@example.org – ñandú"
    assert emails(text.encode()) == [(len("Señal: ".encode()), "ana@example.org", "ascii")]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.integers(120, 300), st.sampled_from([b" ", b"\x00", b"\xff"]), st.booleans())
def test_a_window_border_neither_hides_nor_doubles(start, window, filler, wide):
    mail = "ana@example.org"
    piece = (mail.encode("utf-16le") if wide else mail.encode()) + b"\x01\x01" + BTC
    data = filler * start + b"\x01\x01" + piece + b"\x01" + filler * 300
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_WINDOW", window)
        patch.setattr(stream, "_OVERLAP", 120)
        found = [(each.kind, each.offset) for each in extract_bytes(io.BytesIO(data))]
    assert found == [("email", start + 2), ("btc", start + 2 + len(piece) - len(BTC))]


def test_emails_raw_image(shared):
    blob = Blob.from_path(shared / "evidence/images/nps-2010-emails.100k.raw")
    found = {(each.value, each.offset) for each in extract_blob(blob)}
    assert {("plain_text@textedit.com", 80896), ("rtf_text@textedit.com", 91449)} <= found


def test_fifty_thousand_addresses_made_again():
    data = b"".join(f"This is user{n}@company.com".encode() + b" " * 41 + b"\n" for n in range(50_000))
    assert len(data) == 3_538_890
    found = [each for each in extract_bytes(io.BytesIO(data)) if each.kind == "email"]
    assert [each.value for each in found] == [f"user{n}@company.com" for n in range(50_000)]
    assert [each.offset for each in found] == [match.start() for match in re.finditer(rb"user\d+@", data)]


def test_progress_says_how_far():
    seen = []
    blob = Blob.from_bytes(b"x" * 10, "x")
    assert list(extract_blob(blob, progress=lambda *args: seen.append(args))) == []
    assert seen == [(10, 10, "bytes")]


def test_nothing_in_nothing():
    assert list(extract_bytes(io.BytesIO(b""))) == []
