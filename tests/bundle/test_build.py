import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import bagit
import pypdf
import pytest

from amparo.base import Blob, UnknownEntry, canonical_digest
from amparo.bundle import VERIFIER, CustodyLog, State, build_bundle, pack, verify
from amparo.bundle.errors import (
    CitedItemMissing,
    ContentWrong,
    CustodyBroken,
    IncludedFileWrong,
    NotABundle,
    PictureUnsafe,
    PlaceTaken,
    RestrictedLeak,
    SignerUnknown,
    UnsafeName,
)
from amparo.bundle.names import check_name
from amparo.bundle.pictures import check_picture
from amparo.custody import Event, event_line, first_prev
from amparo.findings import Statement

NOTE = b"pay to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n"
NOTE_PATH = f"exhibits/EX1/{hashlib.sha256(NOTE).hexdigest()[:16]}.txt"


def at(content):
    return next(row.at for row in content.completeness if row.at)


def with_row(content, index, **changes):
    rows = list(content.completeness)
    rows[index] = replace(rows[index], **changes)
    return replace(content, completeness=tuple(rows))


def test_the_bag_is_a_bag_to_the_bagit_library(built):
    bag = bagit.Bag(str(built))
    assert bag.is_valid()
    assert bag.version == "1.0"
    assert bag.info["External-Identifier"] == "2026-0042"


def test_the_files_of_a_bundle(built):
    names = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    tags = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"}
    data = "report.html report.en.html report.en.pdf findings.json completeness.json custody.jsonl checkpoints.json"
    data += f" authorisations.json keys.json case.json exhibits.json pictures/flow-1.svg thumbs/b.png {NOTE_PATH}"
    assert names == tags | {"README.txt", "verify.py"} | {f"data/{name}" for name in data.split()} | {
        name for name in names if name.startswith("data/recipes/")
    }
    assert len([name for name in names if name.startswith("data/recipes/")]) == 2


