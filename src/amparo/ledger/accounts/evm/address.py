"""EVM addresses: 20 bytes, shown with the checksum in the case of their letters (EIP-55)."""

import re
from functools import lru_cache
from typing import Final

from amparo.ledger.accounts.evm.keccak import keccak256
from amparo.ledger.errors import BadAddress

_FORM: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
ZERO: Final = "0x" + "0" * 40


@lru_cache(maxsize=1 << 16)
def checksum(address: str) -> str:
    """The shown form of an address in any letter case. Raises BadAddress for another form."""
    if not _FORM.fullmatch(address):
        raise BadAddress(address=address[:100])
    plain = address[2:].lower()
    digest = keccak256(plain.encode()).hex()
    return "0x" + "".join(a.upper() if int(b, 16) >= 8 else a for a, b in zip(plain, digest[:40], strict=True))


def is_checksummed(address: str) -> bool:
    """Whether the case of the letters is right. One case throughout carries no checksum and is no error."""
    if not _FORM.fullmatch(address):
        return False
    plain = address[2:]
    return plain in (plain.lower(), plain.upper()) or checksum(address) == address
