"""Litecoin addresses: versions 0x30 (L), 0x32 (M), the old 0x05 (3, shared with Bitcoin), and ltc1."""

from amparo.observables.checks import base58
from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind
from amparo.observables.observable import Validity


class Ltc(CoinKind):
    name = "ltc"
    versions = {0x30: "L", 0x32: "M", 0x05: "3"}
    hrp = "ltc"

    def network(self) -> str:
        return "Litecoin"

    def accept(self, token: str, payload: bytes) -> tuple[str, Validity, tuple[str, ...]]:
        """An old address (3…) is Bitcoin's as well, so it is only weak here; its value is today's M… form."""
        if payload[0] == 0x05:
            return base58.encode_check(b"\x32" + payload[1:]), Validity.WEAK, ("also-btc",)
        return token, Validity.STRONG, ()

    def examples(self) -> Examples:
        return Examples(
            good={
                "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9": "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9",
                "3P14159f73E4gFr7JterCCQh9QjiTjiZrG": "MVDCJxZd4A5VUm81QmeC1qf6U7LASsr7LT",
            },
            bad=["LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMHA"],
        )
