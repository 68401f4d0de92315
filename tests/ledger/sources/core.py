"""A node's folder made by Bitcoin Core's own engine (py-bitcoinkernel): blk, rev and xor.dat, and what Core says.

Owners need no signatures: an output is P2SH or the bare script of `push(owner) OP_DROP OP_TRUE`.
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pbk
from tests.ledger import made_blocks as made

from amparo.ledger.hashes import hash160

MATURE = 100


def owner_script(owner: int) -> bytes:
    return b"\x04" + struct.pack("<I", owner) + b"\x75\x51"


def output(value: int, owner: int) -> bytes:
    """Even owners are paid to P2SH, odd ones to the bare script."""
    script = owner_script(owner)
    script = script if owner % 2 else b"\xa9\x14" + hash160(script) + b"\x87"
    return struct.pack("<q", value) + made.compact(len(script)) + script


def spend(coins: list[tuple[bytes, int, int, int]], outputs: list[bytes]) -> bytes:
    """A transaction over coins (txid, vout, value, owner)."""
    parts = [struct.pack("<i", 2), made.compact(len(coins))]
    for txid, vout, _, owner in coins:
        script = b"" if owner % 2 else b"\x07" + owner_script(owner)
        parts += [txid, struct.pack("<I", vout), made.compact(len(script)), script, b"\xfe\xff\xff\xff"]
    return b"".join([*parts, made.compact(len(outputs)), *outputs, bytes(4)])


def coinbase(height: int, owner: int, branch: int = 0) -> bytes:
    script = b"\x04" + height.to_bytes(4, "little") if height > 1 << 23 else _push(height)
    value = (50 * made.COIN) >> (height // 150)
    return made.tx([(bytes(32), 0xFFFFFFFF)], [output(value, owner)], script + bytes([1, branch]))


def block(prev: bytes, txs: list[bytes], time: int) -> bytes:
    """A mined block of a version that has the rules of today."""
    root = made.merkle([made.dsha(each) for each in txs])
    for nonce in range(1 << 16):
        header = struct.pack("<i", 0x20000000) + prev + root + struct.pack("<III", time, 0x207FFFFF, nonce)
        if made.dsha(header)[31] < 0x80:
            return header + made.compact(len(txs)) + b"".join(txs)
    raise AssertionError("no nonce found")


def _push(height: int) -> bytes:
    if height <= 16:
        return bytes([0x50 + height])
    size = (height.bit_length() + 8) // 8
    return bytes([size]) + height.to_bytes(size, "little")


def economy(n_tx: int, seed: int = 1, per_block: int = 3000) -> Iterator[bytes]:
    """Blocks above regtest's genesis: coinbases until they ripen, then random spends, some inside their own block."""
    dice, prev, height, ripe = random.Random(seed), made.GENESIS, 0, []
    pool: list[tuple[bytes, int, int, int]] = []
    left = n_tx
    while left > 0 or height <= MATURE:
        height += 1
        if height > MATURE:
            pool.append(ripe[height - MATURE - 1])
        body = []
        while pool and left > 0 and len(body) < per_block:
            body.append(_random_tx(dice, pool))
            left -= 1
        first = coinbase(height, height)
        ripe.append((made.dsha(first), 0, (50 * made.COIN) >> (height // 150), height))
        data = block(prev, [first, *body], 1296688602 + 600 * height)
        prev = made.block_hash(data)
        yield data


def _random_tx(dice: random.Random, pool: list[tuple[bytes, int, int, int]]) -> bytes:
    coins = []
    for _ in range(min(len(pool), 1 + (dice.random() < 0.3))):
        at = dice.randrange(len(pool))
        pool[at], pool[-1] = pool[-1], pool[at]
        coins.append(pool.pop())
    total = sum(value for _, _, value, _ in coins)
    fee = min(total, dice.randrange(500))
    cut = dice.randrange(total - fee + 1)
    made_now = [(value, dice.randrange(1 << 16)) for value in (cut, total - fee - cut)]
    data = spend(coins, [output(value, owner) for value, owner in made_now])
    txid = made.dsha(data)
    pool.extend((txid, vout, value, owner) for vout, (value, owner) in enumerate(made_now) if value)
    return data


def feed(folder: Path, blocks: list[bytes], chain: object = None) -> Path:
    """Have Core accept `blocks` into `folder`; return the folder of its blk and rev files."""
    manager = pbk.load_chainman(folder, pbk.ChainType.REGTEST if chain is None else chain)
    for data in blocks:
        manager.process_block(pbk.Block(data))
    del manager
    return folder / "blocks"


def coins_of_core(folder: Path, chain: object = None) -> Iterator[tuple[int, str, list]]:
    """Height, shown hash and the spent outputs (value, script, height, coinbase) of each block after genesis."""
    manager = pbk.load_chainman(folder, pbk.ChainType.REGTEST if chain is None else chain)
    active = manager.get_active_chain()
    for height, entry in enumerate(active.block_tree_entries):
        if height:
            spent = manager.block_spent_outputs[entry]
            coins = [
                (coin.output.amount, bytes(coin.output.script_pubkey), coin.confirmation_height, coin.is_coinbase)
                for tx in spent.transactions
                for coin in tx.coins
            ]
            yield height, str(entry.block_hash), coins
