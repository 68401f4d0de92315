"""Error rates of the heuristics, measured on made economies with known owners."""

from amparo.ledger.calibrate.economy import Economy, Parameters, Truth, TxKind, make_economy

__all__ = ["Economy", "Parameters", "Truth", "TxKind", "make_economy"]
