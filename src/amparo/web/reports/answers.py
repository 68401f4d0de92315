"""Answer templates: all that staff can write to a reporter. About safety and logistics, never about the evidence.

A reporter may be a child, and an abuser may read along: so there is no free text. Names are permanent (they stand in
sealed messages); the sentence is shown in the language the reporter reads in.
"""

from dataclasses import dataclass
from typing import Final

from amparo.base import Registry, gettext_noop


@dataclass(frozen=True, slots=True)
class AnswerTemplate:
    """`label` is what staff choose by; `asks` says that the report then waits for the reporter."""

    name: str
    label: str
    text: str
    asks: bool = False

    def examples(self) -> list[str]:
        return [self.text]


ANSWERS: Final[Registry[AnswerTemplate]] = Registry(
    "answer template",
    AnswerTemplate(
        "received",
        gettext_noop("Thank you, we are working on it"),
        gettext_noop(
            "Thank you for telling us. An officer has read your report and works on it. Come back in a few days."
        ),
    ),
    AnswerTemplate(
        "in-danger",
        gettext_noop("If you are in danger: call"),
        gettext_noop(
            "If you or a child are in danger now, call the emergency number at the top of this page. "
            "You don't have to wait for our answer."
        ),
    ),
    AnswerTemplate(
        "sextortion-advice",
        gettext_noop("Sextortion: what to do now"),
        gettext_noop(
            "Don't pay and don't send more pictures. Stop answering and block the person, but keep the messages "
            "and the user name. Tell a person you trust. This is not your fault, and you are not alone."
        ),
    ),
    AnswerTemplate(
        "trusted-adult",
        gettext_noop("A child writes: find an adult you trust"),
        gettext_noop(
            "You did the right thing by writing. Is there an adult you trust: a parent, a teacher, an aunt or uncle? "
            "Please show them this page today. They can call us with you."
        ),
    ),
    AnswerTemplate(
        "helpline",
        gettext_noop("Somebody to talk to"),
        gettext_noop(
            "This can be hard to carry alone. On our help page you find people you can call or write to, "
            "free of charge. They listen and don't judge."
        ),
    ),
    AnswerTemplate(
        "ask-where",
        gettext_noop("Question: the exact address or user name"),
        gettext_noop(
            "Can you tell us the exact link or user name? Copy it from the app. "
            "Don't send pictures, and don't go back if it upsets you."
        ),
        asks=True,
    ),
    AnswerTemplate(
        "ask-still",
        gettext_noop("Question: is it still going on?"),
        gettext_noop(
            "Is it still going on, and are you in a place where nobody can hurt you? Please write a few words."
        ),
        asks=True,
    ),
    AnswerTemplate(
        "ask-payment",
        gettext_noop("Question: when and how was it paid?"),
        gettext_noop(
            "Did you pay or send something? If so, please write when, how much, and to which account, number or "
            "wallet. Call your bank or mobile money service too: some payments can be stopped."
        ),
        asks=True,
    ),
    AnswerTemplate(
        "ask-contact",
        gettext_noop("Question: how can we reach you?"),
        gettext_noop(
            "We would like to talk with you. If you agree, write how and when we may reach you. "
            "You don't have to; we also go on without it."
        ),
        asks=True,
    ),
    AnswerTemplate(
        "visit-us",
        gettext_noop("Please come to the unit or a police station"),
        gettext_noop(
            "To go on we need to speak with you or your family in person. Please come to us or to any police station "
            "and show this page. You can bring somebody you trust."
        ),
    ),
    AnswerTemplate(
        "passed-on",
        gettext_noop("We passed it on"),
        gettext_noop("We passed your report on to those who can act on it. You don't have to do anything now."),
    ),
    AnswerTemplate(
        "finished",
        gettext_noop("We finished our work"),
        gettext_noop(
            "We finished our work on your report. If something new happens, write to us here or begin a new report."
        ),
    ),
)
