"""What we write is read by the open client of each exchange, and what it is tested with is read by us."""

import json
from io import BytesIO
from xml.etree import ElementTree

import pytest

from amparo.base import Skipped
from amparo.media import LISTS, Entry, NotAHashList
from amparo.media.lists import BrokenList, TruncatedList

dacite = pytest.importorskip("dacite")
ncmec = pytest.importorskip("threatexchange.exchanges.clients.ncmec.hash_api")
stopncii = pytest.importorskip("threatexchange.exchanges.clients.stopncii.api")

MD5 = "a1" * 16
#: In the shape of the page that python-threatexchange is tested with.
PAGE = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2" xmlns:x="https://example.org/x">
    <images count="2" maxTimestamp="2017-10-24T15:10:00Z">
        <image>
            <member id="42">Example &amp; Member</member>
            <timestamp>2017-10-24T15:00:00Z</timestamp>
            <id>image1</id>
            <classification>A1</classification>
            <fingerprints>
                <md5>{MD5.upper()}</md5>
                <pdna>{"ab" * 144}</pdna>
                <tmk-pdqf rel="self" href="/v2/entries/1/fingerprints/TMK_PDQF"/>
            </fingerprints>
            <feedback lastUpdateTimestamp="2023-06-01T12:48:14Z">
                <affirmativeFeedback type="Md5"><members timestamp="t"><member id="42">Example</member></members>
                </affirmativeFeedback>
                <negativeFeedback type="Sha1"><reasons><reason guid="0" name="Reason 1" type="Sha1"/>
                    <members timestamp="t"><member id="43">a</member><member id="44">b</member></members>
                </reasons></negativeFeedback>
            </feedback>
            <x:own x:at="1">kept <![CDATA[<as it is>]]></x:own>
        </image>
        <deletedImage><member id="43">Other</member><id>image4</id>
            <timestamp>2017-10-24T15:10:00Z</timestamp></deletedImage>
    </images>
    <videos count="1" maxTimestamp="2017-10-24T15:20:00Z">
        <video><member id="42">Example</member><timestamp>t</timestamp><id>video1</id>
            <fingerprints><md5>{"b1" * 16}</md5><sha1>{"b1" * 20}</sha1></fingerprints></video>
    </videos>
</queryResult>""".encode()


def read(data: bytes, name: str = "ncmec-v2") -> list[Entry | Skipped]:
    return list(LISTS[name].read(BytesIO(data)))  # type: ignore[arg-type]


def test_a_page_of_ncmec() -> None:
    image, deleted, video = read(PAGE)
    assert isinstance(image, Entry)
    assert image.digests == {"md5": MD5, "photodna": "ab" * 144}
    assert image.label == "A1"
    assert image.extra == {
        "kind": "image", "member_id": "42", "member": "Example & Member", "id": "image1",
        "timestamp": "2017-10-24T15:00:00Z", "upvotes": "1", "downvotes": "2",
    }  # fmt: skip
    assert image.source is not None
    assert '<own xmlns="https://example.org/x" xmlns:n0="https://example.org/x" n0:at="1">' in image.source
    assert "kept &lt;as it is&gt;" in image.source
    assert "\n" not in image.source
    assert (deleted.status, deleted.digests, deleted.extra["id"]) == ("withdrawn", {}, "image4")  # type: ignore[union-attr]
    assert video.extra["kind"] == "video"  # type: ignore[union-attr]


def test_the_open_client_reads_the_page_we_write() -> None:
    sink = BytesIO()
    LISTS["ncmec-v2"].write([each for each in read(PAGE) if isinstance(each, Entry)], sink, {})
    tree = ElementTree.fromstring(
        sink.getvalue().replace(b' xmlns="https://hashsharing.ncmec.org/hashsharing/v2"', b"")
    )
    page = ncmec.GetEntriesResponse.from_xml(ncmec._XMLWrapper(tree), 0)
    assert [(each.id, each.member_id, each.deleted) for each in page.updates] == [
        ("image1", 42, False), ("image4", 43, True), ("video1", 42, False),
    ]  # fmt: skip
    assert page.updates[0].fingerprints["md5"] == MD5.upper()
    assert len(page.updates[0].feedback["Sha1"]) == 2
    assert read(sink.getvalue()) == read(PAGE)


def test_the_open_client_reads_the_records_we_write() -> None:
    sink = BytesIO()
    LISTS["stopncii"].write([Entry(1, {"pdq": "ab" * 32, "md5": MD5}, status="withdrawn")], sink, {})
    document = json.loads(sink.getvalue())
    config = dacite.Config(cast=[stopncii.enum.Enum, set])
    page = dacite.from_dict(data_class=stopncii.FetchHashesResponse, data=document, config=config)
    assert [(each.signalType.value, each.hashValue, each.hashStatus.value) for each in page.hashRecords] == [
        ("ImagePDQ", "ab" * 32, "Withdrawn"), ("VideoMD5", MD5, "Withdrawn"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "error", "why"),
    [
        (b"", NotAHashList, "no XML"),
        (b"<a/>", NotAHashList, "namespace"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', NotAHashList, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', NotAHashList, "document type"),
        (PAGE[:-5], TruncatedList, "1 records|2 records|3 records"),
        (PAGE[: PAGE.index(b"<classification>")], TruncatedList, "0 records"),
        (PAGE.replace(b"</images>", b"</image>"), BrokenList, "2 records: mismatched tag"),
        (PAGE.replace(b"<videos", b"&unknown;<videos"), BrokenList, "undefined entity"),
        (PAGE + b"<more/>", BrokenList, "junk after document"),
        (PAGE.replace(b"<classification>A1", b"<a>" * 70), BrokenList, "nested too deeply"),
        (PAGE.replace(b"<id>image1", b"<id a='" + b"x" * (2 << 20)), BrokenList, "does not end|not well-formed"),
    ],
)
def test_a_page_that_is_wrong_says_so(data: bytes, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        read(data)


def test_a_record_of_megabytes_is_skipped() -> None:
    found = read(PAGE.replace(b"image4", b"x" * (2 << 20)))
    assert [each.reason for each in found if isinstance(each, Skipped)] == ["record-too-large"]
    assert [each.row for each in found if isinstance(each, Entry)] == [1, 3]
