"""A report comes in: understood, ranked, sealed, once."""

import pytest
from django.db import IntegrityError
from django_scopes import scope

from amparo.base import AmparoError
from amparo.web.audit.models import LogLine
from amparo.web.reports import intake
from amparo.web.reports.actions import receive_report
from amparo.web.reports.errors import AnswersWrong, KeySwapped, NoKeys, SentTooOften
from amparo.web.reports.intake import read_parts
from amparo.web.reports.models import DangerClock, KeyPair, Report, ReportIndicator, ReportKey, SealedPart
from amparo.web.reports.sealing import new_key, new_pair

WALLET = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


@pytest.fixture(autouse=True)
def in_scope(agency):
    with scope(agency=agency):
        yield


def test_a_sextortion_of_a_child_is_ranked_sealed_and_found_again(agency, receive, answers):
    key = new_key()
    receipt = receive(key=key, language="sw")
    report = Report.objects.get(pk=receipt.report.pk)
    assert report.number.endswith("-0001")
    assert (report.category, report.state, report.language) == ("sextortion", "received", "sw")
    # By hand: unsure 30 + child 35 + category 20 + "by tomorrow" 15 = 100.
    assert (report.danger, report.is_danger) == (100, True)
    assert report.reasons[0] == "child"
    assert {"url", "btc"} <= set(report.kinds)
    parts = read_parts(report, key)
    assert parts["answers"] == {name: text for name, text in answers.items() if name != "contact"}
    assert parts["contact"] == answers["contact"]
    assert WALLET in {each["value"] for each in parts["observables"]}
    assert ReportIndicator.objects.filter(report=report, purpose="wallet").count() == 1
    assert DangerClock.objects.get(report=report).minute.second == 0


def test_every_category_writes_the_same_parts(agency, receive):
    for category, answers in (("other", {"words": "hm"}), ("abuse-material", {"where": "https://x.example/1"})):
        with scope(agency=agency):
            report = receive_report(agency=agency, category=category, answers=answers, language="en").report
        assert sorted(report.parts.values_list("kind", flat=True)) == ["answers", "contact", "observables"]
        assert {len(part.sealed) for part in report.parts.all()} <= {1064, 2088}


def test_the_intake_log_carries_the_day_only_and_digests(agency, receive):
    report = receive().report
    line = LogLine.objects.get(action="report.received")
    assert line.log_id == f"intake:{agency.pk}"
    assert f'"at":"{report.day.isoformat()}T00:00:00.000Z"' in line.line
    assert WALLET not in line.line
    assert "sha256:" in line.line


def test_the_same_form_sent_again_is_the_same_report_with_at_most_three_codes(receive):
    key, nonce = new_key(), new_key()
    receipts = [receive(key=key, nonce=nonce) for _ in range(3)]
    assert len({each.report.pk for each in receipts}) == 1
    assert len({each.code for each in receipts}) == 3
    assert [each.again for each in receipts] == [False, True, True]
    with pytest.raises(SentTooOften):
        receive(key=key, nonce=nonce)
    assert Report.objects.count() == 1


def test_the_same_form_arriving_twice_at_once_is_taken_once(receive, monkeypatch):
    """The one that comes second meets the first one's nonce at commit, and starts over."""
    key, nonce, calls = new_key(), new_key(), []
    receive(key=key, nonce=nonce)
    receiving = intake._receive

    def second_one(*args):
        calls.append(args)
        if len(calls) == 1:
            raise IntegrityError
        return receiving(*args)

    monkeypatch.setattr(intake, "_receive", second_one)
    assert receive(key=key, nonce=nonce).again
    assert len(calls) == 2
    assert Report.objects.count() == 1


def test_a_replay_with_other_content_is_a_new_report_of_lower_rank(receive):
    key, nonce = new_key(), new_key()
    first = receive(key=key, nonce=nonce).report
    second = receive(key=key, nonce=nonce, words="something else entirely, forty characters long").report
    assert second.pk != first.pk
    assert "replayed" in second.reasons
    assert second.actionability < first.actionability


def test_key_copies_are_three_and_the_reporters_has_no_plain_code(receive):
    receipt = receive()
    copies = {copy.holder: copy for copy in ReportKey.objects.filter(report=receipt.report)}
    assert set(copies) == {"agency", "recovery", "reporter"}
    assert len(copies["agency"].sealed_key) == 96
    assert len(copies["reporter"].sealed_key) == 72
    assert len(copies["reporter"].lookup_hash) == 32


def test_nul_and_lone_surrogates_are_cleaned_not_refused(agency, receive):
    key = new_key()
    report = receive(key=key, words="a\x00b\ud800c\r\nd").report
    assert read_parts(report, key)["answers"]["words"] == "a\ufffdb\ufffdc\nd"


def test_bidi_emoji_and_a_long_address_survive(receive):
    key = new_key()
    where = "https://x.example/" + "a" * 65_000
    words = "\u202eevil 👩‍👧 {{7*7}} <script>=cmd| مرحبا"
    parts = read_parts(receive(key=key, where=where, words=words).report, key)
    assert parts["answers"]["where"] == where
    assert parts["answers"]["words"] == words


@pytest.mark.parametrize(
    "answers", [{}, {"words": "  "}, {"age": "200"}, {"words": "x" * 20_001}, {"where": "x" * 65_537}, {"unknown": "x"}]
)
def test_empty_and_wrong_answers_are_refused_by_name(agency, ceremony, answers):
    with pytest.raises(AnswersWrong):
        receive_report(agency=agency, category="sextortion", answers=answers, language="en")
    assert not Report.objects.exists()


def test_unknown_category_is_refused(agency, ceremony):
    with pytest.raises(AmparoError):
        receive_report(agency=agency, category="nonsense", answers={"words": "x"}, language="en")


def test_without_keys_nothing_is_taken(agency, db):
    with pytest.raises(NoKeys):
        receive_report(agency=agency, category="other", answers={"words": "x"}, language="en")
    assert not Report.objects.exists()


def test_a_key_swapped_in_the_database_stops_the_intake(agency, receive):
    KeyPair.objects.filter(agency=agency, kind="agency").update(public_key=new_pair()[1])
    with pytest.raises(KeySwapped):
        receive()
    assert not SealedPart.objects.exists()
