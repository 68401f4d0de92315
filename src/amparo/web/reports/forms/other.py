"""Anything else: the form for people who do not find their matter among the others."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import AGE, CONTACT, DANGER, WHEN, WORDS

OTHER: Final = IntakeForm(
    name="other",
    version=1,
    label=gettext_noop("Something else"),
    title=gettext_noop("Something else, or I don't know what it is called"),
    summary=gettext_noop("Tell us in your own words. You can't choose wrongly: we sort it."),
    questions=(
        WORDS,
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("Where did it happen?"),
            gettext_noop("A link, an app and a user name, a phone number. You don't have to answer."),
        ),
        AGE,
        DANGER,
        WHEN,
        CONTACT,
    ),
    example={"words": "Somebody made a page with my photo and writes bad things about me.", "age": "unknown"},
)
