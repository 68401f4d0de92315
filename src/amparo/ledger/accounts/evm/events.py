"""Event logs that move or exchange value: Transfer, wrapping of the native coin, swaps of pools.

A Transfer counts only with exactly three topics and 32 bytes of data: with four topics it is an ERC-721 token's.
Sources: ERC-20 (EIP-20); WETH9; Uniswap V2 `UniswapV2Pair.sol`, V3 `IUniswapV3PoolEvents.sol` and their many copies.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from amparo.ledger.accounts.evm.address import checksum

TRANSFER: Final = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
DEPOSIT: Final = "e1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
WITHDRAWAL: Final = "7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
SWAP_V2: Final = "d78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
SWAP_V3: Final = "c42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"


class Log(NamedTuple):
    """`topics` as hex without 0x; `number` counts in the block."""

    contract: str  # checksum form
    topics: tuple[str, ...]
    data: bytes
    number: int


class Moved(NamedTuple):
    """A token's Transfer; zero addresses are kept as they are."""

    contract: str
    sender: str
    receiver: str
    amount: int


class Wrapped(NamedTuple):
    """`deposit`: native coin became the token of `contract` for `holder`; else the other way."""

    contract: str
    holder: str
    amount: int
    deposit: bool


class Swapped(NamedTuple):
    """What a pool says it took and gave."""

    pool: str
    taken: int
    given: int
    form: str


def transfer(log: Log) -> Moved | None:
    if len(log.topics) != 3 or log.topics[0] != TRANSFER or len(log.data) != 32:
        return None
    sender, receiver = (_address(topic) for topic in log.topics[1:])
    if sender is None or receiver is None:
        return None
    return Moved(log.contract, sender, receiver, int.from_bytes(log.data, "big"))


def wrapped(log: Log) -> Wrapped | None:
    if len(log.topics) != 2 or log.topics[0] not in (DEPOSIT, WITHDRAWAL) or len(log.data) != 32:
        return None
    holder = _address(log.topics[1])
    if holder is None:
        return None
    return Wrapped(log.contract, holder, int.from_bytes(log.data, "big"), log.topics[0] == DEPOSIT)


def swapped(log: Log) -> Swapped | None:
    """A swap that took one asset and gave one; None for anything else (flash loans that give and take both)."""
    if len(log.topics) != 3:
        return None
    if log.topics[0] == SWAP_V2 and len(log.data) == 128:
        in0, in1, out0, out1 = _words(log.data, signed=False)
        return _swapped(log, ((in0, out1), (in1, out0)), "v2") if not (in0 and in1) and not (out0 and out1) else None
    if log.topics[0] == SWAP_V3 and len(log.data) == 160:
        amount0, amount1 = _words(log.data, signed=True)[:2]
        return _swapped(log, ((amount0, -amount1), (amount1, -amount0)), "v3")
    return None


def _swapped(log: Log, ways: Sequence[tuple[int, int]], form: str) -> Swapped | None:
    return next((Swapped(log.contract, taken, given, form) for taken, given in ways if taken > 0 and given > 0), None)


def _words(data: bytes, *, signed: bool) -> list[int]:
    return [int.from_bytes(data[at : at + 32], "big", signed=signed) for at in range(0, len(data), 32)]


def _address(topic: str) -> str | None:
    """The address in a topic, None where the first twelve bytes are not zero."""
    return checksum("0x" + topic[24:]) if topic[:24] == "0" * 24 and len(topic) == 64 else None
