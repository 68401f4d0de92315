"""Bad input at the portal: the report comes in whole, and wrong codes of every sort get the same page."""

import pytest
from django_scopes import scope
from tests.web.portal.conftest import (  # noqa: F401  (fixtures)
    Browser,
    as_portal,
    browser,
    ceremony,
    reader,
    room,
)

from amparo.web.portal.forms import CodeForm
from amparo.web.reports.actions import read_report
from amparo.web.reports.codes import new_code
from amparo.web.reports.models import Message, Report, ReportKey

WRONG_SIGN = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"
RIGHT = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def read_back(agency, reader, room):  # noqa: F811
    with scope(agency=agency):
        report = Report.objects.get()
        return report, read_report(actor=reader, room=room, report=report)


def test_an_address_with_one_wrong_sign_is_kept_as_words_and_not_as_a_wallet(agency, browser, reader, room):  # noqa: F811
    browser.report(demand=f"200 dollars to {WRONG_SIGN}", words="help")
    report, read = read_back(agency, reader, room)
    assert read.answers["demand"] == f"200 dollars to {WRONG_SIGN}"
    assert "btc" not in report.kinds
    with scope(agency=agency):
        Report.objects.all().update(number="R0")
    browser.report(demand=f"200 dollars to {RIGHT}", words="help")
    with scope(agency=agency):
        assert "btc" in Report.objects.exclude(number="R0").get().kinds


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param(b"a%00b", "a\ufffdb", id="nul"),
        pytest.param(b"a%ED%A0%80b", "a\ufffd\ufffd\ufffdb", id="lone-surrogate"),
        pytest.param(b"a%FFb", "a\ufffdb", id="no-utf8"),
    ],
)
def test_nul_and_lone_surrogates_never_cost_a_report(agency, browser, reader, room, sent, kept):  # noqa: F811
    browser.post("/en/report/", category="other")
    hidden = browser.hidden
    assert hidden["question"] == "words"
    body = (
        b"draft="
        + hidden["draft"].replace("=", "%3D").replace("+", "%2B").encode()
        + b"&question=words&go=next&answer="
        + sent
    )
    browser._seen(browser.client.post("/en/report/", body, content_type="application/x-www-form-urlencoded"))
    while browser.hidden.get("question"):
        browser.post("/en/report/", answer="", go="next")
    assert browser.post("/en/report/", go="send").status_code == 200
    _, read = read_back(agency, reader, room)
    assert read.answers["words"] == kept


def test_nul_in_a_message_is_replaced_and_the_message_arrives(agency, browser):  # noqa: F811
    code = browser.report(words="help")
    browser.hidden = {}
    browser.post("/en/return/", code=code)
    answer = browser.post("/en/return/", text="more\x00words", go="write")
    assert "Your message has arrived." in answer.text_
    assert "more\ufffdwords" in answer.text_
    with scope(agency=agency):
        assert Message.objects.count() == 1


def test_wrong_expired_and_malformed_codes_answer_alike(agency, browser):  # noqa: F811
    code = browser.report(words="help")
    with scope(agency=agency):
        ReportKey.objects.filter(holder="reporter").delete()  # what erasing a report does to its codes
    answers = set()
    for typed in (code, new_code(), code[:-1], "", "?" * 20, "\x00" * 20, "1" * 5000, "O0IL" * 5):
        browser.hidden = {}
        answer = browser.post("/en/return/", code=typed)
        headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name != "Date"))
        answers.add((answer.status_code, answer.content, headers))
    assert len(answers) == 1
    ((status, content, _),) = answers
    assert status == 400
    assert b"This code does not open a report" in content
    assert CodeForm.base_fields["code"].label.encode() in content


def test_a_report_sent_twice_is_one_report_and_both_codes_open_it(agency, browser):  # noqa: F811
    browser.post("/en/report/", category="other")
    browser.post("/en/report/", answer="words", go="next")
    while browser.hidden.get("question"):
        browser.post("/en/report/", answer="", go="next")
    draft = dict(browser.hidden)
    codes = []
    for _ in range(2):
        browser.hidden = dict(draft)
        page = browser.post("/en/report/", go="send").text_
        inside = page.split('class="receipt-code"')[1].split("</p>")[0]
        codes.append("".join(part.split("</span>")[0] for part in inside.split("<span>")[1:]))
    with scope(agency=agency):
        assert Report.objects.count() == 1
    assert codes[0] != codes[1]
    for code in codes:
        browser.hidden = {}
        assert browser.post("/en/return/", code=code).status_code == 200
