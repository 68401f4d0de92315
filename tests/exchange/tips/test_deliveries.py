"""Folders, archives with one tip or hundreds, files that fit no report, and every bad delivery."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from amparo.base import Blob
from amparo.decoders import Limits
from amparo.exchange import tips
from amparo.exchange.tips import PROBLEMS, LooseFile, Tip, link_keys, read_delivery

PNG = b"\x89PNG\r\n\x1a\n made for a test"


def shown(tip):
    """(name, named by the report, bytes or None) of each file."""
    return [(each.shown_name, each.named, each.blob.read(99) if each.blob else None) for each in tip.files]


def problems(tip):
    return [(each.what, each.reason) for each in tip.problems]


def test_a_report_and_its_files_in_one_folder(tmp_path, read, report):
    (tmp_path / "media").mkdir()
    (tmp_path / "report.xml").write_bytes(report("1001", "a.jpg", "b.jpg"))
    (tmp_path / "media" / "A.JPG").write_bytes(PNG)
    (tmp_path / "media" / "c.jpg").write_bytes(b"c")
    found = read(tmp_path)
    assert shown(found.tip) == [("a.jpg", True, PNG), ("b.jpg", True, None), ("c.jpg", False, b"c")]
    assert problems(found.tip) == [("b.jpg", "missing-file"), ("report.xml", "not-named")]
    assert (found.loose, found.skipped) == ([], [])


def test_hundreds_in_one_zip_each_in_its_own_way(read, report, zipped):
    files = {f"{number}/report.xml": report(str(number), "a.jpg") for number in range(1000, 1150)}
    files |= {f"{number}/a.jpg": str(number).encode() for number in range(1000, 1150)}
    for number in range(1150, 1300):
        files[f"{number}.zip"] = zipped({"r.xml": report(str(number), "a.jpg"), "a.jpg": str(number).encode()})
    found = read(files)
    assert len(found.tips) == 300
    assert all(shown(tip) == [("a.jpg", True, tip.provider_report_id.encode())] for tip in found.tips)
    assert found.loose == found.skipped == []


def test_a_flat_folder_shares_files_by_name_and_by_number(read, report):
    found = read({
        "1001.xml": report("1001", "a.jpg"), "1002.xml": report("1002", "a.jpg", "b.jpg"), "a.jpg": b"A",
        "b.jpg": b"B", "1001-more.jpg": b"M", "1002.pdf": b"%PDF-1.4 no words", "stray.jpg": b"S",
    })  # fmt: skip
    one, two = found.tips
    assert shown(one) == [("a.jpg", True, b"A"), ("1001-more.jpg", False, b"M")]
    assert shown(two) == [("a.jpg", True, b"A"), ("b.jpg", True, b"B"), ("1002.pdf", False, b"%PDF-1.4 no words")]
    assert [each.path for each in found.loose] == ["d.zip|stray.jpg"]


def test_many_reports_in_one_document(read):
    reports = {"reports": [{"reportId": number, "incidentType": "x"} for number in (1001, 1002)]}
    assert [tip.provider_report_id for tip in read(json.dumps(reports).encode()).tips] == ["1001", "1002"]
    assert [tip.provider_report_id for tip in read(json.dumps(reports["reports"]).encode()).tips] == ["1001", "1002"]
    xml = b"<reports><report><reportId>1001</reportId><incidentType>x</incidentType></report>" * 1
    xml += b"<report><reportId>1002</reportId><incidentType>x</incidentType></report></reports>"
    assert [tip.provider_report_id for tip in read(xml).tips] == ["1001", "1002"]


def test_the_same_report_as_xml_and_json_is_one_tip(read, report):
    again = json.dumps({"reportId": "1001", "incidentType": "Online Enticement of Children"}).encode()
    found = read({"r.xml": report("1001"), "r.json": again})
    assert [(each.name, each.relevance) for each in found.tip.files] == [("r.json", "report")]


def test_a_file_under_two_names(read, report):
    named = "<fileDetails><fileId>7</fileId><originalFileName>{}</originalFileName></fileDetails>"
    found = read({"r.xml": report(more=named.format("a.jpg") + named.format("A.jpg")), "a.jpg": PNG})
    assert ("d.zip|a.jpg", "two-names") in problems(found.tip)
    assert [each.blob is not None for each in found.tip.files] == [True, True]


def test_a_file_delivered_under_another_name_is_found_by_its_digest(read, report):
    md5 = hashlib.md5(PNG, usedforsecurity=False).hexdigest()
    named = f'<fileDetails><fileName>a.jpg</fileName><hash hashType="md5">{md5}</hash></fileDetails>'
    found = read({"r.xml": report(more=named), "b.jpg": PNG, "c.jpg": b"c"})
    assert shown(found.tip) == [("a.jpg", True, PNG), ("c.jpg", False, b"c")]
    assert ("a.jpg", "other-name") in problems(found.tip)


def test_two_files_of_one_name_are_told_apart_by_digest(read, report):
    md5 = hashlib.md5(b"second", usedforsecurity=False).hexdigest()
    named = f'<fileDetails><fileName>a.jpg</fileName><hash hashType="md5">{md5}</hash></fileDetails>'
    found = read({"r.xml": report(more=named), "x/a.jpg": b"first", "y/a.jpg": b"second"})
    assert shown(found.tip) == [("a.jpg", True, b"second"), ("a.jpg", False, b"first")]
    unsure = read({"r.xml": report("1001", "a.jpg"), "x/a.jpg": b"first", "y/a.jpg": b"second"})
    assert ("a.jpg", "ambiguous-name") in problems(unsure.tip)


def test_a_size_that_differs_is_said(read, report):
    named = "<fileDetails><fileName>a.jpg</fileName><fileSize>5</fileSize></fileDetails>"
    assert ("a.jpg", "size-differs") in problems(read({"r.xml": report(more=named), "a.jpg": PNG}).tip)


def test_details_in_a_document_of_their_own(read, report):
    details = b"<fileDetails><reportId>1001</reportId><originalFileName>a.jpg</originalFileName>"
    details += b"<fileViewedByEsp>true</fileViewedByEsp><fileId>9</fileId></fileDetails>"
    found = read({"r.xml": report("1001", "a.jpg"), "details.xml": details, "a.jpg": PNG})
    (file, document) = found.tip.files
    assert (file.viewed_by_provider, file.id, file.blob is not None) == (True, "9", True)
    assert (document.name, document.relevance) == ("details.xml", "report")


def test_an_archive_that_the_report_names_is_a_file_and_is_not_opened(read, report, zipped):
    found = read({"r.xml": report("1001", "phone.zip"), "phone.zip": zipped({"r.xml": report("1002")})})
    assert [each.shown_name for each in found.tip.files] == ["phone.zip"]


def test_the_same_report_again_and_a_new_version_are_said(read, report):
    found = read({
        "1/r.xml": report("1001"), "2/r.xml": report("1001"), "3/r.xml": report("1001", more="<platform>Z</platform>"),
    })  # fmt: skip
    first, again, version = found.tips
    assert problems(first) == []
    assert again.problems[-1] == ("d.zip|2/r.xml", "duplicate-report", "d.zip|1/r.xml")
    assert version.problems[-1][:2] == ("d.zip|3/r.xml", "second-version")


# -- bad deliveries ------------------------------------------------------------------------------------------------

BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><report><reportId>&b;</reportId></report>'
OUTSIDE = b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><report/>'
EXTERNAL = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><report>&x;</report>'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("r.xml", BOMB, "xml-entities", id="entity-bomb"),
        pytest.param("r.xml", OUTSIDE, "xml-entities", id="outside-dtd"),
        pytest.param("r.xml", EXTERNAL, "xml-entities", id="external-entity"),
        pytest.param("r.xml", b"<report><reportId>1", "broken-xml", id="cut"),
        pytest.param("r.xml", b"<report>&lost;</report>", "broken-xml", id="undefined-entity"),
        pytest.param("r.xml", b'<?xml version="1.0" encoding="klingon"?><report/>', "broken-xml", id="encoding"),
        pytest.param("r.xml", b"<report>" * 99 + b"</report>" * 99, "too-deep", id="deep-xml"),
        pytest.param("r.json", b'{"reportId": 1', "broken-json", id="cut-json"),
        pytest.param("r.json", b'{"a":' * 5000 + b"1" + b"}" * 5000, "too-deep", id="deep-json"),
        pytest.param("r.json", b'{"a":' * 70 + b"1" + b"}" * 70, "too-deep", id="rather-deep-json"),
        pytest.param("r.json", b'{"a": "\xff"}', "broken-json", id="not-utf-8"),
        pytest.param("r.pdf", b"%PDF-1.4 stream\n\x00\x01", "pdf-without-text", id="pdf-of-pictures"),
    ],
)
def test_a_bad_report_is_said_and_kept_as_a_file(read, name, data, reason):
    found = read({name: data})
    assert found.tips == []
    assert [(each.what, each.reason) for each in found.skipped] == [(f"d.zip|{name}", reason)]
    assert [each.path for each in found.loose] == [f"d.zip|{name}"]
    assert found.loose[0].blob.read(len(data) + 1) == data


def test_one_bad_report_does_not_stop_the_others(read, report):
    found = read({"1/r.xml": BOMB, "2/r.xml": report("1002"), "3/r.json": b"{", "4/r.xml": report("1004")})
    assert [tip.provider_report_id for tip in found.tips] == ["1002", "1004"]
    assert sorted(found.reasons) == ["broken-json", "xml-entities"]


def test_a_report_too_large_is_said(report, monkeypatch, read):
    monkeypatch.setattr("amparo.exchange.tips.documents.LARGEST", 100)
    assert read({"r.xml": report(more="x" * 100)}).reasons == ["report-too-large"]


def test_a_small_file_with_a_very_large_tree_is_said(report, monkeypatch, read):
    monkeypatch.setattr("amparo.exchange.tips.tree.MOST", 1000)
    assert read({"r.xml": report(more="<a/>" * 1001)}).reasons == ["report-too-large"]
    assert read({"r.json": b'{"a": [' + b"1," * 1001 + b"1]}"}).reasons == ["report-too-large"]


def test_utf_16_and_byte_order_marks_are_read(read, report):
    text = report("1001").decode()
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        assert read(data, "r").tip.provider_report_id == "1001"
    found = json.dumps({"reportId": 1001, "incidentType": "x"})
    for data in (found.encode("utf-16"), found.encode("utf-8-sig")):
        assert read(data, "r").tip.provider_report_id == "1001"


def test_zips_inside_zips_end(read, zipped):
    data = zipped({"a.txt": b"a"})
    for _ in range(12):
        data = zipped({"a.zip": data})
    found = read(data)
    assert found.reasons == ["too-deep"]
    assert len(found.loose) == 1


def test_a_bomb_is_bounded_and_what_else_there_is_is_read(report):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("r.xml", report("1001", "big.bin"))
        archive.writestr("big.bin", b"\0" * 3_000_000)
    found = list(read_delivery(Blob.from_bytes(buffer.getvalue(), "d.zip"), Limits(ratio=2, floor=1_000_000)))
    assert [each.reason for each in found if not isinstance(each, Tip | LooseFile)] == ["bomb"]
    (tip,) = (each for each in found if isinstance(each, Tip))
    assert ("big.bin", "missing-file") in problems(tip)


def test_a_broken_archive_is_kept_as_a_file(read, report):
    found = read({"1/r.xml": report("1001"), "2/x.zip": b"PK\x03\x04 and nothing behind it"})
    assert "broken-zip" in found.reasons
    assert [each.path for each in found.loose] == ["d.zip|2/x.zip"]


def test_names_that_try_to_escape_lead_nowhere(read, report):
    found = read({"../../etc/r.xml": report("1001", "a.jpg"), "/abs/a.jpg": b"A", "..\\..\\b.jpg": b"B"})
    assert found.tip.path == "d.zip|etc/r.xml"
    assert sorted(each.path for each in found.loose) == ["d.zip|abs/a.jpg", "d.zip|b.jpg"]


def test_links_in_a_folder_are_not_followed(tmp_path, read, report):
    (tmp_path / "r.xml").write_bytes(report("1001", "passwd"))
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    found = read(tmp_path)
    assert found.reasons == ["link"]
    assert found.tip.files[0].missing


def test_nothing_at_all(tmp_path, read, zipped):
    assert read(tmp_path) == ([], [], [])
    assert [each.path for each in read(zipped({})).loose] == ["d.zip"]
    assert [each.path for each in read(b"").loose] == ["d.zip"]


def test_a_source_that_is_not_there_raises(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read_delivery(tmp_path / "none.zip"))


def test_values_of_the_wrong_form_are_kept_and_said(read, report):
    more = (
        "<personOrUserReported><ipCaptureEvent><ipAddress>999.1.1.1</ipAddress><port>70000</port></ipCaptureEvent>"
        "<age>old</age></personOrUserReported><lawEnforcement><caseNumber>2026-0001</caseNumber></lawEnforcement>"
        '<fileDetails><fileName>a</fileName><hash hashType="SHA1">zz</hash><fileViewedByEsp>maybe</fileViewedByEsp>'
        "<fileSize>big</fileSize></fileDetails><reportId>1002</reportId>"
    )
    tip = read(report("1001", more=more), "r").tip
    assert {reason for _, reason in problems(tip)} == {
        "bad-ip", "bad-port", "bad-digest", "foreign-case-number", "missing-file", "several-report-ids",
    }  # fmt: skip
    assert tip.reported[0].ips[0].address == "999.1.1.1"
    assert tip.law_enforcement[0].case_number == "2026-0001"
    assert tip.files[0].viewed_by_provider is None
    assert {text for _, text in tip.unknown} == {"70000", "old", "zz", "maybe", "big", "1002"}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", [":" * 100_000, " " * 100_000 + "x", "1" * 100_000, "@" * 100_000, "(" * 100_000])
def test_very_long_values_cost_no_time(read, report, text):
    more = "".join(
        f"<personOrUserReported><{name}>{text}.</{name}></personOrUserReported>"
        for name in ("ipAddress", "email", "phone", "age", "screenName", "profileUrl")
    )
    tip = read(report(more=f"{more}<receivedDateTime>{text}.</receivedDateTime>"), "r").tip
    link_keys(tip, "KE")
    assert tip.received is not None
    assert tip.received.instant is None


def test_contradicting_answers_count_as_not_said(read, report):
    more = "<fileDetails><fileName>a</fileName><viewed>yes</viewed><fileViewedByEsp>no</fileViewedByEsp></fileDetails>"
    tip = read(report(more=more), "r").tip
    assert tip.files[0].viewed_by_provider is None
    assert ("a", "contradicts-itself") in problems(tip)


def test_every_reason_has_a_sentence():
    """Reasons stand in the sources as the second argument of Skipped or Notes.problem, or the first of Unread."""
    found = set()
    for path in Path(tips.__file__).parent.glob("*.py"):
        found |= set(re.findall(r'(?:Skipped|problem)\([^,()]*(?:\[[^\]]*\][^,()]*)?, "([a-z-]+)"', path.read_text()))
        found |= set(re.findall(r'Unread\("([a-z-]+)"', path.read_text()))
    assert len(found) > 15
    assert found <= PROBLEMS.keys()


def test_reading_again_gives_the_same_in_the_same_order(read, report, zipped):
    files = {f"{number}.zip": zipped({"r.xml": report(str(number), "a.jpg")}) for number in range(1000, 1020)}
    assert read(files) == read(files)
