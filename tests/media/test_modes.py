"""Odd pictures: every mode and kind gives a hash or a reason, never a crash; and what cameras write is read."""

import hashlib
import io
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational
from tests.media.helpers import chunk, encoded, png_claiming, rings

from amparo.base import Blob
from amparo.media import VARIANTS, CameraFacts, Decoder, Hashes, Limits, PdqHash, hash_blob
from amparo.media.decoder.exif import camera_facts


def hashes_of(data: bytes, name: str = "a") -> Hashes:
    return hash_blob(Blob.from_bytes(data, name))


def pdq_of(data: bytes, name: str = "a") -> PdqHash:
    hashes = hashes_of(data, name)
    assert hashes.pdq is not None, hashes.skipped
    return hashes.pdq


def apart(a: str, b: str) -> int:
    return (int(a, 16) ^ int(b, 16)).bit_count()


def peer(image: Image.Image) -> str:
    bits, _ = pdqhash.compute(np.ascontiguousarray(np.asarray(image.convert("RGB"))))
    return np.packbits(bits).tobytes().hex()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("PA", "TIFF"), ("RGB", "PNG"), ("RGBA", "PNG"),
        ("I;16", "PNG"), ("I;16", "TIFF"), ("CMYK", "TIFF"), ("CMYK", "JPEG"), ("L", "JPEG"), ("RGB", "WEBP"),
        ("RGBA", "WEBP"), ("RGB", "AVIF"), ("RGB", "BMP"), ("RGB", "GIF"), ("RGB", "PPM"), ("RGB", "JPEG2000"),
        ("YCbCr", "TIFF"), ("F", "TIFF"), ("I", "TIFF"),
    ],
)  # fmt: skip
def test_every_mode_has_the_hash_of_its_pixels(mode: str, kind: str) -> None:
    if mode == "PA" and kind == "TIFF":
        image = rings(90).convert("P")
        image.putalpha(200)
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(rings(90).convert("L")).astype(np.uint16))
    else:
        image = rings(90).convert(mode)
    data = encoded(image, kind)
    assert pdq_of(data).hex == peer(Image.open(io.BytesIO(data)))


def test_lab_is_read_by_its_colours() -> None:
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(rings(), *profiles, outputMode="LAB")
    assert lab is not None
    made = pdq_of(encoded(lab, "TIFF"), "a.tif")
    assert apart(made.hex, peer(rings())) <= 20
    assert made.quality == 100


def test_cmyk_is_hashed_as_seen_and_as_its_negative(shared: Path) -> None:
    path = shared / "pdq/modes/CMYK.jpg"
    made = pdq_of(path.read_bytes(), path.name)
    assert made.notes == ("inverted-too",)
    assert len(made.variants) == len(VARIANTS) == 16
    raw, _ = pdqhash.compute(np.ascontiguousarray(np.asarray(Image.open(path))[..., :3]))
    as_some_tools_hash_it = np.packbits(raw).tobytes().hex()
    assert apart(made.hex, as_some_tools_hash_it) >= 240
    assert apart(made.variants[VARIANTS.index("inverted-original")], as_some_tools_hash_it) <= 16


def test_the_negative_of_a_hash_is_that_of_the_negative_picture() -> None:
    cmyk = pdq_of(encoded(rings().convert("CMYK"), "TIFF"))
    negative = Image.eval(rings().convert("CMYK").convert("RGB"), lambda value: 255 - value)
    assert apart(cmyk.variants[8], peer(negative)) <= 4


def test_of_an_animation_the_first_picture_is_hashed_and_that_is_said() -> None:
    frames = [rings(shift=shift) for shift in (0, 60, 120)]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        made = pdq_of(data)
        assert made.notes == ("first-of-several",), kind
        assert apart(made.hex, peer(frames[0])) <= 6, kind
    assert pdq_of(encoded(frames[0], "GIF")).notes == ()


def heic(image: Image.Image, **options: object) -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(image, "HEIF", quality=90, **options)


