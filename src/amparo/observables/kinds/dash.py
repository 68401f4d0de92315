"""Dash addresses: base58check, versions 0x4c (X) and 0x10 (7)."""

from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind


class Dash(CoinKind):
    name = "dash"
    versions = {0x4C: "X", 0x10: "7"}

    def network(self) -> str:
        return "Dash"

    def examples(self) -> Examples:
        good = "XpESxaUmonkq8RaLLp46Brx2K39ggQe226"
        return Examples(good={good: good}, bad=["XpESxaUmonkq8RaLLp46Brx2K39ggQe227"])
