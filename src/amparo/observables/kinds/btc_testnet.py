"""Bitcoin's test networks (testnet, regtest): base58check versions 0x6f, 0xc4, bech32 with `tb`. Coins of no worth.

Exercises pay on regtest, so that nothing in them can be taken for a real address.
"""

from amparo.observables.kind import Examples
from amparo.observables.kinds.coin import CoinKind


class BtcTestnet(CoinKind):
    name = "btc-testnet"
    versions = {0x6F: "mn", 0xC4: "2"}
    hrp = "tb"

    def network(self) -> str:
        return "Bitcoin testnet"

    def examples(self) -> Examples:
        return Examples(
            good={
                "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn": "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
                "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc": "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc",
                "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx": "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
            },
            bad=["mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfm", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsy"],
        )
