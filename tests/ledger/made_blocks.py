"""Made-up regtest blocks: a few bytes of proof of work, real structure, benign contents."""

import struct
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

MAGIC = bytes.fromhex("fabfb5da")
COIN = 10**8
GENESIS = bytes.fromhex("06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f")


def dsha(data: bytes) -> bytes:
    return sha256(sha256(data).digest()).digest()


def compact(number: int) -> bytes:
    return bytes([number]) if number < 253 else b"\xfd" + struct.pack("<H", number)


def pays(value: int, owner: int = 0) -> bytes:
    """An output to a made-up key hash."""
    script = b"\x76\xa9\x14" + owner.to_bytes(20, "big") + b"\x88\xac"
    return struct.pack("<q", value) + compact(len(script)) + script


def tx(spends: Sequence[tuple[bytes, int]], outputs: Sequence[bytes], script: bytes = b"") -> bytes:
    inputs = b"".join(
        txid + struct.pack("<I", vout) + compact(len(script)) + script + b"\xff" * 4 for txid, vout in spends
    )
    made = compact(len(outputs)) + b"".join(outputs)
    return struct.pack("<i", 1) + compact(len(spends)) + inputs + made + bytes(4)


def coinbase(height: int, value: int = 50 * COIN, owner: int = 0, branch: int = 0) -> bytes:
    script = b"\x04" + height.to_bytes(4, "little") + bytes([branch, 0])
    return tx([(bytes(32), 0xFFFFFFFF)], [pays(value, owner)], script)


def merkle(txids: list[bytes]) -> bytes:
    while len(txids) > 1:
        txids = txids + txids[-1:] if len(txids) % 2 else txids
        txids = [dsha(txids[i] + txids[i + 1]) for i in range(0, len(txids), 2)]
    return txids[0]


def block(prev: bytes, txs: Sequence[bytes], time: int = 1_700_000_000) -> bytes:
    """A mined block over `txs`; with regtest's target two tries are enough on average."""
    root = merkle([dsha(each) for each in txs])
    for nonce in range(1 << 16):
        header = struct.pack("<i", 1) + prev + root + struct.pack("<III", time, 0x207FFFFF, nonce)
        if dsha(header)[31] < 0x80:
            return header + compact(len(txs)) + b"".join(txs)
    raise AssertionError("no nonce found")


def block_hash(data: bytes) -> bytes:
    return dsha(data[:80])


def record(data: bytes, magic: bytes = MAGIC) -> bytes:
    return magic + struct.pack("<I", len(data)) + data


def chain(bodies: Sequence[Sequence[bytes]], prev: bytes = GENESIS) -> list[bytes]:
    """Blocks one after the other; each body gets its coinbase in front. The first one is height 1."""
    found = []
    for number, body in enumerate(bodies):
        found.append(block(prev, [coinbase(number + 1), *body], 1_700_000_000 + 600 * number))
        prev = block_hash(found[-1])
    return found


def write(path: Path, blocks: Sequence[bytes], tail: bytes = b"") -> Path:
    path.write_bytes(b"".join(record(each) for each in blocks) + tail)
    return path


def genesis_block() -> bytes:
    """Regtest's real first block: the coinbase every Bitcoin network shares, under regtest's own header."""
    words = b"The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
    key = bytes.fromhex(
        "04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
        "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"
    )
    script = b"\x04\xff\xff\x00\x1d\x01\x04" + bytes([len(words)]) + words
    output = struct.pack("<q", 50 * COIN) + b"\x43\x41" + key + b"\xac"
    first = tx([(bytes(32), 0xFFFFFFFF)], [output], script)
    header = struct.pack("<i", 1) + bytes(32) + dsha(first) + struct.pack("<III", 1296688602, 0x207FFFFF, 2)
    return header + b"\x01" + first
