"""The columns of blocks by the plain walk (amparo.ledger.blocks.read_block): the oracle of the native one."""

import numpy as np

from amparo.ledger.columns import BlockColumns, TxBatch, TxFlag


def batch_of(held):
    """`held`: (length in bytes, Block) pairs."""
    txs = [tx for _, block in held for tx in block.txs]
    outs = [output for tx in txs for output in tx.outputs]
    ins = [each for tx in txs for each in tx.inputs]

    def rows(parts):
        return np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(-1, 32)

    def flags(tx):
        rbf = any(each.sequence < 0xFFFFFFFE for each in tx.inputs)
        return TxFlag.COINBASE * tx.coinbase | TxFlag.SEGWIT * tx.segwit | TxFlag.RBF * rbf

    blocks = BlockColumns(
        hash=rows([block.header.hash for _, block in held]),
        prev=rows([block.header.prev for _, block in held]),
        time=np.array([block.header.time for _, block in held], dtype=np.int64),
        height=np.array([-1 if b.claimed_height is None else b.claimed_height for _, b in held], dtype=np.int64),
        n_tx=np.array([len(block.txs) for _, block in held], dtype=np.uint32),
        file=np.zeros(len(held), dtype=np.uint16),
        at=np.array([block.at for _, block in held], dtype=np.uint64),
        length=np.array([length for length, _ in held], dtype=np.uint32),
    )
    return TxBatch(
        blocks,
        txid=rows([tx.txid for tx in txs]),
        version=np.array([tx.version for tx in txs], dtype=np.int32),
        locktime=np.array([tx.locktime for tx in txs], dtype=np.uint32),
        at=np.array([tx.at for tx in txs], dtype=np.uint64),
        size=np.array([tx.size for tx in txs], dtype=np.uint32),
        weight=np.array([tx.weight for tx in txs], dtype=np.uint32),
        flags=np.array([flags(tx) for tx in txs], dtype=np.uint16),
        n_out=np.array([len(tx.outputs) for tx in txs], dtype=np.uint32),
        n_in=np.array([len(tx.inputs) for tx in txs], dtype=np.uint32),
        value=np.array([each.value for each in outs], dtype=np.int64),
        stype=np.array([each.kind for each in outs], dtype=np.uint8),
        payload=rows([each.payload.ljust(32, b"\0") for each in outs]),
        prev_txid=rows([each.txid for each in ins]),
        prev_vout=np.array([each.vout for each in ins], dtype=np.uint32),
        sequence=np.array([each.sequence for each in ins], dtype=np.uint32),
    )
