"""Citizen reports of a world: what people wrote, in six languages, and what a careful reader finds in it.

The words are short, plain and calm; nothing in them is explicit. Field names are those of the intake forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.academy.worlds.dice import Dice
from amparo.academy.worlds.names import Person


@dataclass(frozen=True, slots=True)
class CitizenReport:
    """One report: `category` names an intake form, `days_ago` counts back from the day the world is loaded.

    `urgent`: whether it must stand first in the queue. `holds`: the observables planted in it, kind -> values.
    """

    category: str
    language: str
    days_ago: int
    answers: Mapping[str, str]
    urgent: bool
    holds: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, object]:
        return {
            "category": self.category,
            "language": self.language,
            "days_ago": self.days_ago,
            "answers": dict(self.answers),
            "urgent": self.urgent,
            "holds": {kind: list(values) for kind, values in self.holds.items()},
        }


class Facts(NamedTuple):
    """What the story puts into the reports' words."""

    wallet: str
    page: str
    suspect: Person
    clinic: Person


class Draft(NamedTuple):
    """A report before its facts are filled in: answers with {wallet}, {page}, {handle}, {phone}, {email}."""

    category: str
    language: str
    urgent: bool
    answers: Mapping[str, str]


DRAFTS: Final = (
    Draft(
        "sextortion",
        "en",
        True,
        {
            "where": "https://social.example.org/{handle}",
            "demand": "200 dollars in Bitcoin to {wallet} before tomorrow night",
            "words": "Somebody I met in a game has a picture of me and says everybody in my class will get it if I "
            "don't pay. I am 14. I have not told my parents.",
            "age": "13-17",
            "danger": "yes",
            "when": "since yesterday",
        },
    ),
    Draft(
        "phishing",
        "es",
        False,
        {
            "where": "{page}",
            "money": "35 dólares con tarjeta",
            "words": "Recibí un mensaje de un paquete retenido. La página pedía mi tarjeta y después un segundo pago. "
            "El mensaje vino del número {phone}.",
        },
    ),
    Draft(
        "ransomware",
        "fr",
        False,
        {
            "where": "Paiement en bitcoin vers {wallet}, contact {email}",
            "systems": "Les ordinateurs de l'accueil de la clinique et le serveur des rendez-vous.",
            "backups": "no",
            "words": "Une employée a ouvert une facture jointe. Le lendemain, tous les fichiers portaient une nouvelle "
            "extension. La direction a payé.",
        },
    ),
    Draft(
        "grooming",
        "pt",
        True,
        {
            "where": "Jogo em linha, utilizador {handle}",
            "words": "Um adulto escreve à minha filha todas as noites, pede segredo e quer encontrá-la no sábado.",
            "age": "under-13",
            "danger": "unsure",
        },
    ),
    Draft(
        "hacked-account",
        "ar",
        False,
        {
            "where": "{email}",
            "locked": "yes",
            "words": "فقدت حسابي بعد أن فتحت هذه الصفحة: {page} . الآن يرسل أحدهم رسائل باسمي.",
            "when": "أمس",
        },
    ),
    Draft(
        "phishing",
        "sw",
        False,
        {
            "where": "{page}",
            "money": "KES 4,500",
            "words": "Nilipata ujumbe kuhusu kifurushi. Nililipa, kisha wakaomba tena. Nambari yao ni {phone}.",
        },
    ),
    Draft(
        "other",
        "en",
        False,
        {
            "words": "I found a note with payment details at the bus stop: {wallet}. Perhaps it is nothing.",
            "age": "unknown",
        },
    ),
)
#: Which fact stands for which kind of observable.
KINDS: Final = {"wallet": "btc-testnet", "page": "url", "phone": "phone", "email": "email"}


def make_reports(dice: Dice, facts: Facts) -> tuple[CitizenReport, ...]:
    """Return the world's reports, oldest last, with the facts of this seed in their words."""
    values = {
        "wallet": facts.wallet,
        "page": facts.page,
        "handle": facts.suspect.handle.lstrip("@"),
        "phone": facts.suspect.phone,
        "email": facts.suspect.email,
    }
    day = 0
    reports = []
    for draft in DRAFTS:
        reports.append(_fill(draft, day, values))
        day += dice.between(0, 3)
    return tuple(reports)


def _fill(draft: Draft, day: int, values: Mapping[str, str]) -> CitizenReport:
    answers = {name: answer.format_map(values) for name, answer in draft.answers.items()}
    told = "\n".join(draft.answers.values())
    holds = {kind: (values[fact],) for fact, kind in KINDS.items() if "{" + fact + "}" in told}
    return CitizenReport(draft.category, draft.language, day, answers, draft.urgent, holds)
