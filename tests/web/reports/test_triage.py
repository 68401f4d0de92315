"""Triage: points by hand, reasons for each, six languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.observables import danger_words, signs_in
from amparo.web.reports.triage import REASONS, assess


@pytest.mark.parametrize(
    ("category", "answers", "danger", "reasons"),
    [
        pytest.param("phishing", {"words": "a false parcel message"}, 0, set(), id="nothing"),
        pytest.param("other", {"danger": "yes"}, 80, {"said-danger"}, id="said"),
        pytest.param("sextortion", {"age": "13-17"}, 55, {"child", "child-category"}, id="35-and-20"),
        pytest.param("grooming", {"age": "under-13", "danger": "yes"}, 100, {"young-child"}, id="capped"),
        pytest.param("other", {"words": "I want to die"}, 50, {"self-harm"}, id="words-alone-flag"),
    ],
)
def test_danger_by_hand(category, answers, danger, reasons):
    found = assess(category, answers)
    assert found.danger == danger
    assert reasons <= set(found.reasons)
    assert found.is_danger == (danger >= 50)


def test_actionability_by_hand():
    answers = {"where": "x", "when": "now", "words": "y" * 40, "contact": "z"}
    # observable 30 + more kinds 20 + where 20 + when 10 + words 15 + contact 5
    assert assess("other", answers, {"url", "btc"}).actionability == 100
    assert assess("other", answers, {"url"}, replayed=True).actionability == 60
    assert assess("other", {"words": "hm"}).actionability == 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I  WANT to\nkill myself", "self-harm"),
        ("quiero morir", "self-harm"),
        ("je veux mourir", "self-harm"),
        ("وأريد أن أموت", "self-harm"),
        ("أُرِيدُ أَنْ أَمُوتَ", "self-harm"),
        ("SUICIDIO", "self-harm"),
        ("nataka kufa", "self-harm"),
        ("il sait où j’habite", "threat"),
        ("ele quer me ver", "meeting"),
    ],
)
def test_signs_in_six_languages_without_case_and_accents(text, sign):
    assert sign in signs_in(text)


@pytest.mark.parametrize("text", ["", "skilled mechanic", "violin lessons", "a gunner", "la vida es bella"])
def test_ordinary_words_are_no_sign(text):
    assert signs_in(text) == []


def test_every_sign_has_a_reason_and_six_languages():
    for sign, by_language in danger_words().items():
        assert sign in REASONS
        assert set(by_language) == {"en", "es", "fr", "ar", "pt", "sw"}
        assert all(sign in signs_in(phrase) for phrases in by_language.values() for phrase in phrases)


@settings(max_examples=40)
@given(
    st.sampled_from(["sextortion", "other"]), st.dictionaries(st.sampled_from(["words", "age", "danger"]), st.text())
)
def test_scores_stay_within_bounds_and_are_explained(category, answers):
    found = assess(category, answers)
    assert 0 <= found.danger <= 100
    assert 0 <= found.actionability <= 100
    assert set(found.reasons) <= set(REASONS)
    assert bool(found.danger) <= bool(found.reasons)
