"""What a node says of the outputs a block spends (getblock, verbosity 3), held against the block's own bytes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from amparo.ledger.blocks import MAX_MONEY, Block, Tx, TxIn
from amparo.ledger.hashes import shown
from amparo.ledger.nodes.errors import WrongSpentOutputs
from amparo.ledger.sources.undo import SpentOutput

_COIN: Final = 10**8
_Said = Mapping[str, Any]


def spent_outputs(said: _Said, block: Block, height: int, host: str) -> list[list[SpentOutput]]:
    """The spent outputs of each transaction after the coinbase. Raises WrongSpentOutputs.

    Hash, height, transaction ids and inputs must be those of the bytes; amounts must be whole satoshis.
    """
    refuse = _Refusal(host, shown(block.header.hash))
    if said.get("hash") != refuse.block:
        raise refuse.because("another hash")
    if said.get("height") != height:
        raise refuse.because("another height")
    txs = said.get("tx")
    if not isinstance(txs, list) or len(txs) != len(block.txs):
        raise refuse.because("another number of transactions")
    return [_spent_by(each, tx, refuse) for each, tx in zip(txs[1:], block.txs[1:], strict=True)]


class _Refusal:
    def __init__(self, host: str, block: str) -> None:
        self.host = host
        self.block = block

    def because(self, why: str) -> WrongSpentOutputs:
        return WrongSpentOutputs(host=self.host, block=self.block, why=why)


def _spent_by(said: object, tx: Tx, refuse: _Refusal) -> list[SpentOutput]:
    if not isinstance(said, dict) or said.get("txid") != shown(tx.txid):
        raise refuse.because("another transaction")
    inputs = said.get("vin")
    if not isinstance(inputs, list) or len(inputs) != len(tx.inputs):
        raise refuse.because("another number of inputs")
    coins = [_coin(each, spent, refuse) for each, spent in zip(inputs, tx.inputs, strict=True)]
    if sum(coin.value for coin in coins) < sum(output.value for output in tx.outputs):
        raise refuse.because("a transaction pays out more than it takes in")
    return coins


def _coin(said: object, spent: TxIn, refuse: _Refusal) -> SpentOutput:
    if not isinstance(said, dict) or (said.get("txid"), said.get("vout")) != (shown(spent.txid), spent.vout):
        raise refuse.because("another input")
    output = said.get("prevout")
    if not isinstance(output, dict):
        raise refuse.because("spent outputs are missing (Bitcoin Core gives them since 23.0, with undo data)")
    height, script = output.get("height"), output.get("scriptPubKey")
    try:
        code = bytes.fromhex(script["hex"]) if isinstance(script, dict) else None
    except (KeyError, ValueError, TypeError):
        code = None
    value = satoshi(output.get("value"))
    if code is None or value is None or not isinstance(height, int) or not 0 <= height < 1 << 31:
        raise refuse.because("a spent output is incomplete")
    return SpentOutput(height, bool(output.get("generated")), value, code)


def satoshi(coins: object) -> int | None:
    """Coins with 8 decimals, as Decimal or integer -> satoshi; None for anything that is not exactly some."""
    if isinstance(coins, bool) or not isinstance(coins, int | Decimal) or not Decimal(coins).is_finite():
        return None
    amount = Decimal(coins) * _COIN
    if not 0 <= amount <= MAX_MONEY or amount != amount.to_integral_value():
        return None
    return int(amount)
