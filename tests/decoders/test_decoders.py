"""Every decoder on its own examples and on real archives; every way an archive can be hostile."""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib

import pytest

from amparo.base import Blob, Skipped
from amparo.decoders import (
    DECODERS,
    Budget,
    DecodedBroken,
    DecodedTooMuch,
    Limits,
    Member,
    Spool,
    decoder_for,
    escape_name,
)
from amparo.decoders.names import is_unsafe_name


def unwrap(data: bytes, limits: Limits | None = None):
    decoder = decoder_for(data[:512])
    assert decoder is not None
    budget = Budget.for_size(len(data), limits) if limits else Budget.for_size(len(data))
    return list(decoder.members(Blob.from_bytes(data, "x"), budget))


def content(member: Member) -> bytes:
    with member.blob.open() as stream:
        return stream.read()


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda each: each.name)
def test_examples_unwrap_to_what_they_say(decoder):
    for example in decoder.examples():
        assert decoder_for(example.wrapped[:512]) is decoder
        (member,) = unwrap(example.wrapped)
        assert content(member) == example.inside
        assert member.blob.size == len(example.inside)


@pytest.mark.parametrize("decoder", [each for each in DECODERS if each.name != "pdf"], ids=lambda each: each.name)
def test_cut_in_the_middle_is_said(decoder):
    for example in decoder.examples():
        keep = {"tar": 514}.get(decoder.name, len(example.wrapped) // 2)
        cut = example.wrapped[:keep]
        found = list(decoder.members(Blob.from_bytes(cut, "x"), Budget.for_size(len(cut))))
        assert found
        assert {each.reason for each in found} <= {f"broken-{decoder.name}", "cut-off"}


@pytest.mark.parametrize("name", ["syslog.gz", "syslog.tar", "syslog.zip"])
def test_real_archives_hold_the_same_file(shared, name):
    data = (shared / "evidence/archives" / name).read_bytes()
    members = [each for each in unwrap(data) if isinstance(each, Member)]
    assert any(b"myhostname.myhost.com" in content(member) for member in members)


@pytest.mark.parametrize("name", ["absolute_paths.tar", "absolute_paths.zip"])
def test_absolute_names_are_read_and_remarked(shared, name):
    members = unwrap((shared / "evidence/archives" / name).read_bytes())
    unsafe = [each for each in members if isinstance(each, Member) and "unsafe-name" in each.remarks]
    assert [each.name for each in unsafe] == ["/folder/syslog", "/folder/wtmp.1"]
    assert len(content(unsafe[0])) == unsafe[0].blob.size > 0


def test_names_that_climb_out_are_read_and_remarked():
    (member,) = unwrap(zipped(("../../etc/passwd", b"root")))
    assert member.remarks == ("unsafe-name",)
    assert content(member) == b"root"


def test_two_members_of_one_name_are_both_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    first, second = unwrap(buffer.getvalue())
    assert (content(first), content(second)) == (b"1", b"2")
    assert first.remarks == second.remarks == ("duplicate-name",)
    assert (first.step, second.step) == ("0", "1")


def test_encrypted_members_are_counted():
    data = bytearray(zipped(("a", b"secret"), ("b", b"open")))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    secret, open_ = unwrap(bytes(data))
    assert secret.reason == "encrypted"
    assert content(open_) == b"open"


def test_links_in_a_zip_are_not_followed():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("out")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert [each.reason for each in unwrap(buffer.getvalue())] == ["link"]


def test_links_and_devices_in_a_tar_are_not_followed():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert [each.reason for each in unwrap(buffer.getvalue())] == ["link", "link", "special-file"]


def test_a_bad_header_in_the_middle_of_a_tar_is_said():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("a", "b", "c"):
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    data = bytearray(buffer.getvalue())
    data[1024 + 10] ^= 1
    kinds = [each.reason if isinstance(each, Skipped) else each.name for each in unwrap(bytes(data))]
    assert kinds == ["a", "broken-tar"]


def test_a_zip_bomb_is_refused_unread():
    bomb = zipped(("zeros", bytes(80 * 1024 * 1024)))
    assert len(bomb) < 100_000
    assert [each.reason for each in unwrap(bomb)] == ["bomb"]


def test_a_gzip_bomb_is_refused_within_its_allowance():
    bomb = gzip.compress(bytes(3_000_000))
    assert [each.reason for each in unwrap(bomb, Limits(ratio=10, floor=1_000_000))] == ["bomb"]


def test_all_members_together_have_one_allowance():
    data = zipped(*((f"{n}", bytes(1000)) for n in range(10)))
    kinds = [isinstance(each, Member) for each in unwrap(data, Limits(ratio=0, floor=4500))]
    assert kinds == [True] * 4 + [False] * 6


def test_a_member_that_lies_about_its_size_gives_no_more():
    data = bytearray(zipped(("a", bytes(100_000))))
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    (member,) = unwrap(bytes(data))
    with pytest.raises(DecodedBroken):
        content(member)


def pdf(*contents: bytes) -> bytes:
    objects = [b"1 0 obj <</Filter /FlateDecode>> stream\r\n" + each + b"\nendstream endobj" for each in contents]
    return b"%PDF-1.7\n" + b"\n".join(objects)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"BT (ana@) Tj (example.org) Tj ET", b"ana@example.org"),
        (b"BT [(a) -10 (na) -250 (x)] TJ ET", b"ana x"),
        (b"BT (a\\(b\\)\\101) Tj ET", b"a(b)A"),
        (b"BT (a (nested) b) Tj ET", b"a (nested) b"),
        (b"BT 1 0 0 1 5 700 Tm (a) Tj 1 0 0 1 50 700 Tm (b) Tj 1 0 0 1 5 680 Tm (c) Tj ET", b"ab\nc"),
        (b"BT (a) Tj T* (b) Tj 0 -12 Td (c) Tj ET", b"a\nb\n c"),
        (b"BT (half", None),
        (b"q 1 0 0 1 0 0 cm Q", None),
    ],
)
def test_words_of_a_pdf_page(page, words):
    found = [content(each) for each in unwrap(pdf(zlib.compress(page)))]
    assert found == ([words] if words is not None else [])


