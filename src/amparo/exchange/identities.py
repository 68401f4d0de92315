"""Keys to encrypt to a partner: age X25519 (age-encryption.org/v1)."""

from typing import NamedTuple

import pyrage

from amparo.exchange.errors import NotAnIdentity


class Identity(NamedTuple):
    """`secret` (AGE-SECRET-KEY-1…) opens what others seal to `recipient` (age1…). Keep the secret in a 0600 file."""

    secret: str
    recipient: str

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"


def new_identity() -> Identity:
    made = pyrage.x25519.Identity.generate()
    return Identity(str(made), str(made.to_public()))


def recipient_of(secret: str) -> str:
    """Return the recipient (age1…) of a secret. Raises NotAnIdentity."""
    return str(parse_secret(secret).to_public())


def parse_secret(secret: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(secret.strip())
    except pyrage.IdentityError as error:
        raise NotAnIdentity(why="it is no identity") from error


def parse_recipient(recipient: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(recipient.strip())
    except pyrage.RecipientError as error:
        raise NotAnIdentity(why="it is no recipient") from error
