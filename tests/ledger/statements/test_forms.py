"""Every statement form reads its published examples; damaged files of each form are refused with a clear error."""

from io import BytesIO

import pytest

from amparo.base import AmparoError
from amparo.ledger.accounts import Transfer
from amparo.ledger.statements import STATEMENTS, Options, Problem, StatementForm, form_of, profiles
from amparo.ledger.statements.errors import (
    BrokenStatement,
    BrokenTable,
    LineTooLong,
    NeedsFact,
    NeedsProfile,
    NoHeader,
    NotText,
    NotThatStatement,
    XmlRefused,
)

FORMS = [pytest.param(form, id=form.name) for form in STATEMENTS]


def read(form: str, data: bytes, **options: object) -> list[object]:
    return list(STATEMENTS[form].read(BytesIO(data), "file", Options(**options)))  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMS)
def test_examples_are_reproduced(form: StatementForm) -> None:
    for example in form.examples():
        found = list(form.read(BytesIO(example.data), "x", example.options))
        assert sum(isinstance(each, Transfer) for each in found) == example.transfers
        assert tuple(each.reason for each in found if isinstance(each, Problem)) == example.problems


@pytest.mark.parametrize("form", FORMS)
def test_each_form_knows_its_own_files_and_no_other(form: StatementForm) -> None:
    for example in form.examples():
        assert form_of(example.data) is (None if form.name == "table" else form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("garbage", [b"", b"\x00\xff" * 5000, bytes(range(256)) * 40], ids=["empty", "nul", "bytes"])
def test_garbage_is_refused_with_an_error_of_ours(form: StatementForm, garbage: bytes) -> None:
    options = Options(profile=profiles()["bank-uk"], account="1", service="x", ledger="x", currency="GBP")
    with pytest.raises(AmparoError) as caught:
        list(form.read(BytesIO(garbage), "garbage", options))
    assert caught.value.code.startswith("L60")


@pytest.mark.parametrize("form", FORMS)
def test_a_line_without_end_is_refused_before_it_fills_the_memory(form: StatementForm) -> None:
    options = Options(profile=profiles()["bank-uk"], account="1", service="x", ledger="x")
    with pytest.raises((LineTooLong, NotThatStatement, BrokenTable, XmlRefused)):
        list(form.read(BytesIO(b"a" * 3_000_000), "long", options))


@pytest.mark.parametrize("form", ["mt940", "camt053", "goaml"])
def test_a_cut_file_is_an_error(form: str) -> None:
    example = STATEMENTS[form].examples()[0]
    end = example.data.rfind(b":62F:") if form == "mt940" else len(example.data) * 2 // 3
    with pytest.raises(BrokenStatement) as caught:
        list(STATEMENTS[form].read(BytesIO(example.data[:end]), "cut", example.options))
    assert int(str(caught.value.facts["line"])) >= 1


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Document><BkToCstmrStmt><Stmt><Id>&b;</Id></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize("form", ["camt053", "goaml"])
def test_entities_are_refused_whatever_they_would_expand_to(form: str) -> None:
    with pytest.raises(XmlRefused, match="document type"):
        read(form, BOMB)


def test_an_outside_entity_is_refused_too() -> None:
    with pytest.raises(XmlRefused):
        read("camt053", b'<!DOCTYPE Document SYSTEM "http://example.com/x.dtd"><Document/>')


def test_a_deep_or_huge_element_is_refused() -> None:
    inside = b"<Document><BkToCstmrStmt><Stmt>"
    with pytest.raises(XmlRefused, match="deep"):
        read("camt053", inside + b"<a>" * 100)
    with pytest.raises(XmlRefused, match=r"longer|larger"):
        read("camt053", inside + b"<a>" + b"x " * 1_000_000 + b"</a>")
    with pytest.raises(XmlRefused, match="larger"):
        read("camt053", inside + b"<a>" + b"<b/>" * 200_000 + b"</a>")
    with pytest.raises((XmlRefused, BrokenStatement)):
        read("camt053", inside + b"<!--" + b"x" * 3_000_000)


def test_another_xml_is_no_statement() -> None:
    with pytest.raises(NotThatStatement, match="html"):
        read("camt053", b"<html><body/></html>")
    with pytest.raises(NotThatStatement, match="no statement"):
        read("camt053", b"<Document><BkToCstmrDbtCdtNtfctn/></Document>")
    with pytest.raises(NotThatStatement, match="no transaction"):
        read("goaml", b"<report><rentity_id>1</rentity_id></report>")


def test_what_only_a_person_knows_is_asked_for() -> None:
    with pytest.raises(NeedsProfile):
        read("table", b"a;b\n1;2\n")
    with pytest.raises(NeedsFact, match="service"):
        read("exchange", b"time,type,account,asset,amount\n")
    with pytest.raises(NeedsFact, match="ledger"):
        read("transactions", b"from,to,amount,asset,time\nA,B,1,EUR,2026-01-01\n")
    with pytest.raises(NeedsFact, match="account"):
        read("table", b"Date,Description,Debit Amount,Credit Amount,Balance\n01/02/2026,x,1.00,,2.00\n",
             profile=profiles()["bank-uk"])  # fmt: skip


def test_the_missing_columns_are_named() -> None:
    with pytest.raises(NoHeader, match="Amount"):
        read("table", b"Posting Date,Description\n01/02/2026,x\n", profile=profiles()["bank-us"], account="1")
    with pytest.raises(NoHeader, match="amount"):
        read("exchange", b"time,type,account,asset\n", service="x")


def test_text_in_another_encoding_is_named_by_line() -> None:
    data = "Date,Description,Debit Amount,Credit Amount,Balance\n01/02/2026,café,1.00,,2.00\n".encode("cp1252")
    with pytest.raises(NotText, match="Line 2"):
        read("table", data, profile=profiles()["bank-uk"], account="1")


def test_an_open_quotation_mark_does_not_swallow_the_file() -> None:
    head = b"Date,Description,Debit Amount,Credit Amount,Balance\n"
    data = head + b'01/02/2026,"open,1.00,,2.00\n' + b"01/02/2026,x,1.00,,1.00\n" * 5000
    with pytest.raises(BrokenTable, match="line 2"):
        read("table", data, profile=profiles()["bank-uk"], account="1")
