"""Questions that several forms share, spelled once."""

from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.forms.base import Choice, Question, QuestionKind

WORDS: Final = Question(
    "words",
    QuestionKind.LONG,
    gettext_noop("What happened? Use your own words."),
    gettext_noop("A few words are enough. Spelling does not matter. You did nothing wrong by telling us."),
)
DANGER: Final = Question(
    "danger",
    QuestionKind.CHOICE,
    gettext_noop("Is a child or anybody else in danger right now?"),
    gettext_noop("If yes, also call the emergency number at the top of this page. A call is quicker than this form."),
    (
        Choice("yes", gettext_noop("Yes")),
        Choice("unsure", gettext_noop("I am not sure")),
        Choice("no", gettext_noop("No")),
    ),
)
AGE: Final = Question(
    "age",
    QuestionKind.CHOICE,
    gettext_noop("How old is the person it is about?"),
    gettext_noop("Your best guess is fine."),
    (
        Choice("under-13", gettext_noop("Under 13")),
        Choice("13-17", gettext_noop("13 to 17")),
        Choice("adult", gettext_noop("18 or older")),
        Choice("unknown", gettext_noop("I don't know, or I don't want to say")),
    ),
)
WHEN: Final = Question(
    "when",
    QuestionKind.SHORT,
    gettext_noop("When did it happen?"),
    gettext_noop("For example: yesterday evening, or since March."),
)
CONTACT: Final = Question(
    "contact",
    QuestionKind.LONG,
    gettext_noop("Do you want us to be able to contact you? You don't have to."),
    gettext_noop(
        "You will get a code to read our answer here, so no name, phone number or e-mail is needed. "
        "If you leave one, say also when it is all right to call or write."
    ),
)
