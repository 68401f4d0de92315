"""What a made transaction really is: the truth that the heuristics are measured against."""

from enum import IntEnum
from typing import Final


class TxKind(IntEnum):
    """Stored as one byte a transaction in the truth tables."""

    COINBASE = 0
    PAYMENT = 1
    BATCH = 2  # an exchange or a pool pays many people at once
    SWEEP = 3  # an exchange collects its deposit addresses
    CONSOLIDATE = 4  # a wallet joins its own small coins
    MOVE = 5  # a wallet moves everything to an address of its own, or hot money to cold storage
    EMPTY = 6  # everything a wallet has goes to somebody else, no change
    PEEL = 7  # one hop of a peel chain
    OPEN = 8  # a channel of two people is funded (2-of-2)
    CLOSE = 9  # and closed
    DUST = 10  # a spammer sends dust to addresses known from the chain
    DATA = 11  # an output that carries data
    STONEWALL = 12  # one owner's payment, shaped like a small CoinJoin
    TX0 = 13  # Whirlpool: a coin is split for mixing
    PAYJOIN = 14  # two owners, ordinary shape
    STONEWALL_X2 = 15  # two owners, shaped like one owner's Stonewall
    WASABI1 = 16
    WASABI2 = 17
    WHIRLPOOL = 18
    JOINMARKET = 19


#: Several owners, equal outputs: what a CoinJoin detector should find.
COINJOINS: Final = frozenset({TxKind.WASABI1, TxKind.WASABI2, TxKind.WHIRLPOOL, TxKind.JOINMARKET})
#: Several owners behind an ordinary shape: no structural rule can tell, so they are reported apart.
UNDECIDABLE: Final = frozenset({TxKind.PAYJOIN, TxKind.STONEWALL_X2})
