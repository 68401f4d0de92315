"""Grooming: somebody seeks a child's trust in order to harm. Field set: platform, handles, what they ask, age."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import AGE, CONTACT, DANGER, WHEN, WORDS

GROOMING: Final = IntakeForm(
    name="grooming",
    version=1,
    label=gettext_noop("Grooming of a child"),
    title=gettext_noop("Somebody online behaves strangely towards a child"),
    summary=gettext_noop(
        "They ask for secrets, pictures or a meeting, or pretend to be younger. This is called grooming."
    ),
    before=(
        gettext_noop("Keep the messages. Don't warn the person before you have told us."),
        gettext_noop("Don't go to a meeting alone, and don't let a child go."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("Where does this person write?"),
            gettext_noop("Paste the link of their profile, or write the app or game and their user name there."),
        ),
        WORDS,
        AGE,
        DANGER,
        WHEN,
        CONTACT,
    ),
    example={
        "where": "game chat, user name dragon_kid_77",
        "words": "He says he is 14 but he wants to meet me and asks me to keep it secret.",
        "age": "under-13",
        "danger": "unsure",
    },
)
