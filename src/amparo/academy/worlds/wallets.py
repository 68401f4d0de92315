"""Wallets of a synthetic chain: made-up keys, coins, and transactions that always balance.

Nobody holds a key: public keys are hashes of a name, signatures are filler of the right size. Amounts are satoshi.
Source: Bitcoin developer reference (serialisation of transactions).
"""

import hashlib
from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.ledger.addresses import BY_NAME, render
from amparo.ledger.hashes import dsha, hash160, shown
from amparo.ledger.scripts import ScriptKind

#: regtest, Bitcoin's own test network: a synthetic address can't be taken for one of the real chain.
NETWORK: Final = BY_NAME["regtest"]
DUST: Final = 546


class Key(NamedTuple):
    """A made-up public key and what stands for it in scripts and on the screen."""

    public: bytes
    digest: bytes
    address: str

    @property
    def script(self) -> bytes:
        return b"\x76\xa9\x14" + self.digest + b"\x88\xac"


def make_key(seed: int, *path: object) -> Key:
    """Return the key of that path: the same for the same seed."""
    name = "/".join(["amparo-key-1", str(seed), *map(str, path)]).encode()
    public = b"\x02" + hashlib.sha256(name).digest()
    digest = hash160(public)
    address = render(ScriptKind.P2PKH, digest, NETWORK)
    if address is None:
        raise ValueError("a key hash always has an address")
    return Key(public, digest, address)


class Pay(NamedTuple):
    key: Key
    value: int  # satoshi


@dataclass(frozen=True, slots=True)
class Coin:
    """An output that can be spent: `txid` as hashed (not reversed)."""

    txid: bytes
    vout: int
    key: Key
    value: int
    height: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One transaction: `raw` as it stands in a block, and the coins it makes."""

    raw: bytes
    txid: bytes
    fee: int
    coins: tuple[Coin, ...]

    @property
    def id(self) -> str:
        return shown(self.txid)


def compact(number: int) -> bytes:
    """Return Bitcoin's CompactSize of a number below 2^32."""
    if number < 0xFD:
        return bytes([number])
    if number <= 0xFFFF:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def spend(coins: list[Coin], pays: list[Pay], height: int) -> Payment:
    """Spend `coins` into `pays`; what is left over is the fee, which is never negative."""
    fee = sum(coin.value for coin in coins) - sum(pay.value for pay in pays)
    if fee < 0 or any(pay.value < DUST for pay in pays):
        raise ValueError("the payment does not balance")
    inputs = b"".join(
        coin.txid + coin.vout.to_bytes(4, "little") + _with_size(_filler(coin)) + b"\xff\xff\xff\xff" for coin in coins
    )
    raw = (2).to_bytes(4, "little") + compact(len(coins)) + inputs + _outputs(pays) + bytes(4)
    return _payment(raw, pays, fee, height)


def coinbase(key: Key, value: int, height: int) -> Payment:
    """The first transaction of a block: new coins and the fees. BIP 34 puts the height into it."""
    bits = max(1, (height.bit_length() + 8) // 8)
    pushed = bytes([0x50 + height]) if 0 < height <= 16 else bytes([bits]) + height.to_bytes(bits, "little")
    script = pushed + b"\x08amparo/1"
    source = bytes(32) + b"\xff\xff\xff\xff" + _with_size(script) + b"\xff\xff\xff\xff"
    pays = [Pay(key, value)]
    raw = (2).to_bytes(4, "little") + b"\x01" + source + _outputs(pays) + bytes(4)
    return _payment(raw, pays, 0, height)


def _payment(raw: bytes, pays: list[Pay], fee: int, height: int) -> Payment:
    txid = dsha(raw)
    coins = tuple(Coin(txid, vout, pay.key, pay.value, height) for vout, pay in enumerate(pays))
    return Payment(raw, txid, fee, coins)


def _outputs(pays: list[Pay]) -> bytes:
    return compact(len(pays)) + b"".join(pay.value.to_bytes(8, "little") + _with_size(pay.key.script) for pay in pays)


def _filler(coin: Coin) -> bytes:
    """71 bytes where a signature stands, and the key: the right size, and plainly no signature."""
    signature = b"\x30\x44" + hashlib.sha512(coin.txid + coin.vout.to_bytes(4, "little")).digest() + bytes(4) + b"\x01"
    return bytes([len(signature)]) + signature + bytes([len(coin.key.public)]) + coin.key.public


def _with_size(script: bytes) -> bytes:
    return compact(len(script)) + script
