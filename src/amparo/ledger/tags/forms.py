"""Tell from its form which kind of chain an address is of, and whether its checksum holds.

Bitcoin and TRON addresses carry a checksum; EVM addresses in one case carry none, so they are format-only.
"""

import re
from collections.abc import Callable
from typing import Final

from amparo.ledger.addresses import NETWORKS, base58check_decode, parse
from amparo.ledger.errors import BadAddress

_BITCOIN: Final = NETWORKS[0]
_EVM: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def is_bitcoin(text: str) -> bool:
    try:
        parse(text, _BITCOIN)
    except BadAddress:
        return False
    return True


def is_evm(text: str) -> bool:
    return _EVM.fullmatch(text) is not None


def is_tron(text: str) -> bool:
    """Base58Check of 0x41 and 20 bytes."""
    try:
        data = base58check_decode(text)
    except ValueError:
        return False
    return len(data) == 21 and data[0] == 0x41


#: Form -> whether a text has it, checksum included where the form has one.
FORMS: Final[dict[str, Callable[[str], bool]]] = {"bitcoin": is_bitcoin, "evm": is_evm, "tron": is_tron}

#: Currency code -> the forms its addresses may have. Codes not listed are kept unchecked.
BY_CURRENCY: Final[dict[str, tuple[str, ...]]] = {
    "BTC": ("bitcoin",),
    "XBT": ("bitcoin",),
    "ETH": ("evm",),
    "TRX": ("tron",),
    "USDT": ("evm", "bitcoin", "tron"),
    "USDC": ("evm", "tron"),
}


def form_of(address: str) -> str | None:
    """`bitcoin`, `evm` or `tron`; None for any other text, a wrong checksum included."""
    return next((name for name, holds in FORMS.items() if holds(address)), None)


def doubt(form: str | None, currency: str) -> str | None:
    """What is odd about an address of `form` as one of `currency`: `bad-address` (no form holds) or `other-chain`.

    None where nothing is, or where this version cannot check the currency. Published lists do hold both kinds.
    """
    forms = BY_CURRENCY.get(currency.upper())
    if forms is None or form in forms:
        return None
    return "bad-address" if form is None else "other-chain"
