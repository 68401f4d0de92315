"""Names: frozen lists that people, shops and pages of a world are drawn from. No real person is meant.

Domains are under example.org / example.com / example.net (RFC 2606), phone numbers from 555-0100 to 555-0199, kept
for fiction in North America, so that nothing here reaches anybody.
"""

from typing import Final, NamedTuple

from amparo.academy.worlds.dice import Dice

GIVEN: Final = (
    "Amina", "Bilal", "Carmen", "Dauda", "Elena", "Farid", "Grace", "Hamisi", "Inès", "Joana", "Kwame", "Lucía",
    "Mariam", "Nuno", "Omari", "Paula", "Rashid", "Sofía", "Tomás", "Yasmin",
)  # fmt: skip
FAMILY: Final = (
    "Abreu", "Bakari", "Cruz", "Diallo", "Estrada", "Fofana", "Gomes", "Haddad", "Ibarra", "Juma", "Khalil", "Lopes",
    "Mwangi", "Nasser", "Okello", "Pereira", "Quispe", "Rojas", "Saleh", "Traoré",
)  # fmt: skip
SHOPS: Final = ("parcel", "bank", "post", "tax", "visa", "mobile")
ROLES: Final = ("clinic's IT officer", "reporter", "suspect", "accomplice", "neighbour", "witness")
#: How a person's part in the story is filed (CasePerson's categories).
CATEGORY: Final = {
    "clinic's IT officer": "witness",
    "reporter": "reporter",
    "suspect": "suspect",
    "accomplice": "suspect",
    "neighbour": "other",
    "witness": "witness",
}


class Person(NamedTuple):
    """A made-up person: `category` is suspect, victim, witness, reporter or other."""

    name: str
    role: str
    category: str
    email: str
    phone: str  # E.164
    handle: str


def make_people(dice: Dice) -> tuple[Person, ...]:
    """Return one person a role, with different names and different reachable-by-nobody contact details."""
    given, family = dice.take(GIVEN, len(ROLES)), dice.take(FAMILY, len(ROLES))
    numbers = dice.take(range(100, 200), len(ROLES))
    return tuple(
        Person(
            name=f"{first} {last} (synthetic)",
            role=role,
            category=CATEGORY[role],
            email=f"{_plain(first)}.{_plain(last)}@mail.example.org",
            phone=f"+12025550{number}",
            handle=f"@{_plain(first)}_{number}",
        )
        for role, first, last, number in zip(ROLES, given, family, numbers, strict=True)
    )


def false_page(dice: Dice) -> str:
    """Return the address of the page that victims were sent to."""
    return f"https://{dice.pick(SHOPS)}-{dice.between(10, 99)}.example.com/pay?id={dice.data(4).hex()}"


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèíáóú", "eeiaou"))
