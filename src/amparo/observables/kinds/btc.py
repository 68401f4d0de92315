"""Bitcoin addresses: base58check (versions 0, 5), bech32 and bech32m (BIP 173, 350). Main network only."""

from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind


class Btc(CoinKind):
    name = "btc"
    versions = {0x00: "1", 0x05: "3"}
    hrp = "bc"

    def network(self) -> str:
        return "Bitcoin"

    def examples(self) -> Examples:
        return Examples(
            good={
                "1BoatSLRHtKNngkdXEeobR76b53LETtpyT": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
                "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
                "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr": (
                    "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"
                ),
                "BC1SW50QGDZ25J": "bc1sw50qgdz25j",
            },
            bad=[
                "1BoatSLRHtKNngkdXEeobR76b53LETtpyU",
                "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
                "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcs",
                "Bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            ],
        )
