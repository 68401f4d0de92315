"""What comes to the unit in the detection journey: a disk with pictures, a platform's delivery, hash lists. All benign.

The pictures on the disk are real photographs of bridges and streets; the lists know some of them.
"""

import io
import subprocess
import zipfile
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from PIL import Image
from tests.conftest import need

from amparo.base import Blob
from amparo.evidence.ewf import write_ewf
from amparo.exchange.tips import Contact, IpCapture, LawEnforcement, Tip, TipFile, TipPerson, write_tip
from amparo.media import LISTS, Entry, hash_blob

MKE2FS, DEBUGFS = Path("/usr/sbin/mke2fs"), Path("/usr/sbin/debugfs")
#: Name on the disk -> the photograph. The list knows IMG_0001's bytes; the others are the same bridge, changed.
KNOWN = {
    "IMG_0001.jpg": "bridge-mods/aaa-orig.jpg",
    "IMG_0002.jpg": "bridge-mods/shrink-a-little.jpg",
    "IMG_0003.jpg": "bridge-mods/high-saturation.jpg",
    "IMG_0004.jpg": "bridge-mods/sharpen-a-little.jpg",
}
GONE = "IMG_0004.jpg"  # deleted on the disk
UNKNOWN = {"q1.jpg": "misc/wee.jpg", "q2.jpg": "labelme/q0122.jpg", "q3.jpg": "labelme/q0746.jpg"}
CLIP = "video/doorknob-hd-no-bar.mp4"
LATER = "labelme/q0746.jpg"  # in no list at first; the second version of the list knows it
VIEWED, CLOSED = "labelme/q1050.jpg", "labelme/q2821.jpg"  # the two files of the urgent tip
SERIAL = "SN-0042-17"


@dataclass(frozen=True)
class Material:
    disk: Path  # an E01
    delivery: Path  # a zip of two reports
    first_list: Path  # VICS-shaped JSON 2.0
    second_list: Path  # its next version
    files: Path  # the files of the disk, as they were put there
    phone: Path  # a zip with a file of the disk again
    clips: Path  # the clip as it was before somebody changed its file
    viewed: Path  # the tip's file that the platform viewed


def make_material(shared: Path, place: Path) -> Material:
    need("e2fsprogs", MKE2FS.exists() and DEBUGFS.exists(), "install the package e2fsprogs")
    source = shared / "pdq"
    files, clips = _files(source, place / "files"), place / "clips"
    clips.mkdir()
    (clips / "clip.mp4").write_bytes((source / CLIP).read_bytes())
    lists = [place / f"list-{version}.json" for version in (1, 2)]
    _write_list(lists[0], [source / KNOWN["IMG_0001.jpg"], source / VIEWED])
    _write_list(lists[1], [source / KNOWN["IMG_0001.jpg"], source / VIEWED, source / LATER])
    return Material(
        _disk(files, place), _delivery(source, place), *lists, files, _phone(files, place), clips, source / VIEWED
    )


def digest(path: Path, name: str = "sha256") -> str:
    with path.open("rb") as stream:
        return file_digest(stream, name).hexdigest()


def _files(source: Path, place: Path) -> Path:
    for folder in ("DCIM", "Pictures", "Videos", "notes"):
        (place / folder).mkdir(parents=True)
    for names, folder in ((KNOWN, "DCIM"), (UNKNOWN, "Pictures")):
        for name, photo in names.items():
            (place / folder / name).write_bytes((source / photo).read_bytes())
    for number, quality in (("1", 90), ("2", 60)):  # twice the same scene, by one camera
        _by_camera(source / "labelme" / "q0291.jpg", place / "Pictures" / f"street{number}.jpg", quality, number)
    (place / "Pictures" / "cut.jpg").write_bytes((source / KNOWN["IMG_0002.jpg"]).read_bytes()[:900])
    clip = (source / CLIP).read_bytes()
    (place / "Videos" / "clip.mp4").write_bytes(clip + (8).to_bytes(4, "big") + b"free")  # other bytes, same pictures
    (place / "notes" / "plan.txt").write_text("Meet at the bridge, write to someone@example.org\n")
    return place


def _by_camera(source: Path, target: Path, quality: int, minute: str) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "Camera 1"
    detail = exif.get_ifd(0x8769)
    detail[0xA431], detail[0x9003] = SERIAL, f"2026:11:20 10:0{minute}:00"
    with Image.open(source) as picture:
        picture.save(target, quality=quality, exif=exif)


def _disk(files: Path, place: Path) -> Path:
    """An E01 of an ext2 file system that holds `files`, one of them deleted."""
    raw = place / "disk.raw"
    subprocess.run([MKE2FS, "-q", "-t", "ext2", "-d", files, raw, "12M"], check=True, capture_output=True)
    subprocess.run([DEBUGFS, "-w", "-R", f"rm /DCIM/{GONE}", raw], check=True, capture_output=True)
    data = raw.read_bytes()
    (image,) = write_ewf(io.BytesIO(data), len(data), place / "camera.E01")
    return image


def _phone(files: Path, place: Path) -> Path:
    target = place / "phone.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(files / "DCIM" / "IMG_0001.jpg", "Sent/IMG_0001.jpg")
    return target


def _write_list(target: Path, photos: list[Path]) -> None:
    """A VICS-shaped list: digests and, as an alternative hash, PDQ."""
    entries = []
    for row, photo in enumerate(photos, 1):
        found = hash_blob(Blob.from_path(photo))
        assert found.pdq is not None
        given = {"md5": found.md5, "sha1": found.sha1, "pdq": found.pdq.hex}
        extra = {"MediaID": str(row), "Category": "1", "Series": "Bridge 7"}
        entries.append(Entry(row=row, digests=given, label="1", extra=extra))
    with target.open("wb") as sink:
        LISTS["vics-2.0"].write(entries, sink, {})


def _delivery(source: Path, place: Path) -> Path:
    """A zip as platforms deliver: an urgent report with two files, one never viewed, and a report of little use."""
    urgent = Tip(
        provider_report_id="91000001",
        esp="Picshare",
        source="Clearing house",
        incident_type="Online Enticement of Children for Sexual Acts",
        high_priority="The child says that it will happen tonight",
        description="The account asks a child to come to the bridge tonight.",
        law_enforcement=(LawEnforcement(agency="Police of another country", case_number="XX-2026-7", country="XX"),),
        reported=(
            TipPerson(
                "reported",
                screen_names=("bridge-walker-7",),
                emails=(Contact("walker@example.org", verified=True),),
                ips=(IpCapture("203.0.113.9", port=4431),),
            ),
        ),
        files=(
            TipFile(name="shown.jpg", viewed_by_provider=True, digests=(("md5", digest(source / VIEWED, "md5")),)),
            TipFile(name="closed.jpg", viewed_by_provider=False),
        ),
    )
    dull = Tip(provider_report_id="91000002", esp="Noisy Platform", incident_type="Other", description="A complaint.")
    target = place / "delivery.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("91000001/report.xml", write_tip(urgent))
        archive.writestr("91000001/shown.jpg", (source / VIEWED).read_bytes())
        archive.writestr("91000001/closed.jpg", (source / CLOSED).read_bytes())
        archive.writestr("91000002/report.xml", write_tip(dull))
    return target
