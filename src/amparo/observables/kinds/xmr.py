"""Monero addresses: 95 signs, block-wise base58, Keccak-256 check; primary (4…) and sub-addresses (8…)."""

from amparo.observables.checks.base58 import decode_monero
from amparo.observables.checks.keccak import keccak_256
from amparo.observables.kind import Examples, TokenKind
from amparo.observables.observable import Validity


class Xmr(TokenKind):
    name = "xmr"

    def check(self, token: str) -> tuple[str, Validity, tuple[str, ...]] | None:
        if len(token) != 95 or token[0] not in "48":
            return None
        data = decode_monero(token)
        if data is None or len(data) != 69 or data[0] not in {0x12, 0x2A}:
            return None
        return (token, Validity.STRONG, ()) if keccak_256(data[:-4])[:4] == data[-4:] else None

    def examples(self) -> Examples:
        good = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
        return Examples(good={good: good}, bad=[good[:-1] + "B"])
