"""Child sexual abuse material seen online: the address only. No file is ever taken here, by three layers."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import Choice, IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import CONTACT, DANGER, WHEN, WORDS

ABUSE_MATERIAL: Final = IntakeForm(
    name="abuse-material",
    version=1,
    label=gettext_noop("Child sexual abuse material"),
    title=gettext_noop("I saw pictures or videos of child sexual abuse"),
    summary=gettext_noop("Tell us where. We need only the address, never the picture."),
    before=(
        gettext_noop(
            "Do not save, screenshot, copy or send the picture, not even to us: the law forbids it to everybody."
        ),
        gettext_noop("Do not go back to look again. What you remember is enough."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("What is the address of the page?"),
            gettext_noop("Paste one or more links. If there is none, write the app and the name of the group or user."),
        ),
        Question(
            "place",
            QuestionKind.SHORT,
            gettext_noop("Where on the page is it?"),
            gettext_noop("For example: third post, or in the comments. You don't have to answer."),
        ),
        Question(
            "login",
            QuestionKind.CHOICE,
            gettext_noop("Must one sign in or pay to see it?"),
            "",
            (
                Choice("no", gettext_noop("No, anybody can see it")),
                Choice("yes", gettext_noop("Yes")),
                Choice("unknown", gettext_noop("I don't know")),
            ),
        ),
        WHEN,
        DANGER,
        WORDS,
        CONTACT,
    ),
    refuse_encoded=True,
    example={
        "where": "https://board.example/thread/81",
        "place": "second post",
        "login": "no",
        "when": "this morning",
        "danger": "no",
    },
)
