"""Sections, sheets and whole results of a finding's report."""

import hashlib
from dataclasses import replace

import pytest
from tests.bundle.conftest import AT, SVG

from amparo.base import canonical, canonical_digest
from amparo.bundle import Grid, Section, Words, build_bundle, own_translate, result_path, verify
from amparo.bundle.annex import section_view
from amparo.bundle.errors import ContentWrong
from amparo.bundle.words import TRACE

RESULT = {"steps": [1, 2, 3], "rule": "fifo"}


def section(**changes):
    table = Grid((TRACE["hop"], TRACE["amount"]), (("1", Words(TRACE["forward"])),), (0, 1), (0,))
    return Section(
        TRACE["steps"], ((TRACE["rule"], "fifo"),), (Words(TRACE["stop hops"], {"hops": 3}),), table, **changes
    )


def with_sections(content, *sections, **changes):
    first, second, *rest = content.findings
    second = replace(second, sections=sections, sheets=("flow-1", "flow-2"))
    pictures = {**content.pictures, "flow-2": SVG.replace("seed 9:0", "seed → 中")}
    return replace(content, findings=(first, second, *rest), pictures=pictures, **changes)


def test_sections_sheets_and_results_stand_in_the_bundle(content, signer, tmp_path):
    digest = canonical_digest(RESULT)
    whole = with_sections(content, section(), languages=("en", "ar"), results={digest: RESULT})
    folder = build_bundle(whole, tmp_path / "b", signer, at=AT).path
    page = (folder / "data/report.en.html").read_text()
    assert "<h3>Each step</h3>" in page
    assert "It ends after <bdi>3</bdi> hops." in page
    assert page.count("data:image/svg+xml") == 3
    written = (folder / "data" / result_path(digest)).read_bytes()
    assert written == canonical(RESULT).encode()
    assert hashlib.sha256(written).hexdigest() == digest
    assert (folder / "data/report.ar.pdf").read_bytes().startswith(b"%PDF")  # signs that no font has stop nothing
    assert verify(folder).ok


def test_what_does_not_fit_is_refused(content, signer, tmp_path):
    wrong = Section(TRACE["steps"], lines=(Words(TRACE["stop hops"], {}),))
    for bad in (
        with_sections(content, wrong),
        replace(content, results={"0" * 64: RESULT}),
        replace(content, findings=(replace(content.findings[0], sheets=("missing",)),)),
    ):
        with pytest.raises(ContentWrong):
            build_bundle(bad, tmp_path / "b", signer, at=AT)


def test_a_section_speaks_the_language_and_what_is_not_translated_keeps_its_direction():
    view = section_view(section(after=(Words("a sentence of tomorrow %(n)s", {"n": 1}),)), own_translate, "ar")
    assert view["title"] == "كل خطوة"
    assert view["pairs"] == [["القاعدة", [["fifo", True]]]]
    assert view["table"]["rows"][0] == [[["1", True]], [["إلى الأمام: أين ذهب المال", False]]]
    assert view["after"] == [[["a sentence of tomorrow 1", True]]]
    assert Section("x").is_empty
    assert Section("x", table=Grid(("a",), (), (1,))).is_empty
