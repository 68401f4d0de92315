"""What the coins with Bitcoin's address forms share: base58check by version byte, and segregated witness."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from amparo.observables.checks import base58, bech32
from amparo.observables.kind import TokenKind
from amparo.observables.observable import Validity


class CoinKind(TokenKind):
    #: Version byte -> the first signs an address of it can have.
    versions: ClassVar[Mapping[int, str]]
    #: Human-readable part of segregated-witness addresses, None if the coin has none.
    hrp: ClassVar[str | None] = None

    def check(self, token: str) -> tuple[str, Validity, tuple[str, ...]] | None:
        if self.hrp is not None and token[: len(self.hrp) + 1].lower() == self.hrp + "1":
            decoded = bech32.decode_segwit(token, self.hrp)
            return (token.lower(), Validity.STRONG, ()) if decoded else None
        if not 25 <= len(token) <= 36 or not any(token[0] in first for first in self.versions.values()):
            return None
        payload = base58.decode_check(token)
        if payload is None or len(payload) != 21 or payload[0] not in self.versions:
            return None
        return self.accept(token, payload)

    def accept(self, token: str, payload: bytes) -> tuple[str, Validity, tuple[str, ...]]:
        return token, Validity.STRONG, ()

    @abstractmethod
    def network(self) -> str:
        """The coin's name for people."""
