"""A made economy as regtest blocks that Bitcoin Core accepts: same transactions, real scripts, real signatures.

Key hashes, plain keys and taproot are signed (keys.py); script hashes are push(owner) OP_DROP OP_TRUE and need no
signature. So every script type survives; what that costs is a signature to make (some 20 us) and one for Core to check
(some 50 us) for each input of the signed kinds.
"""

import struct
from collections.abc import Iterator
from hashlib import sha256

from tests.ledger.economy.keys import compressed, ecdsa, points, schnorr
from tests.ledger.made_blocks import GENESIS, compact, dsha, merkle

from amparo.ledger.calibrate import Economy
from amparo.ledger.calibrate.economy.columns import BLOCK_SECONDS, GENESIS_TIME
from amparo.ledger.hashes import hash160
from amparo.ledger.scripts import ScriptKind as Kind

WITNESSED = (Kind.P2WPKH, Kind.P2WSH, Kind.P2TR)
_TAG = sha256(b"TapSighash").digest() * 2
COMMITMENT = b"\x6a\x24\xaa\x21\xa9\xed"


class Blocks:
    """Iterate to get the raw blocks from height 1 on."""

    def __init__(self, economy: Economy) -> None:
        self.chain = economy.chain
        self.points = points(self.chain.keys)
        self.scripts = [self._script(each) for each in range(len(self.chain.kind))]
        self.txid: list[bytes] = [b""] * len(self.chain.tx_kind)
        self.tx_of: list[int] = []
        for number in range(len(self.chain.tx_kind)):
            self.tx_of += [number] * (self.chain.first_out[number + 1] - self.chain.first_out[number])

    def redeem(self, address: int) -> bytes:
        return b"\x08" + struct.pack("<q", address) + b"\x75\x51"

    def _script(self, address: int) -> bytes:
        kind = self.chain.kind[address]
        if kind == Kind.P2SH:
            return b"\xa9\x14" + hash160(self.redeem(address)) + b"\x87"
        if kind == Kind.P2WSH:
            return b"\x00\x20" + sha256(self.redeem(address)).digest()
        point = self.points[self.chain.key[address]]
        if kind == Kind.P2TR:
            return b"\x51\x20" + point[0].to_bytes(32, "big")
        if kind == Kind.P2PK:
            return b"\x21" + compressed(point) + b"\xac"
        head, tail = (b"\x76\xa9\x14", b"\x88\xac") if kind == Kind.P2PKH else (b"\x00\x14", b"")
        return head + hash160(compressed(point)) + tail

    def script_of(self, output: int) -> bytes:
        address = self.chain.address[output]
        return self.scripts[address] if address >= 0 else b"\x6a\x20" + output.to_bytes(32, "little")

    def __iter__(self) -> Iterator[bytes]:
        prev = GENESIS
        starts = [*self.chain.first_tx, len(self.chain.tx_kind)]
        # The genesis transaction is the network's own; only its place counts.
        for height in range(1, len(self.chain.first_tx)):
            prev, data = self._block(height, prev, range(starts[height] + 1, starts[height + 1]))
            yield data

    def _block(self, height: int, prev: bytes, numbers: range) -> tuple[bytes, bytes]:
        body, leaves, witnessed = [], [], [bytes(32)]
        for number in numbers:
            plain, whole = self._tx(number)
            self.txid[number] = dsha(plain)
            leaves.append(self.txid[number])
            witnessed.append(self.txid[number] if whole is plain else dsha(whole))
            body.append(whole)
        commitment = COMMITMENT + dsha(merkle(witnessed) + bytes(32))
        plain, whole = self._coinbase(height, numbers.start - 1, commitment)
        self.txid[numbers.start - 1] = dsha(plain)
        root = merkle([dsha(plain), *leaves])
        head = struct.pack("<i", 0x20000000) + prev + root
        head += struct.pack("<II", GENESIS_TIME + BLOCK_SECONDS * height, 0x207FFFFF)
        nonce = next(each for each in range(1 << 16) if dsha(head + struct.pack("<I", each))[31] < 0x80)
        head += struct.pack("<I", nonce)
        return dsha(head), head + compact(len(body) + 1) + whole + b"".join(body)

    def _coinbase(self, height: int, number: int, commitment: bytes) -> tuple[bytes, bytes]:
        size = (height.bit_length() + 8) // 8
        push = bytes([0x50 + height]) if height <= 16 else bytes([size]) + height.to_bytes(size, "little")
        script = push + b"\x00\x00"
        entry = b"\x01" + bytes(32) + b"\xff" * 4 + compact(len(script)) + script + b"\xff" * 4
        first = self.chain.first_out[number]
        outputs = b"\x02" + self._output(first) + struct.pack("<q", 0) + compact(len(commitment)) + commitment
        version = struct.pack("<i", self.chain.version[number])
        return version + entry + outputs + bytes(4), version + b"\x00\x01" + entry + outputs + b"\x01\x20" + bytes(36)

    def _output(self, output: int) -> bytes:
        script = self.script_of(output)
        return struct.pack("<q", self.chain.value[output]) + compact(len(script)) + script

    def _tx(self, number: int) -> tuple[bytes, bytes]:
        """The transaction without and with witnesses (the same object where it has none)."""
        parts = Parts(self, number)
        entries, witnesses = [], []
        for place, output in enumerate(parts.spent):
            script, witness = self._unlock(parts, place, output)
            entries.append(parts.outpoints[place] + compact(len(script)) + script + parts.sequence)
            witnesses.append(compact(len(witness)) + b"".join(compact(len(each)) + each for each in witness))
        body = compact(len(entries)) + b"".join(entries) + parts.outputs
        plain = parts.version + body + parts.locktime
        if all(each == b"\0" for each in witnesses):
            return plain, plain
        return plain, parts.version + b"\x00\x01" + body + b"".join(witnesses) + parts.locktime

    def _unlock(self, parts: "Parts", place: int, output: int) -> tuple[bytes, list[bytes]]:
        """Script and witness that spend `output` as input number `place`."""
        address = self.chain.address[output]
        kind, key = self.chain.kind[address], self.chain.key[address]
        if kind == Kind.P2SH:
            return b"\x0b" + self.redeem(address), []
        if kind == Kind.P2WSH:
            return b"", [self.redeem(address)]
        if kind == Kind.P2TR:
            return b"", [schnorr(key + 1, self.points[key], parts.taproot(place))]
        public = compressed(self.points[key])
        if kind == Kind.P2WPKH:
            return b"", [ecdsa(key + 1, parts.segwit(place, output)), public]
        signature = ecdsa(key + 1, parts.legacy(place, output))
        pushed = bytes([len(signature)]) + signature
        return (pushed, []) if kind == Kind.P2PK else (pushed + b"\x21" + public, [])


