"""The catalogue: every item once, with digests; every skip with its reason; read back in pages."""

import hashlib

import pytest

from amparo.base import Skipped
from amparo.evidence import (
    CatalogueBroken,
    CatalogueRow,
    catalogue_length,
    catalogue_row,
    catalogue_rows,
    open_container,
    read_catalogue,
    sniff,
    write_catalogue,
)


def test_a_disk_catalogued(images, tmp_path):
    path = tmp_path / "c.parquet"
    with open_container(images / "ext2.E01") as container:
        report = write_catalogue(catalogue_rows(container.walk()), path)
    rows = list(read_catalogue(path))
    assert (report.rows, report.items, report.skipped) == (len(rows), 3, 1)
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    row = next(row for row in rows if row.path == "passwords.txt")
    assert (row.size, row.type, row.allocated) == (116, "text/plain", True)
    assert row.sha256 == "02a2a6af2f1ecf4720d7d49d640f0d0a269a7ec733e41973bdd34f09dad0e252"
    assert row.modified.instant.year == 2021
    assert [row.path for row in rows if row.skipped == "link"] == ["a_link"]


def test_the_same_exhibit_gives_the_same_catalogue(images, tmp_path):
    digests = set()
    for name in ("one", "two"):
        with open_container(images / "syslog_image.dd") as container:
            digests.add(write_catalogue(catalogue_rows(container.walk()), tmp_path / name).sha256)
    assert len(digests) == 1


def test_pages(tmp_path):
    rows = [CatalogueRow(f"{n:05}", f"{n:05}", n) for n in range(12_345)]
    path = tmp_path / "c.parquet"
    write_catalogue(rows, path)
    assert catalogue_length(path) == 12_345
    assert list(read_catalogue(path)) == rows
    for offset, limit in ((0, 5), (4_998, 4), (12_340, 50), (20_000, 5), (7, 0)):
        assert list(read_catalogue(path, offset, limit)) == rows[offset : offset + limit]


def test_an_item_that_cannot_be_read_says_why(images):
    with open_container(images / "nps-2010-emails.100k.raw") as container:
        rows = {row.path: row for row in catalogue_rows(container.walk())}
    assert rows["p1/Makefile"].skipped == "unreadable"
    assert rows["p1/Makefile"].sha256 is None
    assert rows["p1/document1.txt"].sha256 == hashlib.sha256(b"plain_text@textedit.com\n").hexdigest()


def test_a_skip_becomes_a_row():
    row = catalogue_row(Skipped("a", "link", "to b"))
    assert (row.path, row.skipped, row.detail, row.size) == ("a", "link", "to b", None)


def test_a_run_that_breaks_leaves_no_catalogue(tmp_path):
    def breaks():
        yield CatalogueRow("a", "a")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_catalogue(breaks(), tmp_path / "c.parquet")
    assert list(tmp_path.iterdir()) == []


def test_no_catalogue(tmp_path):
    (tmp_path / "c").write_bytes(b"nonsense")
    for path in (tmp_path / "c", tmp_path / "missing"):
        with pytest.raises(CatalogueBroken):
            list(read_catalogue(path))
        with pytest.raises(CatalogueBroken):
            catalogue_length(path)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"SQLite format 3\x00", "application/vnd.sqlite3"),
        ("señal".encode(), "text/plain"),
        ("ñ".encode() * 255 + b"\xc3", "text/plain"),
        (b" <!DOCTYPE html>", "text/html"),
        (b"", None),
        (b"\x00\x01\x02", None),
        (b"\xff\xd8 text", None),
    ],
)
def test_sniff(head, kind):
    assert sniff(head) == kind
