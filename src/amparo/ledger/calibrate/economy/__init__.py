"""A made economy with known owners: agents with habits pay, mix, launder; every owner and change output is known."""

from amparo.ledger.calibrate.economy.columns import Economy, Truth, make_economy
from amparo.ledger.calibrate.economy.kinds import COINJOINS, UNDECIDABLE, TxKind
from amparo.ledger.calibrate.economy.world import Parameters

__all__ = ["COINJOINS", "UNDECIDABLE", "Economy", "Parameters", "Truth", "TxKind", "make_economy"]
