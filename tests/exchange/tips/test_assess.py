"""Ranking worked by hand, and the laws: bounded, explained, never hidden."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import ObservedTime, Zone
from amparo.exchange.tips import (
    ACTIONABILITY,
    DANGER,
    REASONS,
    Contact,
    IpCapture,
    Location,
    SenderScore,
    SenderTip,
    Tip,
    TipFacts,
    TipFile,
    TipPerson,
    assess,
    sender_score,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECENT = ObservedTime("x", datetime(2026, 11, 1, tzinfo=UTC), Zone.KNOWN)
LONG_AGO = ObservedTime("x", datetime(2024, 11, 1, tzinfo=UTC), Zone.KNOWN)
ACCOUNT = TipPerson("reported", ips=(IpCapture("8.8.8.8", 4432, RECENT),), phones=(Contact("+254712345678"),))
VIRAL = TipFile("meme.jpg", annotations=("viral",), viewed_by_provider=True)


def test_an_urgent_tip_worked_by_hand():
    tip = Tip(
        high_priority="child at risk", incident_kind="enticement", reported=(ACCOUNT,),
        victims=(TipPerson("victim", age=9, names=("Bo",)),), description="he wants to meet her tonight",
    )  # fmt: skip
    found = assess(tip, TipFacts(country="KE", now=NOW))
    assert found.reasons == (
        "high-priority", "young-child", "enticement", "ip-port", "meeting", "our-country", "live", "victim-named",
        "phone", "recent",
    )  # fmt: skip
    assert (found.danger, found.actionability) == (100, 30 + 20 + 15 + 10)
    assert found.is_danger


def test_a_batched_meme_worked_by_hand():
    tip = Tip(files=(VIRAL,), batched="viral", annotations=("informational",), incident_kind="abuse-material")
    found = assess(tip, TipFacts(now=NOW))
    assert (found.danger, found.actionability) == (0, 0)
    assert set(found.reasons) == {"only-viral", "viral-meme", "nothing", "batched", "informational"}


@pytest.mark.parametrize(
    ("tip", "reason"),
    [
        (Tip(annotations=("sadisticOnlineExploitation",)), "sadistic"),
        (Tip(annotations=("Sextortion",)), "sextortion"),
        (Tip(annotations=("csamSolicitation: yes",)), "solicitation"),
        (Tip(files=(TipFile("a", annotations=("liveStreaming",)),)), "live-streaming"),
        (Tip(files=(TipFile("a", annotations=("infant",)),)), "infant"),
        (Tip(files=(TipFile("a", annotations=("physicalHarm",)),)), "violence"),
        (Tip(files=(TipFile("a", annotations=("possibleSelfProduction",)),)), "self-production"),
        (Tip(files=(TipFile("a", classification="A1"),)), "class-a1"),
        (Tip(files=(TipFile("a", viewed_by_provider=True),)), "new-material"),
        (Tip(files=(TipFile("a", viewed_by_provider=None),)), "unviewed"),
        (Tip(recipients=(TipPerson("recipient", age=15),)), "child"),
        (Tip(reported=(TipPerson("reported", prior_reports=("1",)),)), "repeated"),
        (Tip(description="He lives with the child"), "hands-on"),
        (Tip(description="produz o material"), "hands-on"),
        (Tip(description="يعيش مع الطفل"), "hands-on"),
        (Tip(description="I want to die"), "self-harm"),
        (Tip(annotations=("spam",)), "spam"),
        (Tip(reported=(TipPerson("reported", ips=(IpCapture("8.8.8.8", None, RECENT),)),)), "ip-time"),
        (Tip(reported=(TipPerson("reported", ips=(IpCapture("8.8.8.8", 99),)),)), "ip-only"),
        (Tip(reported=(TipPerson("reported", ips=(IpCapture("10.0.0.1", 99, RECENT),)),)), "nothing"),
        (Tip(reported=(TipPerson("reported", ips=(IpCapture("8.8.8.8", possible_proxy=True),)),)), "proxies"),
        (Tip(reported=(TipPerson("reported", emails=(Contact("a@x.org", True),)),)), "mail-verified"),
        (Tip(reported=(TipPerson("reported", emails=(Contact("a@x.org"),)),)), "mail"),
        (Tip(reported=(TipPerson("reported", locations=(Location(country="Kenya"),)),)), "our-country"),
        (Tip(incident=LONG_AGO), "old"),
    ],
)  # fmt: skip
def test_each_reason_has_its_cause(tip, reason):
    facts = TipFacts(now=NOW, country="KE", country_names=frozenset({"Kenya"}))
    assert reason in assess(tip, facts).reasons
    assert reason not in assess(Tip(reported=(TipPerson("reported", screen_names=("x",)),)), facts).reasons


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (TipFacts(known=1, known_severe=1), "known-severe"),
        (TipFacts(known=2, known_viral=2), "only-viral"),
        (TipFacts(tips=1), "repeated"),
        (TipFacts(cases=1), "linked-case"),
        (TipFacts(reports=1), "linked-report"),
        (TipFacts(sender=SenderScore("Zap", 50, 0, 40, 10, 5)), "sender-poor"),
        (TipFacts(sender=SenderScore("Zap", 50, 30, 10, 10, 60)), "sender-good"),
    ],
)
def test_what_we_know_counts(facts, reason):
    tip = Tip(files=(TipFile("a", viewed_by_provider=True), TipFile("b", viewed_by_provider=True)))
    assert reason in assess(tip, facts).reasons
    assert reason not in assess(tip).reasons


def test_known_material_is_not_new():
    tip = Tip(files=(TipFile("a", viewed_by_provider=True),))
    assert "new-material" not in assess(tip, TipFacts(known=1)).reasons


marks = st.lists(st.sampled_from(["sextortion", "spam", "informational", "sadisticOnlineExploitation"])).map(tuple)
any_tip = st.builds(
    Tip,
    high_priority=st.none() | st.just("yes"),
    annotations=marks,
    batched=st.none() | st.just("many"),
    description=st.none() | st.sampled_from(["I want to die", "meet me tonight", "nothing"]),
    reported=st.sampled_from([(), (ACCOUNT,)]),
    files=st.lists(st.sampled_from([VIRAL, TipFile("b", classification="A1")])).map(tuple),
)


@settings(max_examples=60)
@given(any_tip)
def test_scores_are_bounded_and_every_point_is_explained(tip):
    found = assess(tip, TipFacts(now=NOW))
    for score, table in ((found.danger, DANGER), (found.actionability, ACTIONABILITY)):
        points = sum(table[name][0] for name in found.reasons if name in table)
        assert score == min(100, max(0, points))
    assert len(set(found.reasons)) == len(found.reasons)
    assert all(REASONS[name] for name in found.reasons)


@settings(max_examples=40)
@given(any_tip)
def test_a_mark_of_urgency_never_ranks_lower(tip):
    marked = assess(replace(tip, high_priority="now"), TipFacts(now=NOW))
    assert marked.danger >= assess(replace(tip, high_priority=None), TipFacts(now=NOW)).danger
    assert marked.is_danger or "only-viral" in marked.reasons


def test_the_tables_do_not_share_a_name():
    assert not DANGER.keys() & ACTIONABILITY.keys()


def test_senders_are_counted():
    history = [SenderTip("Zap", "case", 60)] * 8 + [SenderTip("Zap", "no-action", 10)] * 12
    history += [SenderTip("Zip", "open", 5), SenderTip("Zip", "duplicate", 6)]
    zap, zip_ = sender_score(history)
    assert zap == SenderScore("Zap", 20, 8, 12, 0, 30)
    assert (zap.share, zap.verdict) == (40, "sender-good")
    assert (zip_.tips, zip_.share, zip_.verdict, zip_.mean_actionability) == (2, None, None, 5)
