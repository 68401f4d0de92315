"""Phishing and online fraud. Field set: channel, link, sender, brand imitated, what was given away, money."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import CONTACT, DANGER, WHEN, WORDS

PHISHING: Final = IntakeForm(
    name="phishing",
    version=1,
    label=gettext_noop("Online fraud, phishing"),
    title=gettext_noop("A false message, shop, job or investment; I lost money or data"),
    summary=gettext_noop("False bank or parcel messages, shops that don't deliver, romance and investment fraud."),
    before=(
        gettext_noop("If money has just left your account, call your bank now: some payments can still be stopped."),
        gettext_noop("Keep the message; don't open its link again."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("What does the message say, and which link or number is in it?"),
            gettext_noop("Copy the text, the link, the sender's address or phone number."),
        ),
        Question(
            "money",
            QuestionKind.LONG,
            gettext_noop("Was money sent? How much, when, and where to?"),
            gettext_noop("Write the currency too. Copy the account number, mobile money number or wallet address."),
        ),
        WORDS,
        WHEN,
        DANGER,
        CONTACT,
    ),
    example={
        "where": "Your parcel waits: http://post-parcel.example/pay from +254 712 345678",
        "money": "KES 4,500 by mobile money",
        "words": "I typed my card number and then saw that the page is not the post's.",
    },
)
