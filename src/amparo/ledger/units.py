"""Satoshi as text. Amounts are integers everywhere; coins with 8 decimals are for reading only."""

from typing import Final

COIN: Final = 10**8


def coins(satoshi: int) -> str:
    """`5000000000` -> "50.00000000": exact, by integer division."""
    sign = "-" if satoshi < 0 else ""
    whole, rest = divmod(abs(satoshi), COIN)
    return f"{sign}{whole}.{rest:08d}"
