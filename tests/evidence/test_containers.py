"""Every form of exhibit: recognised by its bytes, walked in one order, its strange parts said."""

import gzip
import io
import os
import random
import socket
import zipfile

import pytest

from amparo.base import Zone
from amparo.decoders import DECODERS, Limits
from amparo.evidence import CONTAINERS, CannotOpen, Item, ResumePointMissing, State, catalogue_rows, open_container
from amparo.observables import extract_blob


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize("form", CONTAINERS, ids=lambda each: each.name)
def test_examples_open_as_themselves(form, tmp_path, walked):
    for example in form.examples():
        root = tmp_path / f"{form.name}-{form.examples().index(example)}"
        for name, data in example.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        paths = [root / name for name in example.open_names] or [root]
        with open_container(paths) as container:
            found = walked(container.walk())
            verification = container.verify()
        assert tuple(found.order) == example.paths
        assert verification.state is not State.NO or form.name == "deposited-folder"


def test_the_name_of_a_file_says_nothing(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(zipped(("a", b"1")))
    (tmp_path / "archive.zip").write_bytes(b"plain words")
    with open_container(tmp_path / "photo.jpg") as container:
        assert container.kind == "zip"
    with open_container(tmp_path / "archive.zip") as container:
        assert container.kind == "file"


@pytest.mark.parametrize("what", ["missing", "pipe", "nothing"])
def test_what_cannot_be_opened_is_a_coded_error(tmp_path, what):
    path = tmp_path / what
    if what == "pipe":
        os.mkfifo(path)
    with pytest.raises(CannotOpen) as caught:
        open_container([] if what == "nothing" else path)
    assert caught.value.code == "E101"


# ---------------------------------------------------------------- folders


@pytest.fixture
def strange_folder(tmp_path):
    root = tmp_path / "stick"
    (root / "b").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"a")
    (root / "b" / "c.txt").write_bytes(b"c")
    (root / "empty").write_bytes(b"")
    (root / "b" / "loop").symlink_to(root)
    (root / "out").symlink_to("/etc/passwd")
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(root / "sock"))
    with open(os.fsencode(root) + b"/n\xff|\\.txt", "wb") as file:  # noqa: PTH123 - a name that is no text
        file.write(b"bytes")
    return root


def test_a_strange_folder_is_walked_without_leaving_it(strange_folder, walked):
    with open_container(strange_folder) as container:
        found = walked(container.walk())
    assert found.order == ["a.txt", "b/c.txt", "empty", "n\\xff\\x7c\\x5c.txt"]
    assert found.skips == [("b/loop", "link"), ("out", "link"), ("pipe", "special-file"), ("sock", "special-file")]
    assert found.content("n\\xff\\x7c\\x5c.txt") == b"bytes"
    assert found.content("empty") == b""
    assert found.items["a.txt"].modified.zone is Zone.KNOWN