def test_heic_is_read_with_its_camera() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "Phone 9"
    hashes = hashes_of(heic(rings(256), exif=exif.tobytes()), "IMG_0001.HEIC")
    assert hashes.pdq is not None, hashes.skipped
    assert hashes.pdq.notes == ("heic",)
    assert hashes.pdq.decoder.startswith("pillow-heif ")
    assert apart(hashes.pdq.hex, peer(rings(256))) <= 10
    assert hashes.camera == CameraFacts(make="Example", model="Phone 9")


def test_a_cut_heic_says_why() -> None:
    skipped = hashes_of(heic(rings(256))[:-900], "a.heic").skipped
    assert skipped is not None
    assert skipped.reason == "broken-picture"


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_that_ends_early_is_hashed_with_a_note(shared: Path, progressive: bool) -> None:
    original = Image.open(shared / "pdq/bridge-mods/aaa-orig.jpg")
    whole = encoded(original, "JPEG", quality=90, progressive=progressive)
    made = pdq_of(whole[: len(whole) * 95 // 100], "cut.jpg")
    assert made.notes == ("broken-tail",)
    assert apart(made.hex, pdq_of(whole).hex) <= 30
    assert pdq_of(whole).notes == ()


def test_of_less_than_half_a_photo_there_is_no_hash(shared: Path) -> None:
    whole = (shared / "pdq/bridge-mods/aaa-orig.jpg").read_bytes()
    skipped = hashes_of(whole[: len(whole) // 4], "cut.jpg").skipped
    assert skipped is not None
    assert skipped.reason == "broken-picture"
    assert "rows are there" in skipped.detail


def test_a_picture_that_is_also_an_archive_is_hashed_as_a_picture() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("note.txt", "hidden")
    photo, gif = encoded(rings(), "JPEG"), encoded(rings(), "GIF")
    assert pdq_of(photo + archive.getvalue()).hex == pdq_of(photo).hex
    script = b"GIF89a/*" + gif[8:] + b"*/=1;alert(1)//"
    hashes = hashes_of(script, "a.gif")
    assert hashes.pdq is not None or hashes.skipped is not None
    assert hashes.sha256 == hashlib.sha256(script).hexdigest()


TOO_LARGE = "picture-too-large"


def zipped_png(side: int, octets: int) -> bytes:
    """A PNG whose data unpack to `octets` zeros, a thousand times what it weighs."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(octets >> 20)), packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(png_claiming(50_000, 50_000), "picture-too-large", id="50k-x-50k"),
        pytest.param(png_claiming(2**31 - 1, 2**31 - 1), "picture-too-large", id="largest"),
        pytest.param(
            encoded(Image.new("1", (20_000, 20_000)), "TIFF", compression="group4"), "picture-too-large", id="fax"
        ),
        pytest.param(encoded(Image.new("L", (3, 100_000)), "PNG"), None, id="3-x-100000"),
        pytest.param(encoded(Image.new("L", (1, 100_000)), "PNG"), None, id="1-x-100000"),
        pytest.param(encoded(Image.new("L", (100_000, 1)), "PNG"), None, id="100000-x-1"),
        pytest.param(zipped_png(100, 64 << 20), None, id="more-data-than-pixels"),
    ],
)
def test_bombs_and_strips_give_a_hash_or_a_reason(data: bytes, reason: str | None) -> None:
    hashes = hashes_of(data)
    if reason is None:
        assert hashes.pdq is not None, hashes.skipped
        assert hashes.pdq.quality == 0
    else:
        assert hashes.skipped is not None
        assert hashes.skipped.reason == reason


def test_a_text_chunk_bomb_costs_only_itself() -> None:
    packed = zlib.compress(bytes(1 << 26), 9)
    head = encoded(rings())
    bomb = head[:33] + b"".join(chunk(b"zTXt", b"k\0\0" + packed) for _ in range(4)) + head[33:]
    with Decoder(Limits(memory_bytes=600 << 20)) as decoder:
        hashes = hash_blob(Blob.from_bytes(bomb, "a.png"), decoder)
        assert hashes.pdq is not None or hashes.skipped is not None
        assert isinstance(decoder.pdq(head), PdqHash)


# ---- what a camera writes -------------------------------------------------------------------------------------------


def photographed() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example Corp\0", "Model X"
    inner = exif.get_ifd(0x8769)
    inner[0x9003], inner[0xA431], inner[0xA435], inner[0xA420] = "2026:03:01 10:20:30", "SN-1", "LENS-2", "ab" * 16
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", (12.0, 30.0, 36.0)
    place[3], place[4] = "W", (77.0, 1.0, 48.0)
    return exif


WANTED = CameraFacts(
    make="Example Corp",
    model="Model X",
    serial="SN-1",
    lens_serial="LENS-2",
    taken="2026:03:01 10:20:30",
    gps=(-12.51, -77.03),
    image_id="ab" * 16,
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_camera_facts_are_read_from_every_kind_that_has_them(kind: str) -> None:
    exif = photographed()
    data = heic(rings(), exif=exif.tobytes()) if kind == "HEIF" else encoded(rings(), kind, exif=exif)
    assert hashes_of(data, f"a.{kind.lower()}").camera == WANTED


def test_a_tiff_is_its_own_exif() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Scanner"
    assert hashes_of(encoded(rings(), "TIFF", exif=exif)).camera == CameraFacts(make="Scanner")


def test_signs_that_hide_or_turn_text_are_made_visible() -> None:
    block = photographed().tobytes().replace(b"Example Corp", "Exa\u202emple X".encode())
    facts = camera_facts(block)
    assert facts is not None
    assert facts.make == "Exa\\u202emple X"


def test_a_plain_picture_says_nothing_of_a_camera() -> None:
    assert hashes_of(encoded(rings(), "JPEG")).camera is None
    assert hashes_of(b"words", "a.txt").camera is None


@pytest.mark.parametrize("cut", [0, 1, 4, 9, 11, 30, 60, 100, 150, 200, 260])
def test_broken_exif_is_read_as_far_as_it_goes(cut: int) -> None:
    exif = photographed().tobytes()
    found = camera_facts(exif[:cut])
    assert found is None or isinstance(found, CameraFacts)


def test_exif_whose_directories_point_at_themselves_ends() -> None:
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 2)
    data += struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack(
        "<HHII", 0x010F, 2, 4, int.from_bytes(b"cam\0", "little")
    )
    assert camera_facts(data) == CameraFacts(make="cam")
    assert camera_facts(b"II*\0\x08\0\0\0\xff\xff" + bytes(30)) is None


def test_long_text_is_cut_and_zero_fractions_are_no_place() -> None:
    exif = photographed()
    exif[0x010F] = "x" * 5000
    exif.get_ifd(0x8825)[2] = (12.0, 30.0, IFDRational(5, 0))
    facts = hashes_of(encoded(rings(), "JPEG", exif=exif)).camera
    assert facts is not None
    assert facts.make == "x" * 200
    assert facts.gps is None


UNPRIVILEGED = """
import os, resource, sys
from pathlib import Path
import pillow_heif, PIL.AvifImagePlugin
from amparo.media.decoder import DEFAULT, pictures
data = [Path(name).read_bytes() for name in sys.argv[1:]]
pillow_heif.register_heif_opener()
hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
print(*(pictures.seen_in(each, DEFAULT).pdq.quality for each in data))
assert resource.getrlimit(resource.RLIMIT_NPROC)[0] == 0
"""


def test_heic_and_avif_are_read_by_a_user_who_may_start_no_process(tmp_path: Path) -> None:
    """Limits of processes don't bind the superuser, whom tests often run as; a unit's server runs as somebody else."""
    (tmp_path / "a.heic").write_bytes(heic(rings(256)))
    (tmp_path / "a.avif").write_bytes(encoded(rings(256), "AVIF"))
    command = [sys.executable, "-c", UNPRIVILEGED, str(tmp_path / "a.heic"), str(tmp_path / "a.avif")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["100", "100"]), done.stderr