def test_the_same_content_gives_the_same_bytes(content, signer, tmp_path):
    content = replace(content, languages=("en", "ar"))
    first = build_bundle(content, tmp_path / "1" / "case", signer, at=at(content))
    second = build_bundle(content, tmp_path / "2" / "case", signer, at=at(content))
    assert (
        first.digest
        == second.digest
        == hashlib.sha256((first.path / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    )
    assert pack(first.path).read_bytes() == pack(second.path).read_bytes()


def test_findings_keep_template_facts_and_sentences(content, signer, tmp_path):
    content = replace(content, languages=("en", "sw"))
    path = build_bundle(content, tmp_path / "b", signer, at=at(content)).path
    finding = json.loads((path / "data/findings.json").read_text())["findings"][2]
    assert finding["claim"]["template"] == "sighting.seen"
    assert finding["sentences"]["en"].startswith("BTC address 1BoatSLRHtKNngkdXEeobR76b53LETtpyT stands in")
    assert " ipo katika " in finding["sentences"]["sw"]


def test_completeness_names_who_cites(built):
    items = {row["ref"]: row for row in json.loads((built / "data/completeness.json").read_text())["items"]}
    assert items["btc:9:0"]["cited_by"] == ["F2", "picture:flow-1"]
    assert items["EX1/p1/photos/a.jpg"]["state"] == "withheld"


def refused(error, content, signer, tmp_path, match=None):
    with pytest.raises(error, match=match):
        build_bundle(content, tmp_path / "out" / "b", signer, at=at(content))
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_a_cited_item_without_an_entry_is_refused(content, signer, tmp_path):
    refused(
        CitedItemMissing,
        replace(content, completeness=content.completeness[1:]),
        signer,
        tmp_path,
        "F3 cites EX1/p1/docs",
    )


@pytest.mark.parametrize(
    ("blob", "why"),
    [(b"", "is empty"), (b"other bytes", "differs"), (NOTE + b"x", "differs")],
)
def test_an_included_file_that_is_not_the_item_is_refused(content, signer, tmp_path, blob, why):
    files = {**content.files, NOTE_PATH: Blob.from_bytes(blob, "x")}
    refused(IncludedFileWrong, replace(content, files=files), signer, tmp_path, why)


def test_a_missing_and_an_unnamed_file_are_refused(content, signer, tmp_path):
    refused(
        IncludedFileWrong,
        replace(content, files={"thumbs/b.png": content.files["thumbs/b.png"]}),
        signer,
        tmp_path,
        "missing",
    )
    files = {**content.files, "exhibits/EX1/loose.txt": Blob.from_bytes(b"x", "x")}
    refused(ContentWrong, replace(content, files=files), signer, tmp_path, "no completeness entry")


def test_restricted_material_leaves_in_no_form(content, signer, tmp_path):
    picture = Blob.from_bytes(b"the restricted picture", "a.jpg")
    shown = with_row(content, 1, state=State.INCLUDED, path="exhibits/EX1/a.jpg")
    refused(RestrictedLeak, replace(shown, files={**content.files, "exhibits/EX1/a.jpg": picture}), signer, tmp_path)
    thumb = with_row(content, 1, state=State.THUMBNAIL_ONLY, path="thumbs/a.png")
    refused(RestrictedLeak, replace(thumb, files={**content.files, "thumbs/a.png": picture}), signer, tmp_path)
    # The same bytes under another item's name are found by their digest.
    refused(RestrictedLeak, replace(content, files={**content.files, "thumbs/b.png": picture}), signer, tmp_path)


@pytest.mark.parametrize("changes", [{"ground": None}, {"decided_by": None}, {"path": "exhibits/x.txt"}])
def test_withholding_needs_ground_and_person_and_no_file(content, signer, tmp_path, changes):
    refused(ContentWrong, with_row(content, 3, **changes), signer, tmp_path, "withheld")


def test_a_broken_or_empty_custody_log_is_refused(content, signer, tmp_path):
    (log,) = content.custody
    broken = replace(content, custody=(CustodyLog(log.log, [*log.lines[:3], *log.lines[4:]]),))
    refused(CustodyBroken, broken, signer, tmp_path, "event 4")
    refused(ContentWrong, replace(content, custody=(CustodyLog(log.log, []),)), signer, tmp_path, "empty")
    refused(ContentWrong, replace(content, custody=()), signer, tmp_path, "no custody log")


def test_two_logs_one_of_them_a_generator(content, signer, tmp_path):
    event = Event(actor="u1", role="supervisor", action="opened", object="case", at=at(content))
    line = event_line(event, log="agency:1", seq=1, prev=first_prev("agency:1"))
    logs = (*content.custody, CustodyLog("agency:1", (each for each in [line + "\n"])))
    path = build_bundle(replace(content, custody=logs), tmp_path / "b", signer, at=at(content)).path
    assert verify(path).totals["events"] == 13


def test_signers_that_are_not_valid_are_refused(content, signer, second_key, tmp_path):
    refused(SignerUnknown, content, second_key, tmp_path, "not listed")
    (mine, old) = content.keys
    now = at(content)
    late = replace(mine, valid_to=now - timedelta(seconds=1))
    refused(SignerUnknown, replace(content, keys=(late, old)), signer, tmp_path, "not valid")
    refused(SignerUnknown, replace(content, keys=(replace(mine, revoked=now), old)), signer, tmp_path, "revoked")


def test_sentences_that_cannot_be_said_are_refused(content, signer, tmp_path):
    refused(UnknownEntry, replace(content, notes=(Statement("no.such", {}),)), signer, tmp_path)
    refused(
        ContentWrong, replace(content, notes=(Statement("skipped.items", {"count": 1}),)), signer, tmp_path, "exhibit"
    )


@pytest.mark.parametrize(
    "changes", [{"languages": ()}, {"languages": ("xx",)}, {"languages": ("en", "en")}, {"pictures": {}}]
)
def test_content_that_does_not_fit(content, signer, tmp_path, changes):
    refused(ContentWrong, replace(content, **changes), signer, tmp_path)


def test_twice_the_same_finding_or_item(content, signer, tmp_path):
    refused(
        ContentWrong, replace(content, findings=content.findings * 2), signer, tmp_path, "finding 'F1' occurs twice"
    )
    refused(ContentWrong, replace(content, completeness=content.completeness * 2), signer, tmp_path, "occurs twice")


def test_nothing_is_written_over(content, signer, tmp_path):
    (tmp_path / "b").mkdir()
    with pytest.raises(PlaceTaken):
        build_bundle(content, tmp_path / "b", signer, at=at(content))
    with pytest.raises(ContentWrong, match="zone"):
        build_bundle(content, tmp_path / "c", signer, at=at(content).replace(tzinfo=None))


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "a/../b",
        "a//b",
        "a\\b",
        "x.",
        ".x",
        "a/con.txt",
        "NUL",
        "a b",
        "a%0A",
        "é.txt",
        "x" * 101,
        "a/" * 150 + "b",
        "",
        "a:b",
    ],
)
def test_unsafe_names(name):
    with pytest.raises(UnsafeName):
        check_name(name)


