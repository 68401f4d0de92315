"""E01: the three shapes, odd sizes, real images with their stored hashes, and every kind of damage."""

import hashlib
import random

import pytest

from amparo.base import AmparoError
from amparo.evidence import ChunkDamaged, FormatNotRead, ImageBroken, ImagePartMissing, State, open_container
from amparo.evidence.ewf import EwfImage, find_segments
from amparo.evidence.ewf.segments import segment_suffix
from amparo.evidence.ewf.writer import CHUNK

MEDIA = random.Random(7).randbytes(3 * CHUNK) + b"the end of the disk " * 40


def read_all(image: EwfImage) -> bytes:
    return image.read_at(0, image.size)


@pytest.mark.parametrize("shape", ["libewf", "encase", "ftk"])
@pytest.mark.parametrize("size", [0, 1, 511, 512, CHUNK, CHUNK + 1, 3 * CHUNK + 700])
@pytest.mark.parametrize("per_segment", [None, 1])
def test_reads_what_was_written(make_ewf, shape, size, per_segment):
    media = MEDIA[:size]
    paths = make_ewf(media, shape=shape, chunks_per_segment=per_segment)
    with open_container(paths[0]) as container:
        assert container.kind == "ewf"
        assert container.media.read_at(0, size + 10) == media
        verification = container.verify()
    assert verification.problems == ()
    assert verification.state is State.YES
    assert verification.size == size
    assert verification.computed["sha256"] == hashlib.sha256(media).hexdigest()
    assert verification.stored["md5"] == hashlib.md5(media).hexdigest()
    assert ("sha1" in verification.stored) is (shape == "ftk")


def test_the_odd_tail_is_read_and_said(make_ewf):
    paths = make_ewf(MEDIA)
    with open_container(paths) as container:
        assert container.facts["tail_bytes"] == len(MEDIA) % 512 == 288
        assert container.facts["acquisition"]["examiner"] == "examiner"


def test_random_access_equals_a_slice(make_ewf):
    with EwfImage(make_ewf(MEDIA, chunks_per_segment=2)) as image:
        for offset, size in (
            (0, 10),
            (CHUNK - 3, 7),
            (CHUNK * 2 - 1, CHUNK + 2),
            (len(MEDIA) - 5, 50),
            (len(MEDIA), 5),
        ):
            assert image.read_at(offset, size) == MEDIA[offset : offset + size]


def test_segments_may_be_given_in_any_order_and_under_any_name(make_ewf, tmp_path):
    paths = make_ewf(MEDIA, chunks_per_segment=1)
    renamed = [path.rename(tmp_path / f"{9 - at}f00") for at, path in enumerate(paths)]
    with open_container(renamed) as container:
        assert container.verify().state is State.YES


def test_any_segment_leads_to_all(make_ewf):
    paths = make_ewf(MEDIA, chunks_per_segment=1)
    assert find_segments(paths[0]) == find_segments(paths[2]) == paths


@pytest.mark.parametrize(
    ("number", "suffix"), [(1, ".E01"), (99, ".E99"), (100, ".EAA"), (125, ".EAZ"), (126, ".EBA"), (776, ".FAA")]
)
def test_segment_names(number, suffix):
    assert segment_suffix(number, "E") == suffix


@pytest.mark.parametrize(
    ("name", "md5", "size"),
    [
        ("email_test.E01", "b817ed2590eeeb39f42445088d369f6c", 3_538_890),
        ("nps-2010-emails.E01", "7dae50cec8163697415e69fd72387c01", 10_485_760),
        ("CFReDS001.E01", "e4f9afba18011f0b9015a9d74cd3c3ac", 103_219_200),
        ("ext2.E01", "196066add11fb71c4c49cf1bb50d6d24", 4_194_304),
        ("plaso-image.E01", "d73c51f10c7ee6a681b7b619ccc6f1c4", 102_400),
    ],
)
def test_real_images_match_their_stored_hash(images, name, md5, size):
    with open_container(images / name) as container:
        verification = container.verify()
    assert (verification.state, verification.size, verification.problems) == (State.YES, size, ())
    assert verification.stored["md5"] == verification.computed["md5"] == md5


def test_the_last_addresses_of_an_odd_image_are_there(images):
    with open_container(images / "email_test.E01") as container:
        data = container.media.read_at(0, container.media.size)
    assert data.count(b"@company.com") == 50_000
    assert b"user49999@company.com" in data


# ---------------------------------------------------------------- damage


def test_a_missing_segment_is_named_and_the_rest_is_read(make_ewf):
    paths = make_ewf(MEDIA, chunks_per_segment=1)
    with EwfImage([paths[0], paths[1], paths[3]]) as image:
        assert any("segment 3 is missing" in problem for problem in image.problems)
        assert read_all(image) == MEDIA[: 2 * CHUNK]
        with pytest.raises(ImagePartMissing) as caught:
            image.read_at(2 * CHUNK, 1)
        assert image.verify().state is State.NO
    assert caught.value.code == "E111"


