"""A citizen without JavaScript: report, keep the code, come back, read, write, withdraw."""

from django_scopes import scope

from amparo.web.portal import tokens
from amparo.web.reports.actions import answer_from_template, read_report
from amparo.web.reports.models import Message, Report, ReportKey

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEXTORTION = {
    "where": "https://social.example/annika",
    "demand": f"200 dollars to {WALLET}",
    "words": "She will send my pictures to my class.",
    "age": "13-17",
    "danger": "unsure",
}


def reports(agency):
    with scope(agency=agency):
        return list(Report.objects.all())


def test_the_whole_way(agency, browser, reader, room):
    start = browser.get("/en/")
    assert start.status_code == 200
    assert "112" in start.text_
    code = browser.report(**SEXTORTION)
    assert len(code) == 20
    wrong = browser.post("/en/report/", last_four="ZZZZ", go="done")
    assert wrong.status_code == 400
    assert code[-4:] in wrong.text_  # the code stays on the page
    saved = browser.client.post(
        "/en/report/", f"receipt={browser.hidden['receipt']}&go=save", content_type="application/x-www-form-urlencoded"
    )
    assert saved["Content-Disposition"] == 'attachment; filename="note.txt"'
    done = browser.post("/en/report/", last_four=code[-4:].lower(), go="done")
    assert done.status_code == 200
    assert code[:4] not in done.text_

    (report,) = reports(agency)
    assert report.is_danger
    with scope(agency=agency):
        assert read_report(actor=reader, room=room, report=report).answers == SEXTORTION
        answer_from_template(actor=reader, room=room, report=report, template="ask-payment")

    browser.get("/en/return/")
    status = browser.post("/en/return/", code=f"{code[:5]} {code[5:]}".lower())
    assert status.status_code == 200
    assert "Did you pay or send something?" in status.text_
    assert SEXTORTION["words"] not in status.text_  # the first report is not shown again
    again = browser.post("/en/return/", text="No, I did <b>not</b> pay", go="write")
    assert "Your message has arrived." in again.text_
    assert "&lt;b&gt;not&lt;/b&gt;" in again.text_
    asked = browser.post("/en/return/", go="withdraw")
    assert "Withdraw the report?" in asked.text_
    gone = browser.post("/en/return/", go="withdraw-now")
    assert "You withdrew your report." in gone.text_
    assert reports(agency)[0].state == "withdrawn"


def test_answers_survive_back_change_and_errors(agency, browser):
    browser.post("/en/report/", category="other")
    assert browser.hidden["question"] == "words"
    too_long = browser.post("/en/report/", answer="x" * 20_001, go="next")
    assert too_long.status_code == 400
    assert "20001" in too_long.text_.replace(",", "")
    assert "x" * 20_001 in too_long.text_
    browser.post("/en/report/", answer="first words", go="next")
    assert browser.hidden["question"] == "where"
    browser.post("/en/report/", answer="somewhere", go="back")
    assert browser.hidden["question"] == "words"
    browser.post("/en/report/", answer="better words", go="next")
    while browser.hidden.get("question"):
        browser.post("/en/report/", go="next", answer="somewhere" if browser.hidden["question"] == "where" else "")
    changing = browser.post("/en/report/", go="change:where")
    assert "somewhere" in changing.text_
    check = browser.post("/en/report/", answer="somewhere else", go="next")
    assert "somewhere else" in check.text_
    assert "better words" in check.text_
    assert not reports(agency)


def test_an_empty_report_is_not_sent_and_says_what_to_do(agency, browser):
    browser.post("/en/report/", category="other")
    while browser.hidden.get("question"):
        browser.post("/en/report/", answer="", go="next")
    response = browser.post("/en/report/", go="send")
    assert response.status_code == 400
    assert "Answer at least one question" in response.text_
    assert not reports(agency)


def test_a_form_sent_twice_is_one_report(agency, browser):
    browser.post("/en/report/", category="other")
    browser.post("/en/report/", answer="words", go="next")
    while browser.hidden.get("question"):
        browser.post("/en/report/", answer="", go="next")
    draft = dict(browser.hidden)
    pages = []
    for _ in range(4):
        browser.hidden = dict(draft)
        pages.append(browser.post("/en/report/", go="send"))
    assert [page.status_code for page in pages] == [200, 200, 200, 400]
    assert "one report with a second code" in pages[1].text_
    assert "W407" in pages[3].text_
    assert len(reports(agency)) == 1
    with scope(agency=agency):
        assert ReportKey.objects.filter(holder="reporter").count() == 3


def test_a_message_sent_twice_is_one_message(agency, browser):
    code = browser.report(**SEXTORTION)
    browser.hidden = {}
    browser.post("/en/return/", code=code)
    opened = dict(browser.hidden)
    for _ in range(2):
        browser.hidden = dict(opened)
        browser.post("/en/return/", text="the same words", go="write")
    browser.post("/en/return/", text="the same words", go="write")  # said again on purpose, from the new page
    with scope(agency=agency):
        assert Message.objects.count() == 2


def test_an_expired_or_broken_token_is_refused_kindly(agency, browser, monkeypatch):
    browser.post("/en/report/", category="other")
    draft = browser.hidden["draft"]
    browser.hidden = {}
    assert "W503" in browser.post("/en/report/", draft=draft[:-8] + "AAAAAAA=", go="send").text_
    browser.hidden = {}
    assert "W503" in browser.post("/en/report/", draft="", go="send").text_
    browser.hidden = {}
    assert "W503" in browser.post("/en/return/", opened=draft).text_  # a token for another purpose
    now = tokens.time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 7300)
    browser.hidden = {}
    late = browser.post("/en/report/", draft=draft, question="words", answer="x", go="next")
    assert late.status_code == 400
    assert "W502" in late.text_


def test_hostile_text_is_kept_as_text(agency, browser, reader, room):
    words = "\u202e{{7*7}} <script>alert(1)</script> =cmd| مرحبا 👩‍👧"
    browser.report(category="other", words=words + "\x00")
    with scope(agency=agency):
        read = read_report(actor=reader, room=room, report=Report.objects.get())
    assert read.answers["words"] == words + "\ufffd"


def test_a_long_address_goes_through(agency, browser, reader, room):
    where = "https://x.example/" + "%61" * 21_000
    browser.report(category="abuse-material", where=where)
    with scope(agency=agency):
        assert read_report(actor=reader, room=room, report=Report.objects.get()).answers["where"] == where
