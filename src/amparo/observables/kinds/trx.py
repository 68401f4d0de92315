"""TRON addresses: base58check, version 0x41, 34 signs, first sign T."""

from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind


class Trx(CoinKind):
    name = "trx"
    versions = {0x41: "T"}

    def network(self) -> str:
        return "TRON"

    def examples(self) -> Examples:
        good = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
        return Examples(good={good: good}, bad=["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u"])
