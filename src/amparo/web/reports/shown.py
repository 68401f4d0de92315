"""Opened reports as pages show them: questions with their words, observables made harmless, messages in words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from amparo.base import gettext_noop, visible
from amparo.observables import defang
from amparo.web.reports.answers import ANSWERS
from amparo.web.reports.desk import ReadMessage
from amparo.web.reports.forms import INTAKE_FORMS

#: Kinds that could be clicked, rung or mailed by a slip of the hand.
DEFANGED: Final = frozenset({"url", "onion", "email", "ipv4", "ipv6"})
KINDS: Final[Mapping[str, str]] = {
    "btc": gettext_noop("Bitcoin address"),
    "btc-testnet": gettext_noop("Bitcoin test address"),
    "ltc": gettext_noop("Litecoin address"),
    "doge": gettext_noop("Dogecoin address"),
    "dash": gettext_noop("Dash address"),
    "trx": gettext_noop("Tron address"),
    "eth": gettext_noop("Ethereum address"),
    "xmr": gettext_noop("Monero address"),
    "url": gettext_noop("Web address"),
    "onion": gettext_noop("Onion address"),
    "email": gettext_noop("E-mail address"),
    "ipv4": gettext_noop("IP address"),
    "ipv6": gettext_noop("IP address"),
    "phone": gettext_noop("Phone number"),
    "iban": gettext_noop("Bank account (IBAN)"),
    "card": gettext_noop("Payment card (masked)"),
    "hash": gettext_noop("File digest"),
    "seed": gettext_noop("Wallet seed phrase (masked)"),
}
VALIDITY: Final[Mapping[str, str]] = {
    "strong": gettext_noop("checksum is right"),
    "weak": gettext_noop("short checksum is right"),
    "plan-checked": gettext_noop("fits the numbering plan"),
    "format-only": gettext_noop("looks like one"),
}


def harmless(text: str) -> str:
    """Return reported text with its invisible signs written out and its web addresses not to be opened by a slip."""
    return re.sub(r"\bhttp(s?)://", r"hxxp\1://", visible(text), flags=re.IGNORECASE)


def shown_answers(category: str, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the questions that were answered, in the form's order, with text whose addresses can't be clicked."""
    form = INTAKE_FORMS[category]
    return [
        {
            "label": _(question.label),
            "text": _(question.shown(answers[question.name])) if question.choices else harmless(answers[question.name]),
        }
        for question in form.questions
        if question.name in answers
    ]


def shown_observables(category: str, observables: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    form = INTAKE_FORMS[category]
    rows = []
    for each in observables:
        question = form.question(each["question"])
        value = visible(each["value"])
        rows.append(
            {
                "kind": _(KINDS.get(each["kind"], each["kind"])),
                "value": defang(value) if each["kind"] in DEFANGED else value,
                "validity": _(VALIDITY.get(each["validity"], each["validity"])),
                "question": _(question.label) if question else "",
            }
        )
    return rows


def shown_messages(messages: Iterable[ReadMessage]) -> list[dict[str, Any]]:
    return [
        {
            "mine": each.message.sender == each.message.Sender.STAFF,
            "day": each.message.day,
            "seen": each.message.seen,
            "text": _(ANSWERS[each.content["template"]].text)
            if "template" in each.content
            else harmless(each.content["text"]),
        }
        for each in messages
    ]