def test_a_missing_last_segment_is_said(make_ewf):
    paths = make_ewf(MEDIA, chunks_per_segment=1)
    with EwfImage(paths[:3]) as image:
        assert any("segment 4" in problem for problem in image.problems)


def test_without_its_first_segment_nothing_can_be_read(make_ewf):
    paths = make_ewf(MEDIA, chunks_per_segment=1)
    with pytest.raises(ImageBroken, match="segment 1 is missing"):
        EwfImage(paths[1:])


def test_a_cut_single_segment_is_a_coded_error(make_ewf):
    (path,) = make_ewf(MEDIA)
    path.write_bytes(path.read_bytes()[: CHUNK * 2])
    with pytest.raises(ImageBroken) as caught:
        open_container(path)
    assert caught.value.code == "E110"
    assert "ends at byte 65536" in str(caught.value)


def test_every_truncation_is_noticed(make_ewf, tmp_path):
    data = make_ewf(MEDIA[: CHUNK + 700], chunks_per_segment=None)[0].read_bytes()
    cut = tmp_path / "cut.E01"
    for length in [*range(200), *range(200, len(data), 997), len(data) - 1]:
        cut.write_bytes(data[:length])
        assert not _passes(cut), length


def test_a_changed_byte_is_noticed_or_changes_nothing(make_ewf, tmp_path):
    """The last bits of a compressed header mean nothing; every other byte is checked by something."""
    media = MEDIA[: CHUNK + 700]
    data = make_ewf(media, compress=False)[0].read_bytes()
    bad = tmp_path / "bad.E01"
    rng = random.Random(1)
    harmless = 0
    for at in [*range(13), *(rng.randrange(len(data)) for _ in range(400))]:
        altered = bytearray(data)
        altered[at] ^= 1 << rng.randrange(8)
        bad.write_bytes(bytes(altered))
        if _passes(bad):
            harmless += 1
            with EwfImage([bad]) as image:
                assert (read_all(image), image.header["examiner"]) == (media, "examiner"), at
    assert harmless < 5


def _passes(path) -> bool:
    try:
        with EwfImage([path]) as image:
            return image.verify().state is State.YES
    except AmparoError:
        return False


def test_a_flipped_byte_names_the_damaged_bytes(make_ewf):
    (path,) = make_ewf(MEDIA, compress=False)
    data = bytearray(path.read_bytes())
    at = data.find(MEDIA[CHUNK + 100 : CHUNK + 150])
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    with open_container(path) as container:
        assert container.media.read_at(0, CHUNK) == MEDIA[:CHUNK]
        with pytest.raises(ChunkDamaged) as caught:
            container.media.read_at(CHUNK + 5, 1)
        verification = container.verify()
    assert caught.value.facts["start"] == CHUNK
    assert verification.state is State.NO
    assert len(verification.problems) == 1


def test_a_broken_table_is_replaced_by_its_copy_and_said(make_ewf):
    (path,) = make_ewf(MEDIA)
    data = bytearray(path.read_bytes())
    at = data.find(b"table\x00")
    data[at + 76 + 24] ^= 1
    path.write_bytes(bytes(data))
    with EwfImage([path]) as image:
        assert read_all(image) == MEDIA
        assert any("section table at byte" in problem for problem in image.problems)
        assert image.verify().state is State.NO


def test_two_tables_that_differ_are_said(make_ewf):
    (path,) = make_ewf(MEDIA)
    data = bytearray(path.read_bytes())
    data[data.find(b"table2\x00") + 76 + 24] ^= 1
    path.write_bytes(bytes(data))
    with EwfImage([path]) as image:
        assert any("table and table2" in problem for problem in image.problems)


@pytest.mark.parametrize("head", [b"LVF\x09\x0d\x0a\xff\x00", b"EVF2\x0d\x0a\x81\x00", b"ADCRYPT\x00"])
def test_other_evidence_forms_are_named_not_guessed(tmp_path, head):
    path = tmp_path / "x.L01"
    path.write_bytes(head + bytes(100))
    with pytest.raises(FormatNotRead) as caught:
        open_container(path)
    assert caught.value.code == "E113"


def test_a_real_image_cut_in_the_middle(images, tmp_path):
    data = (images / "nps-2010-emails.E01").read_bytes()
    cut = tmp_path / "cut.E01"
    cut.write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageBroken):
        open_container(cut)
    paths = [tmp_path / f"email_test.E0{n}" for n in (1, 2)]
    for path in paths:
        path.write_bytes((images / path.name).read_bytes())
    with open_container(paths[0]) as container:
        found = list(container.walk())
        assert container.verify().state is State.NO
    assert any(getattr(each, "reason", None) == "image-problem" for each in found)