class Parts:
    """What the signatures of one transaction commit to (hash type ALL, taproot's default)."""

    def __init__(self, blocks: Blocks, number: int) -> None:
        chain = blocks.chain
        self.blocks = blocks
        self.spent = chain.prev_out[chain.first_in[number] : chain.first_in[number + 1]]
        self.version = struct.pack("<i", chain.version[number])
        self.locktime = struct.pack("<I", chain.locktime[number])
        self.sequence = struct.pack("<I", chain.sequence[chain.first_in[number]])
        self.outpoints = [self._outpoint(each) for each in self.spent]
        made = range(chain.first_out[number], chain.first_out[number + 1])
        self.bare = b"".join(blocks._output(each) for each in made)
        self.outputs = compact(len(made)) + self.bare
        self._shared: bytes | None = None
        self._tap: bytes | None = None

    def _outpoint(self, output: int) -> bytes:
        tx = self.blocks.tx_of[output]
        return self.blocks.txid[tx] + struct.pack("<I", output - self.blocks.chain.first_out[tx])

    def legacy(self, place: int, output: int) -> bytes:
        script = self.blocks.script_of(output)
        entries = [
            point + (compact(len(script)) + script if each == place else b"\0") + self.sequence
            for each, point in enumerate(self.outpoints)
        ]
        body = compact(len(entries)) + b"".join(entries) + self.outputs
        return dsha(self.version + body + self.locktime + b"\x01\x00\x00\x00")

    def segwit(self, place: int, output: int) -> bytes:
        """BIP 143."""
        if self._shared is None:
            self._shared = dsha(b"".join(self.outpoints)) + dsha(self.sequence * len(self.outpoints))
            self._ends = dsha(self.bare) + self.locktime + b"\x01\x00\x00\x00"
        code = b"\x19\x76\xa9\x14" + self.blocks.script_of(output)[2:] + b"\x88\xac"
        value = struct.pack("<q", self.blocks.chain.value[output])
        return dsha(self.version + self._shared + self.outpoints[place] + code + value + self.sequence + self._ends)

    def taproot(self, place: int) -> bytes:
        """BIP 341, key path, hash type DEFAULT."""
        if self._tap is None:
            chain, scripts = self.blocks.chain, [self.blocks.script_of(each) for each in self.spent]
            whole = (
                b"".join(self.outpoints),
                b"".join(struct.pack("<q", chain.value[each]) for each in self.spent),
                b"".join(compact(len(each)) + each for each in scripts),
                self.sequence * len(self.spent),
                self.bare,
            )
            self._tap = b"\0\0" + self.version + self.locktime + b"".join(sha256(each).digest() for each in whole)
        return sha256(_TAG + self._tap + b"\0" + struct.pack("<I", place)).digest()