def test_a_file_replaced_by_a_link_is_not_followed(strange_folder, walked):
    with open_container(strange_folder) as container:
        found = walked(container.walk())
    (strange_folder / "a.txt").unlink()
    (strange_folder / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        found.content("a.txt")


# ---------------------------------------------------------------- archives inside


def test_archives_inside_archives_have_forensic_paths(tmp_path, walked):
    inner = zipped(("deep.txt", b"deep"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(zipped(("x.txt", b"x"), ("y.gz", gzip.compress(inner))))
    with open_container(tmp_path / "in") as container:
        found = walked(container.walk())
    assert found.order == ["a.zip", "a.zip|0", "a.zip|1", "a.zip|1|GZIP-0", "a.zip|1|GZIP-0|0"]
    assert found.items["a.zip|1|GZIP-0|0"].display == "a.zip|y.gz|GZIP-0|deep.txt"
    assert found.content("a.zip|1|GZIP-0|0") == b"deep"
    assert found.content("a.zip|0") == b"x"


def test_a_zip_as_exhibit(tmp_path, walked):
    path = tmp_path / "up"
    path.write_bytes(zipped(("../../x", b"climb"), ("a/b.txt", b"b")))
    with open_container(path) as container:
        found = walked(container.walk())
    assert found.order == ["@0", "0", "1"]
    assert found.content("@0") == path.read_bytes()
    assert found.items["0"].remarks == ("unsafe-name",)
    assert found.items["0"].display == "../../x"
    assert found.content("0") == b"climb"
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_zip_is_still_an_item(tmp_path, walked):
    path = tmp_path / "up"
    path.write_bytes(zipped(("a", random.Random(1).randbytes(1000)))[:500])
    with open_container(path) as container:
        found = walked(container.walk())
    assert found.skips == [("@0", "broken-zip")]
    assert found.order == ["@0"]
    assert len(found.content("@0")) == 500


def test_depth_is_limited_and_said(tmp_path, walked):
    data = b"bottom"
    for _ in range(10):
        data = gzip.compress(data)
    (tmp_path / "deep").write_bytes(data)
    with open_container(tmp_path / "deep") as container:
        found = walked(container.walk())
    assert len(found.order) == 1 + 8
    assert found.skips == [("|".join(["GZIP-0"] * 8), "too-deep")]


def test_an_archive_that_holds_itself_over_and_over_has_one_allowance(tmp_path, walked):
    data = bytes(1_000_000)
    for _ in range(3):
        data = zipped(*((str(n), data) for n in range(10)))
    (tmp_path / "bomb").write_bytes(data)
    with open_container(tmp_path / "bomb") as container:
        found = walked(container.walk(limits=Limits(floor=20_000_000)))
    assert sum(item.size for item in found.items.values()) <= len(data) + 20_000_000
    assert len(data) * 200 < 20_000_000
    assert {reason for _, reason in found.skips} == {"bomb"}


def test_a_pdf_is_a_file_whose_words_can_be_read(tmp_path, walked):
    (example,) = DECODERS["pdf"].examples()
    (tmp_path / "letter").write_bytes(example.wrapped)
    with open_container(tmp_path / "letter") as container:
        found = walked(container.walk())
        assert container.kind == "file"
    assert found.order == ["@0", "@0|PDF-TEXT"]
    assert found.content("@0|PDF-TEXT") == b"hello"


def test_a_zip_member_without_a_name_is_read(tmp_path, walked):
    (tmp_path / "up").write_bytes(zipped(("x", b"nameless")).replace(b"x", b"\x00"))
    with open_container(tmp_path / "up") as container:
        found = walked(container.walk())
    assert found.items["0"].remarks == ("unsafe-name",)


def test_altered_archives_only_give_skips_and_coded_errors(shared, tmp_path):
    """300 archives with random changes: every one is catalogued to its end, whatever it holds."""
    rng = random.Random(11)
    originals = [path.read_bytes() for path in sorted((shared / "evidence/archives").iterdir())]
    originals += [example.wrapped for decoder in DECODERS for example in decoder.examples()]
    path = tmp_path / "altered"
    outcomes = set()
    for _ in range(300):
        data = bytearray(rng.choice(originals))
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(len(data))] = rng.choice([0, 255, rng.randrange(256)])
        path.write_bytes(bytes(data))
        with open_container(path) as container:
            rows = list(catalogue_rows(container.walk()))
        assert rows[0].path == "@0"
        assert rows[0].skipped is None
        outcomes |= {row.skipped for row in rows}
    assert {"broken-zip", "broken-gzip", "unreadable", None} <= outcomes


# ---------------------------------------------------------------- disks


EXT2 = ["a_directory/a_file", "a_directory/another_file", "passwords.txt"]


@pytest.mark.parametrize("name", ["ext2.E01", "ext2.splitraw.000"])
def test_one_disk_in_two_forms(images, walked, name):
    with open_container(images / name) as container:
        found = walked(container.walk())
        assert container.media.size == 4_194_304
        assert container.verify().computed["sha256"].startswith("a6c2f0e39afe6c6a")
        assert found.content("passwords.txt").startswith(b"place,user,password")
    assert found.order == EXT2
    assert found.skips == [("a_link", "link")]
    assert found.items["passwords.txt"].modified.zone is Zone.KNOWN


def test_deleted_files_are_listed_as_such(images, walked):
    with open_container(images / "CFReDS001.E01") as container:
        found = walked(container.walk())
        assert len(found.content("p1/закуски.txt")) == 754
    deleted = [path for path, item in found.items.items() if not item.allocated]
    assert deleted == ["@0", "p1/_4B0~1.TXT", "p1/закуски.txt", "@74027520"]
    assert found.items["p1/app.txt"].allocated
    assert found.items["p1/app.txt"].modified.zone is Zone.UNKNOWN


def test_a_damaged_chunk_makes_its_files_unreadable_and_leaves_the_others(images, make_ewf):
    with open_container(images / "nps-2010-emails.E01") as container:
        media = container.media.read_at(0, container.media.size)
        whole = {row.path: row for row in catalogue_rows(container.walk())}
    (path,) = make_ewf(media, compress=False)
    altered = bytearray(path.read_bytes())
    altered[altered.find(media[850_944:851_008])] ^= 0xFF  # where the content of Makefile lies
    path.write_bytes(bytes(altered))
    with open_container(path) as container:
        assert container.facts["stored_hashes"] == {"md5": "7dae50cec8163697415e69fd72387c01"}
        rows = {row.path: row for row in catalogue_rows(container.walk())}
    unreadable = {name for name, row in rows.items() if row.skipped == "unreadable"}
    assert "p1/Makefile" in unreadable
    assert len(unreadable) < 20
    assert len(rows) > 150
    assert all(rows[name] == whole[name] for name in rows if name not in unreadable)


def test_damage_under_a_folder_is_said_and_the_walk_stays_the_same(images, make_ewf, walked):
    with open_container(images / "CFReDS001.E01") as container:
        media = container.media.read_at(16128 * 512, 3_000_000)
    (path,) = make_ewf(media, compress=False)
    altered = bytearray(path.read_bytes())
    altered[altered.find(b"CFREDS001  \x08")] ^= 1
    path.write_bytes(bytes(altered))
    with open_container(path) as container:
        first = walked(container.walk())
        assert ("/", "damaged-folder") in first.skips
        rows = [row.path for row in catalogue_rows(container.walk())]
        again = walked(container.walk())
    assert (first.order, first.skips) == (again.order, again.skips)
    assert len(rows) == len(first.order) + len(first.skips)


def test_a_deleted_file_that_states_more_than_the_disk_holds_is_not_read(images, tmp_path, walked):
    """Orphan inode 13 of an ext2 disk, its size overwritten (i_size at byte 4 of a 128-byte inode)."""
    with open_container(images / "plaso-image.E01") as container:
        media = bytearray(container.media.read_at(0, container.media.size))
    table = int.from_bytes(media[2048 + 8 : 2048 + 12], "little") * 1024
    inode = table + 12 * 128
    media[inode + 4 : inode + 8] = (200_000).to_bytes(4, "little")
    (tmp_path / "disk").write_bytes(bytes(media))
    with open_container(tmp_path / "disk") as container:
        found = walked(container.walk())
    assert ("$OrphanFiles/OrphanFile-13", "larger-than-media") in found.skips


def test_orphans_and_names_without_files(images, walked):
    with open_container(images / "plaso-image.E01") as container:
        found = walked(container.walk())
    assert not found.items["$OrphanFiles/OrphanFile-13"].allocated
    assert ("passwords.txt~", "no-metadata") in found.skips


def test_archives_on_a_disk(images, walked):
    with open_container(images / "syslog_image.dd") as container:
        found = walked(container.walk())
        text = found.content("logs/sys.tgz|GZIP-0|0|GZIP-0")
    assert b"myhostname.myhost.com" in text


def test_a_disk_without_file_system_is_one_item(images, walked):
    with open_container(images / "email_test.E01") as container:
        found = walked(container.walk())
        assert found.items["@0"].size == 3_538_890
        assert container.whole().size == 3_538_890
    assert found.skips == [("@0", "no-file-system")]


def test_a_cut_raw_image_says_what_is_missing(images, walked):
    with open_container(images / "nps-2010-emails.100k.raw") as container:
        found = walked(container.walk())
        assert found.content("p1/document1.txt") == b"plain_text@textedit.com\n"
        with pytest.raises(OSError, match="partial image"):
            found.content("p1/Makefile")
    assert ("p1", "cut-off") in found.skips


def test_the_same_walk_twice_and_from_the_middle(images, walked):
    with open_container(images / "nps-2010-emails.E01") as container:
        first, second = walked(container.walk()), walked(container.walk())
        assert first.order == second.order
        assert len(set(first.order)) == len(first.order) > 150
        for at in (0, 40, len(first.order) - 1):
            assert walked(container.walk(after=first.order[at])).order == first.order[at + 1 :]
        with pytest.raises(ResumePointMissing) as caught:
            list(container.walk(after="no/such/item"))
    assert caught.value.code == "E120"


PLANTED = """
plain_text rtf_text plain_utf16 plain_text_pdf rtf_text_pdf plain_utf16_pdf @textedit.com
user_doc user_docx user_doc_pdf user_docx_pdf @microsoftword.com
xls_cell xls_comment xlsx_cell xlsx_comment @microsoft_excel.com
email_in_zip @zipfile1.com
email_in_zip_zip @zipfile2.com
email_in_gzip email_in_gzip_gzip @gzipfile.com
doc_within_doc docx_within_docx ppt_within_doc pptx_within_docx xls_within_doc xlsx_within_docx @document.com
pages pages_comment keynote keynote_comment numbers numbers_comment @iwork09.com
numbers_09 @apple.com
"""


def test_every_planted_address_is_found_and_no_other(images):
    """The 31 addresses of nps-2010-emails, in text, office files, zip in zip, gzip in gzip, and PDF."""
    planted = {name + line.split()[-1] for line in PLANTED.split("\n") for name in line.split()[:-1]}
    assert len(planted) == 31
    found = set()
    with open_container(images / "nps-2010-emails.E01") as container:
        for item in container.walk():
            if isinstance(item, Item):
                found |= {each.value for each in extract_blob(item.blob) if each.kind == "email"}
    assert found == planted


def test_a_walk_can_be_stopped_by_its_progress(images):
    def stop(done, total, unit):
        if done == 3:
            raise KeyboardInterrupt

    with open_container(images / "ext2.E01") as container:
        walk = container.walk(progress=stop)
        with pytest.raises(KeyboardInterrupt):
            list(walk)