def test_a_safe_name():
    assert check_name("exhibits/EX1/0a1b.tar.gz") == "exhibits/EX1/0a1b.tar.gz"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        '<image href="data:image/png;base64,AA"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        '<g onclick="x()"/>',
        '<use href="http://example.com/x.svg#a"/>',
        "<style>@import 'http://example.com/a.css';</style>",
        '<rect style="fill:url(http://example.com/a)"/>',
        "<unclosed>",
    ],
)
def test_unsafe_pictures(inside):
    with pytest.raises(PictureUnsafe):
        check_picture("p", f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>')


def test_an_xml_bomb_and_another_root():
    with pytest.raises(PictureUnsafe):
        check_picture("p", '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>')
    with pytest.raises(PictureUnsafe):
        check_picture("p", "<html/>")


def test_pack_refuses_what_does_not_verify(built, tmp_path):
    with pytest.raises(NotABundle):
        pack(tmp_path)
    target = tmp_path / "there.zip"
    target.touch()
    with pytest.raises(PlaceTaken):
        pack(built, target)


# --- the reports -----------------------------------------------------------------------------------------------


def text_of(pdf):
    words = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages)
    return words.replace("\u200b", "").replace("\n", "")


def test_the_pdf_is_pdf_a_3b_with_its_data_attached(reports):
    for language in ("en", "ar"):
        raw = (reports / f"report.{language}.pdf").read_bytes()
        pdf = pypdf.PdfReader(BytesIO(raw))
        xmp = pdf.xmp_metadata.stream.get_data().decode()
        assert re.search(r"pdfaid:part[>=\"' ]+3", xmp)
        assert re.search(r"pdfaid:conformance[>=\"' ]+B", xmp)
        assert pdf.trailer["/Root"]["/Lang"].startswith(language)
        names = ("completeness.json", "custody.jsonl", "findings.json")
        assert {name.lstrip("/") for name in pdf.attachments} == set(names)
        for name, (data,) in pdf.attachments.items():
            assert data == (reports / name.lstrip("/")).read_bytes()
        fonts = {font["/BaseFont"] for page in pdf.pages for font in page["/Resources"].get("/Font", {}).values()}
        assert fonts
        assert all("NotoSans" in font for font in fonts)


def test_page_one_says_totals_keys_and_how_to_verify(reports, signer):
    first = pypdf.PdfReader(reports / "report.en.pdf").pages[0].extract_text().replace("\u200b", "").replace("\n", "")
    assert "4 items are cited: 1 included, 2 withheld, 1 as a thumbnail only." in first
    assert signer.id in first
    assert hashlib.sha256(VERIFIER.read_bytes()).hexdigest() in first
    assert "EXERCISE" in first
    assert "python3 verify.py BUNDLE" in first


def test_whole_digests_and_the_placeholder_stand_in_both_reports(reports):
    digest = hashlib.sha256(b"the restricted picture").hexdigest()
    html = (reports / "report.en.html").read_text()
    pdf = text_of((reports / "report.en.pdf").read_bytes())
    for report in (html, pdf):
        assert digest in report
        assert "Restricted material. It is not shown here in any form" in report
        assert "What speaks against it" in report
        assert "6f1c2d3e-0000-4000-8000-000000000001" in report


