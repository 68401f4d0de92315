"""Hacked account or stolen identity. Field set: service, handle, locked out, what was changed."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import Choice, IntakeForm, Question, QuestionKind
from amparo.web.reports.forms.common import CONTACT, DANGER, WHEN, WORDS

HACKED_ACCOUNT: Final = IntakeForm(
    name="hacked-account",
    version=1,
    label=gettext_noop("Hacked account or false profile"),
    title=gettext_noop("Somebody got into my account or uses my name"),
    summary=gettext_noop("Mail, social network, bank, phone number, or a false profile of you."),
    before=(
        gettext_noop("From another device, change the password and sign out everywhere."),
        gettext_noop("If it is a bank or money account, call the bank first."),
    ),
    questions=(
        Question(
            "where",
            QuestionKind.ADDRESSES,
            gettext_noop("Which account is it?"),
            gettext_noop("The service and your user name there. Never write your password."),
        ),
        Question(
            "locked",
            QuestionKind.CHOICE,
            gettext_noop("Can you still get into it?"),
            "",
            (
                Choice("no", gettext_noop("No")),
                Choice("yes", gettext_noop("Yes")),
                Choice("unknown", gettext_noop("I don't know")),
            ),
        ),
        WORDS,
        WHEN,
        DANGER,
        CONTACT,
    ),
    example={
        "where": "mail.example, user amina.k",
        "locked": "no",
        "words": "The recovery phone number was changed to +254 712 345678.",
        "when": "last night",
    },
)
