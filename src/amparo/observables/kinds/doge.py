"""Dogecoin addresses: base58check, versions 0x1e (D) and 0x16 (9, A)."""

from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind


class Doge(CoinKind):
    name = "doge"
    versions = {0x1E: "D", 0x16: "9A"}

    def network(self) -> str:
        return "Dogecoin"

    def examples(self) -> Examples:
        good = "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"
        return Examples(good={good: good}, bad=["DH5yaieqoZN36fDVciNyRueRGvGLR3mr7M"])
