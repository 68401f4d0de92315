"""What a page calls the kinds and the validity of observables."""

from typing import Final

from django.utils.translation import gettext

from amparo.base import gettext_noop

KINDS: Final[dict[str, str]] = {
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
    "ipv4": gettext_noop("IPv4 address"),
    "ipv6": gettext_noop("IPv6 address"),
    "phone": gettext_noop("Phone number"),
    "iban": gettext_noop("Bank account (IBAN)"),
    "card": gettext_noop("Payment card, masked"),
    "hash": gettext_noop("File digest"),
    "seed": gettext_noop("Seed phrase, masked"),
    "geo": gettext_noop("Place on the map"),
    "camera": gettext_noop("Camera, by its serial number"),
}
VALIDITY: Final[dict[str, str]] = {
    "strong": gettext_noop("checksum valid"),
    "weak": gettext_noop("short checksum valid"),
    "plan-checked": gettext_noop("fits the numbering plan"),
    "format-only": gettext_noop("format only, nothing to check it with"),
}


def kind_words(kind: str) -> str:
    return gettext(KINDS[kind]) if kind in KINDS else kind


def validity_words(validity: str) -> str:
    return gettext(VALIDITY[validity]) if validity in VALIDITY else validity
