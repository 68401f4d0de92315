"""Sealing: opens at its own place under its own key, and nowhere else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.web.reports import sealing
from amparo.web.reports.keyed import Hasher
from amparo.web.reports.sealing import DoesNotOpen, Kdf, Place

REPORT = UUID("00000000-0000-4000-8000-000000000001")
QUICK = Kdf("argon2id", 8192, 1)
REAL = (str(sealing.CODE_KDF), str(sealing.STAFF_KDF))  # before the fixture that makes them quick


@pytest.mark.parametrize(
    ("size", "sealed"), [(0, 1064), (1023, 1064), (1024, 2088), (1097, 2088), (2047, 2088), (2048, 3112)]
)
def test_sizes_tell_only_kib_steps(size, sealed):
    """By hand: padded size + 24 bytes of nonce + 16 of tag; padding always adds at least one byte."""
    assert len(sealing.seal_part(bytes(32), b"x" * size, Place(REPORT, "answers", 1))) == sealed
    assert sealing.size_class(b"x" * size) == (sealed - 40) // 1024


@settings(max_examples=30)
@given(st.binary(max_size=5000))
def test_a_part_opens_where_it_was_sealed(text):
    key, place = sealing.new_key(), Place(REPORT, "answers", 1)
    assert sealing.open_part(key, sealing.seal_part(key, text, place), place) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(uuid4(), "answers", 1),
        Place(REPORT, "contact", 1),
        Place(REPORT, "answers", 2),
        Place(REPORT, "answer", 1),
    ],
    ids=["other-report", "other-kind", "other-version", "shorter-kind"],
)
def test_a_swapped_part_does_not_open(elsewhere):
    key = sealing.new_key()
    sealed = sealing.seal_part(key, b"words", Place(REPORT, "answers", 1))
    with pytest.raises(DoesNotOpen):
        sealing.open_part(key, sealed, elsewhere)


def test_a_changed_byte_or_another_key_does_not_open():
    key, place = sealing.new_key(), Place(REPORT, "answers", 1)
    sealed = sealing.seal_part(key, b"words", place)
    for position in (0, 30, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(DoesNotOpen):
            sealing.open_part(key, bytes(changed), place)
    with pytest.raises(DoesNotOpen):
        sealing.open_part(sealing.new_key(), sealed, place)
    with pytest.raises(DoesNotOpen):
        sealing.open_part(key, sealed[:20], place)


def test_the_key_copy_opens_for_its_holder_and_report_only():
    private, public = sealing.new_pair()
    key = sealing.new_key()
    copy = sealing.seal_to(public, REPORT, key)
    assert len(copy) == 96
    assert sealing.open_sealed(private, REPORT, copy) == key
    assert sealing.public_of(private) == public
    with pytest.raises(DoesNotOpen):
        sealing.open_sealed(private, uuid4(), copy)
    with pytest.raises(DoesNotOpen):
        sealing.open_sealed(sealing.new_pair()[0], REPORT, copy)


@pytest.mark.parametrize("kdf", [QUICK, sealing.FAST], ids=str)
def test_the_reporters_copy_opens_with_the_code(kdf):
    salt, key = b"s" * 16, sealing.new_key()
    kdf = Kdf.parse(str(kdf))
    wrapped = sealing.wrap(kdf.derive("CODE", salt), REPORT, key)
    assert len(wrapped) == 72
    assert sealing.unwrap(kdf.derive("CODE", salt), REPORT, wrapped) == key
    with pytest.raises(DoesNotOpen):
        sealing.unwrap(kdf.derive("C0DE", salt), REPORT, wrapped)
    with pytest.raises(DoesNotOpen):
        sealing.unwrap(kdf.derive("CODE", salt), uuid4(), wrapped)


def test_code_parameters_are_those_of_the_design():
    assert REAL == ("argon2id$67108864$2", "argon2id$268435456$2")


def test_boxes():
    key = sealing.new_key()
    assert sealing.unbox(key, sealing.box(key, b"draft")) == b"draft"
    for bad in (b"", b"short", sealing.box(sealing.new_key(), b"draft")):
        with pytest.raises(DoesNotOpen):
            sealing.unbox(key, bad)


def test_keyed_hashes_differ_by_purpose_agency_and_key():
    agency, other = uuid4(), uuid4()
    first = Hasher(b"k" * 32, agency)
    assert first("wallet", "1Boat") == first("wallet", "1Boat")
    assert len(first("wallet", "1Boat")) == 32
    hashes = {
        first("wallet", "1Boat"),
        first("url", "1Boat"),
        Hasher(b"k" * 32, other)("wallet", "1Boat"),
        Hasher(b"l" * 32, agency)("wallet", "1Boat"),
        first.of_code("1Boat"),
    }
    assert len(hashes) == 5
    with pytest.raises(ValueError):
        first("name", "x")
