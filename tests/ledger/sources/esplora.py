"""An Esplora-shaped explorer on loopback (a test double, not an explorer), over the bytes of given blocks.

python-bitcoinlib reads the blocks here, so that the double shares no parser with what is tested.
"""

import json
from contextlib import contextmanager

from bitcoin.core import CBlock
from tests.ledger import made_blocks as made
from tests.ledger.sources.facade import serving

from amparo.ledger.addresses import BY_NAME, render
from amparo.ledger.scripts import classify

PAGE = 25


def shown(digest):
    return digest[::-1].hex()


class Esplora:
    """What an explorer knows of a chain. `asked` lists the paths; `unconfirmed` ids are shown without a block."""

    def __init__(self, blocks, network="regtest"):
        self.network = BY_NAME[network]
        self.blocks = list(blocks)
        self.read = [CBlock.deserialize(data) for data in self.blocks]
        self.asked, self.unconfirmed = [], set()
        self.txs, self.where, self.spent_by, self.of_address = {}, {}, {}, {}
        for height, block in enumerate(self.read):
            for position, tx in enumerate(block.vtx):
                self._add(tx, height, position)

    def _add(self, tx, height, position):
        txid = shown(tx.GetTxid())
        self.txs[txid], self.where[txid] = tx, (height, position)
        touched = [out.scriptPubKey for out in tx.vout]
        for each in tx.vin if position else ():
            previous = shown(each.prevout.hash)
            self.spent_by[(previous, each.prevout.n)] = txid
            touched.append(self.txs[previous].vout[each.prevout.n].scriptPubKey)
        for address in {self.address(bytes(script)) for script in touched} - {None}:
            self.of_address.setdefault(address, []).append(txid)

    def address(self, script):
        kind, payload = classify(script)
        return render(kind, payload, self.network)

    def answer(self, path):
        """Status and body; a body that is not bytes becomes JSON."""
        self.asked.append(path)
        match path.strip("/").split("/"):
            case ["block-height", height]:
                return 200, shown(made.block_hash(self.blocks[int(height)])).encode()
            case ["block", block, "header"]:
                return 200, next(
                    data[:80].hex() for data in self.blocks if shown(made.block_hash(data)) == block
                ).encode()
            case ["address", address]:
                return 200, {"chain_stats": {"tx_count": len(self.of_address.get(address, ()))}}
            case ["address", address, "txs", "chain", *last]:
                return self.page(address, *last)
            case ["tx", txid, *rest] if txid in self.txs:
                return 200, self.about(txid, *rest)
        return 404, b"not found"

    def page(self, address, last=None):
        listed = self.of_address.get(address, [])[::-1]
        if last is not None and last not in listed:
            return 400, b"last seen not found"
        start = 0 if last is None else listed.index(last) + 1
        return 200, [self.described(txid) for txid in listed[start : start + PAGE]]

    def about(self, txid, what=None):
        if what is None:
            return self.described(txid)
        if what == "hex":
            return self.txs[txid].serialize().hex().encode()
        if what == "outspends":
            return [self.outspend(txid, vout) for vout in range(len(self.txs[txid].vout))]
        return self.proof(txid)

    def outspend(self, txid, vout):
        spender = self.spent_by.get((txid, vout))
        if spender is None:
            return {"spent": False}
        return {"spent": True, "txid": spender, "vin": 0, "status": self.status(spender)}

    def status(self, txid):
        if txid in self.unconfirmed:
            return {"confirmed": False}
        height, _ = self.where[txid]
        block = shown(made.block_hash(self.blocks[height]))
        return {"confirmed": True, "block_height": height, "block_hash": block}

    def described(self, txid):
        tx = self.txs[txid]
        return {
            "txid": txid,
            "vin": [self.vin(each) for each in tx.vin],
            "vout": [self.vout(each) for each in tx.vout],
            "status": self.status(txid),
        }

    def vout(self, out):
        return {"value": out.nValue, "scriptpubkey": bytes(out.scriptPubKey).hex()}

    def vin(self, each):
        txid = shown(each.prevout.hash)
        if txid not in self.txs:
            return {"txid": txid, "vout": each.prevout.n, "prevout": None, "is_coinbase": True}
        previous = self.txs[txid].vout[each.prevout.n]
        return {"txid": txid, "vout": each.prevout.n, "prevout": self.vout(previous), "is_coinbase": False}

    def proof(self, txid):
        height, position = self.where[txid]
        level, place, merkle = [tx.GetTxid() for tx in self.read[height].vtx], position, []
        while len(level) > 1:
            level += level[-1:] * (len(level) % 2)
            merkle.append(shown(level[place ^ 1]))
            level = [made.dsha(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
            place >>= 1
        return {"block_height": height, "merkle": merkle, "pos": position}


@contextmanager
def explorer(esplora, spoil=lambda path, answer: answer):
    """Serve an Esplora double; `spoil` may change a body (JSON value or bytes), or give (status, body)."""

    def handle(_, path, __):
        status, body = esplora.answer(path)
        body = spoil(path, body)
        if isinstance(body, tuple):
            status, body = body
        return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()

    with serving(handle) as url:
        yield url