def test_the_html_loads_nothing_and_speaks_its_language(reports):
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        html = (reports / f"report.{language}.html").read_text()
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert "<script" not in html
        assert not re.search(r"""(src|href)=["'](?!data:image/svg)""", html)
        assert "http:" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
    arabic = (reports / "report.ar.html").read_text()
    assert "تقرير للمحكمة" in arabic
    assert "How do we know" not in arabic


def test_hostile_facts_are_only_text(make_content, signer, tmp_path):
    hostile = '<script>alert(1)</script>#image("/etc/passwd") *x* $y$ \u202egnp.exe \x00 @a "q" \\'
    facts = {"kind": hostile, "value": hostile, "where": hostile, "validity": hostile}
    content = make_content(signer)
    finding = replace(content.findings[2].finding, claim=Statement("sighting.seen", facts))
    findings = (*content.findings[:2], replace(content.findings[2], finding=finding, author=hostile))
    content = replace(content, findings=findings, case_ref=hostile, agency=hostile + "\nPayload-Oxum: 1.1")
    data = build_bundle(content, tmp_path / "b", signer, at=at(content)).path / "data"
    html = (data / "report.en.html").read_text()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\u202e" not in html
    assert '#image("/etc/passwd") *x* $y$' in text_of((data / "report.en.pdf").read_bytes())
    assert bagit.Bag(str(data.parent)).is_valid()


def test_signs_our_fonts_lack_are_shown_as_numbers(make_content, signer, tmp_path):
    content = replace(make_content(signer), agency="Unit 中 \U0001f600 é ب")
    data = build_bundle(content, tmp_path / "b", signer, at=at(content)).path / "data"
    assert "Unit [U+4E2D] [U+1F600] é" in text_of((data / "report.en.pdf").read_bytes())
    assert "Unit 中 \U0001f600" in (data / "report.en.html").read_text()


def test_an_empty_case_still_makes_a_bundle(make_content, signer, tmp_path):
    content = make_content(signer)
    bare = replace(
        content,
        findings=(),
        completeness=(),
        files={},
        pictures={},
        picture_refs={},
        exhibits=(),
        authorisations=(),
        notes=(),
    )
    assert verify(build_bundle(bare, tmp_path / "b", signer, at=at(content)).path).ok


def test_a_long_custody_log_prints_its_start_and_says_so(make_content, make_chain, signer, tmp_path):
    content = make_content(signer)
    content = replace(content, custody=(CustodyLog(content.custody[0].log, make_chain(620)),))
    data = build_bundle(content, tmp_path / "b", signer, at=at(content)).path / "data"
    assert "500</bdi> of <bdi>620</bdi> events" in (data / "report.en.html").read_text()
    assert len((data / "custody.jsonl").read_text().splitlines()) == 620


@pytest.mark.parametrize(("width", "strips"), [(1000, 1), (1110 * 3 + 200, 4)])
def test_a_wide_picture_is_cut_into_strips_that_can_be_read(make_content, signer, tmp_path, width, strips):
    """A hundred units high, the picture is drawn once a strip, each moved on by the width of the page."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100" width="{width}" height="100">'
        f'<text x="{width - 90}" y="50">outermost</text></svg>'
    )
    content = make_content(signer, pictures={"flow-1": svg}, languages=("en",))
    data = build_bundle(content, tmp_path / "b", signer, at=at(content)).path / "data"
    text = text_of((data / "report.en.pdf").read_bytes())
    assert text.count("outermost") == strips


def test_a_known_error_stands_in_the_bundle_under_its_own_digest(content, signer, tmp_path):
    table = {"format": 1, "words": "measured"}
    digest = canonical_digest(table)
    made = build_bundle(replace(content, known_errors={digest: table}), tmp_path / "case", signer, at=at(content))
    written = made.path / "data/known-errors" / f"{digest[:16]}.json"
    assert hashlib.sha256(written.read_bytes()).hexdigest() == digest
    assert verify(made.path).ok
    with pytest.raises(ContentWrong):
        build_bundle(replace(content, known_errors={"0" * 64: table}), tmp_path / "other", signer, at=at(content))
