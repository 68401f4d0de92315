"""Sextortion: somebody threatens to show intimate pictures. Field set: platform, handles, demand, wallet, age band."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import AGE, CONTACT, DANGER, WHEN, WORDS

SEXTORTION: Final = IntakeForm(
    name="sextortion",
    version=1,
    label=gettext_noop("Sextortion"),
    title=gettext_noop("Somebody threatens to show intimate pictures of me or of somebody else"),
    summary=gettext_noop("They want money, more pictures, or something else. This is also called sextortion."),
    before=(
        gettext_noop("Don't pay, and stop answering them."),
        gettext_noop("Keep their messages and their user name. Don't send or copy the pictures for us."),
        gettext_noop("This is not your fault. Tell a person you trust."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("Where do they write to you?"),
            gettext_noop("Paste the link of their profile or page, or write the app and their user name there."),
        ),
        Question(
            "demand",
            QuestionKind.LONG,
            gettext_noop("What do they want, and how should it be paid or sent?"),
            gettext_noop(
                "Copy the payment details if there are any: a Bitcoin address, an account number, a phone number."
            ),
        ),
        WORDS,
        AGE,
        DANGER,
        WHEN,
        CONTACT,
    ),
    example={
        "where": "https://social.example/profile/annika_1998",
        "demand": "200 dollars in Bitcoin to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "words": "She says she will send my pictures to everyone in my class.",
        "age": "13-17",
        "danger": "unsure",
        "when": "since yesterday",
    },
)
