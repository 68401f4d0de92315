"""Intake forms: published examples are accepted; the abuse-material form takes no file, ever."""

import pytest

from amparo.web.reports.answers import ANSWERS
from amparo.web.reports.forms import INTAKE_FORMS, QuestionKind
from amparo.web.reports.models import Report
from amparo.web.reports.states import PUBLIC, follows


@pytest.mark.parametrize("form", INTAKE_FORMS, ids=INTAKE_FORMS.names())
def test_examples_are_accepted_and_kept(form):
    for example in form.examples():
        cleaned = form.clean(example)
        assert cleaned == dict(example)
        assert form.wrong(cleaned) == {}


@pytest.mark.parametrize("form", INTAKE_FORMS, ids=INTAKE_FORMS.names())
def test_every_form_asks_about_danger_and_own_words_and_takes_no_file(form):
    names = [question.name for question in form.questions]
    assert len(set(names)) == len(names)
    assert {"danger", "words", "contact"} <= set(names)
    assert form.files is False
    assert all(question.choices for question in form.questions if question.kind is QuestionKind.CHOICE)


def test_cleaning_drops_what_was_not_asked():
    assert INTAKE_FORMS["other"].clean({"words": " x \x00", "evil": "y", "age": ""}) == {"words": "x \ufffd"}


def test_too_long_says_how_long_and_what_fits():
    wrong = INTAKE_FORMS["other"].wrong({"words": "x" * 20_001})
    assert wrong["words"].sentence % wrong["words"].facts
    assert wrong["words"].facts == {"limit": 20_000, "length": 20_001}


def test_every_state_has_its_public_sentence_and_its_followers():
    assert set(PUBLIC) == set(Report.State)
    for state in Report.State:
        for danger in (True, False):
            after = follows(Report(state=state, is_danger=danger))
            assert set(after) <= set(Report.State) - {state, Report.State.RECEIVED, Report.State.WITHDRAWN}
            assert bool(after) == (state != Report.State.WITHDRAWN or danger)


def test_templates_never_promise_safety():
    for each in ANSWERS:
        assert "safe" not in each.text.lower()
        assert each.examples() == [each.text]
