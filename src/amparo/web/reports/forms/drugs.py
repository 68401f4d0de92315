"""Drugs sold online. Field set: shop or channel, handle, what, payment, delivery."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import AGE, CONTACT, DANGER, WHEN, WORDS

DRUGS: Final = IntakeForm(
    name="drugs",
    version=1,
    label=gettext_noop("Drugs sold online"),
    title=gettext_noop("Drugs are sold online or over a chat"),
    summary=gettext_noop("A shop, a channel or a person. Also if young people are used to carry or sell."),
    before=(gettext_noop("Don't buy anything to find out more, and don't meet the sellers."),),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("Where are they sold?"),
            gettext_noop("Paste the link of the shop, channel or profile, or write the app and the user name."),
        ),
        Question(
            "payment",
            QuestionKind.SHORT,
            gettext_noop("How is it paid and delivered, if you know?"),
            gettext_noop("For example: a wallet address, mobile money, by post, at a place."),
        ),
        WORDS,
        AGE,
        DANGER,
        WHEN,
        CONTACT,
    ),
    example={
        "where": "http://shop.example/menu and the channel @fastgreen",
        "payment": "mobile money",
        "words": "They let boys from our school carry the parcels.",
        "age": "13-17",
    },
)