def test_a_cut_pdf_gives_the_words_before_the_cut():
    whole = pdf(zlib.compress(b"BT (first) Tj ET"), zlib.compress(b"BT (second) Tj ET"))
    (member,) = unwrap(whole[: whole.rfind(b"stream\r\n") + 10])
    assert content(member) == b"first"


def test_pictures_in_a_pdf_are_members_at_their_place():
    picture = b"\xff\xd8\xff\xe0 not really a picture"
    data = pdf(picture, zlib.compress(b"BT (words) Tj ET"))
    first, second = unwrap(data)
    assert (first.step, second.step) == (f"PDF-{data.find(picture)}", "PDF-TEXT")
    assert content(first) == picture + b"\n"
    assert first.blob.size == len(picture) + 1


def test_spool_reads_in_any_order_and_copies_again_after_release():
    opened = []

    def opener():
        opened.append(1)
        return io.BytesIO(b"0123456789")

    spool = Spool(Blob("x", 10, opener), limit=10)
    with spool.open() as one, spool.open() as two:
        one.seek(-3, io.SEEK_END)
        assert (one.read(), two.read(2)) == (b"789", b"01")
        assert len(opened) == 1
        spool.release()
        assert two.read(2) == b"23"
    del one, two
    with spool.open() as three:
        assert three.read() == b"0123456789"
    assert len(opened) == 2


def test_spool_has_a_limit():
    with pytest.raises(DecodedTooMuch):
        Spool(Blob.from_bytes(bytes(11), "x"), limit=10).open()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a b.txt", "a b.txt"),
        ("año".encode(), "año"),
        (b"a\xff", "a\\xff"),
        (b"a\\xff", "a\\x5cxff"),
        (b"a|1", "a\\x7c1"),
        ("a\u202egpj.exe".encode(), "a\\u202egpj.exe"),
        (b"a\nb", "a\\u000ab"),
    ],
)
def test_names_are_escaped_one_to_one(name, shown):
    assert escape_name(name) == shown


@pytest.mark.parametrize("name", [b"/a", b"\\a", b"C:\\a", b"a/../b", b"..", b"a\x00b"])
def test_names_that_escape_are_unsafe(name):
    assert is_unsafe_name(name)


@pytest.mark.parametrize("name", [b"a", b"a/b", b"a..b", b"..a/b"])
def test_plain_names_are_safe(name):
    assert not is_unsafe_name(name)
