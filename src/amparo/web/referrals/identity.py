"""The agency's age identity: one file outside the database, made once."""

from contextlib import suppress
from typing import NamedTuple

from amparo.exchange import new_identity, recipient_of
from amparo.web.accounts.models import Agency
from amparo.web.common.home import folder, write_secret
from amparo.web.common.signing import signing_key


class Card(NamedTuple):
    """What a partner needs of us, compared by people: never a secret."""

    recipient: str
    verify_key: str
    key_id: str


def secret_of(agency: Agency) -> str:
    """Return keys/age-ID.txt, drawn on first use and never replaced."""
    path = folder("keys") / f"age-{agency.pk}.txt"
    if not path.exists():
        # Another process may draw it in this very moment: then its identity is the one.
        with suppress(FileExistsError):
            write_secret(path, new_identity().secret.encode())
    return path.read_text(encoding="ascii").strip()


def card_of(agency: Agency) -> Card:
    key = signing_key(agency.pk)
    return Card(recipient_of(secret_of(agency)), key.public.hex(), key.id)
