"""Batches of columns straight from blocks' bytes by the plain walk: what a block file gives, without the file."""

from amparo.ledger.blocks import Origin, read_block
from amparo.ledger.sources.rows import BlockRow, Rows


def batch_of(blocks, first_height=0, file=0):
    return batch_of_read([read_block(data, Origin("made", 0)) for data in blocks], file, first_height)


def batch_of_read(blocks, file=0, first_height=0):
    rows = Rows()
    for number, block in enumerate(blocks):
        rows.block(BlockRow(block.header.hash, block.header.prev, block.header.time, first_height + number, file))
        for tx in block.txs:
            rows.tx(tx)
    return rows.take()
