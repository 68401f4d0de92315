"""Addresses of Bitcoin-like chains: written from a script's payload, and read back with every check.

Source: Base58Check (Bitcoin Core `base58.cpp`), BIP 173 (bech32), BIP 350 (bech32m), CashAddr (Bitcoin Cash
specification `cashaddr.md`). Parameters of Litecoin, Bitcoin Cash and Dogecoin are from their `chainparams.cpp`;
UNVERIFIED on real blocks of theirs, as no such data is at hand (their addresses are tested on published examples).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from amparo.ledger.errors import BadAddress
from amparo.ledger.hashes import dsha
from amparo.ledger.scripts import ScriptKind

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_SUM: Final = 1
_BECH32M_SUM: Final = 0x2BC830A3


@dataclass(frozen=True, slots=True)
class Network:
    """How one network marks its records and writes its addresses; `genesis` is the first block's hash as shown.

    `easiest` is the largest target a header may carry, in compact form (Core's powLimit). `hrp` is empty where a
    network has no bech32 addresses; `cash` is its CashAddr prefix. `old_script_prefixes` are read, never written.
    `scrypt`: work is measured by scrypt, so a header's hash does not show it. Sizes in bytes, money in smallest units.
    """

    name: str
    magic: bytes
    key_prefix: int
    script_prefix: int
    hrp: str
    easiest: int
    genesis: str
    old_script_prefixes: tuple[int, ...] = ()
    cash: str = ""
    scrypt: bool = False
    auxpow: bool = False  # merge-mined: a proof of the parent chain may follow the header
    mweb: bool = False  # an extension block may follow the transactions
    reordered: bool = False  # transactions stand in the order of their ids, not parents first
    max_block: int = 4_000_000
    max_money: int = 21_000_000 * 10**8  # of one output or transaction
    coinbase: int = 50 * 10**8  # subsidy of the first blocks
    halving: int = 210_000  # blocks between two halvings; 0 = another schedule

    @property
    def is_relative(self) -> bool:
        """Whether its blocks need `sources.family` before they read like Bitcoin's."""
        return self.scrypt or self.auxpow or self.mweb or self.reordered


NETWORKS: Final = (
    Network(
        "bitcoin",
        bytes.fromhex("f9beb4d9"),
        0x00,
        0x05,
        "bc",
        0x1D00FFFF,
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    ),
    Network(
        "testnet3",
        bytes.fromhex("0b110907"),
        0x6F,
        0xC4,
        "tb",
        0x1D00FFFF,
        "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    ),
    Network(
        "testnet4",
        bytes.fromhex("1c163f28"),
        0x6F,
        0xC4,
        "tb",
        0x1D00FFFF,
        "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
    ),
    Network(
        "signet",
        bytes.fromhex("0a03cf40"),
        0x6F,
        0xC4,
        "tb",
        0x1E0377AE,
        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
    ),
    Network(
        "regtest",
        bytes.fromhex("fabfb5da"),
        0x6F,
        0xC4,
        "bcrt",
        0x207FFFFF,
        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
        halving=150,
    ),
    Network(
        "litecoin",
        bytes.fromhex("fbc0b6db"),
        0x30,
        0x32,
        "ltc",
        0x1E0FFFFF,
        "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2",
        old_script_prefixes=(0x05,),
        scrypt=True,
        mweb=True,
        max_money=84_000_000 * 10**8,
        halving=840_000,
    ),
    Network(
        "bitcoin-cash",
        bytes.fromhex("e3e1f3e8"),
        0x00,
        0x05,
        "",
        0x1D00FFFF,
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
        cash="bitcoincash",
        reordered=True,
        max_block=32_000_000,
    ),
    Network(
        "dogecoin",
        bytes.fromhex("c0c0c0c0"),
        0x1E,
        0x16,
        "",
        0x1E0FFFFF,
        "1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691",
        scrypt=True,
        auxpow=True,
        max_money=10_000_000_000 * 10**8,
        coinbase=1_000_000 * 10**8,
        halving=0,
    ),
)
BY_MAGIC: Final = {network.magic: network for network in NETWORKS}
BY_NAME: Final = {network.name: network for network in NETWORKS}


class ScriptRef(NamedTuple):
    """What an address stands for: the script kind and its payload (20 or 32 bytes)."""

    kind: ScriptKind
    payload: bytes


def render(kind: ScriptKind, payload: bytes, network: Network) -> str | None:
    """Return the address of a script, None where the script has none.

    A P2PK output has no address of its own; it gets that of its key's hash, and `kind` still says P2PK.
    """
    if kind in (ScriptKind.P2PKH, ScriptKind.P2PK, ScriptKind.P2SH):
        return _hash_address(kind, payload[:20], network)
    if not network.hrp:
        return None
    if kind == ScriptKind.P2WPKH:
        return bech32(network.hrp, 0, payload[:20])
    if kind == ScriptKind.P2WSH:
        return bech32(network.hrp, 0, payload[:32])
    if kind == ScriptKind.P2TR:
        return bech32(network.hrp, 1, payload[:32])
    return None


def _hash_address(kind: ScriptKind, digest: bytes, network: Network) -> str:
    is_script = kind == ScriptKind.P2SH
    if network.cash:
        return cashaddr(network.cash, int(is_script), digest)
    return base58check(bytes([network.script_prefix if is_script else network.key_prefix]) + digest)


def parse(text: str, network: Network) -> ScriptRef:
    """Return what the address `text` stands for on `network`. Raises BadAddress when any check fails."""
    try:
        if network.hrp and text.lower().startswith(network.hrp + "1"):
            return _parse_bech32(text, network.hrp)
        if network.cash and (":" in text or not text.startswith(("1", "3"))):
            kind, digest = cashaddr_decode(text, network.cash)
            return ScriptRef(ScriptKind.P2SH if kind else ScriptKind.P2PKH, digest)
        return _parse_base58(text, network)
    except ValueError:
        raise BadAddress(address=text[:100]) from None


def _parse_base58(text: str, network: Network) -> ScriptRef:
    data = base58check_decode(text)
    if len(data) == 21 and data[0] == network.key_prefix:
        return ScriptRef(ScriptKind.P2PKH, data[1:])
    if len(data) == 21 and data[0] in (network.script_prefix, *network.old_script_prefixes):
        return ScriptRef(ScriptKind.P2SH, data[1:])
    raise ValueError("no address of this network")


def _parse_bech32(text: str, hrp: str) -> ScriptRef:
    version, program = bech32_decode(text, hrp)
    known = {(0, 20): ScriptKind.P2WPKH, (0, 32): ScriptKind.P2WSH, (1, 32): ScriptKind.P2TR}
    return ScriptRef(known.get((version, len(program)), ScriptKind.WITNESS), program)


def normal(text: str) -> str:
    """The one form under which an address is looked up: no blanks around, lower case where case means nothing."""
    text = text.strip()
    lowered = text.lower()
    return lowered if lowered.startswith(("bc1", "tb1", "bcrt1", "ltc1", "0x", "bitcoincash:")) else text


def base58check(data: bytes) -> str:
    whole = data + dsha(data)[:4]
    number = int.from_bytes(whole, "big")
    signs = []
    while number:
        number, rest = divmod(number, 58)
        signs.append(BASE58[rest])
    zeros = len(whole) - len(whole.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(signs))


def base58check_decode(text: str) -> bytes:
    """Return version byte and payload. Raises ValueError on a foreign sign, wrong length or wrong checksum."""
    if not 5 <= len(text) <= 128:
        raise ValueError("not the length of an address")
    number = 0
    for sign in text:
        number = number * 58 + BASE58.index(sign)
    zeros = len(text) - len(text.lstrip("1"))
    whole = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(whole) < 5 or dsha(whole[:-4])[:4] != whole[-4:]:
        raise ValueError("wrong checksum")
    return whole[:-4]


def bech32(hrp: str, version: int, program: bytes) -> str:
    values = [version, *_regroup(program, 8, 5, pad=True)]
    target = _BECH32M_SUM if version else _BECH32_SUM
    total = _polymod([*_spread(hrp), *values, 0, 0, 0, 0, 0, 0]) ^ target
    check = [(total >> 5 * (5 - i)) & 31 for i in range(6)]
    return hrp + "1" + "".join(BECH32[value] for value in [*values, *check])


def bech32_decode(text: str, hrp: str) -> tuple[int, bytes]:
    """Return witness version and program. Raises ValueError on anything BIP 173 or BIP 350 refuses."""
    if text not in (text.lower(), text.upper()) or len(text) > 90:
        raise ValueError("mixed case or too long")
    text = text.lower()
    values = [BECH32.index(sign) for sign in text[len(hrp) + 1 :]]
    if len(values) < 7:
        raise ValueError("too short")
    version = values[0]
    if _polymod([*_spread(hrp), *values]) != (_BECH32M_SUM if version else _BECH32_SUM):
        raise ValueError("wrong checksum")
    program = bytes(_regroup(values[1:-6], 5, 8, pad=False))
    if version > 16 or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise ValueError("no witness program")
    return version, program


def cashaddr(prefix: str, kind: int, digest: bytes) -> str:
    """`kind` 0 = key hash, 1 = script hash; 20 bytes only, as all scripts of these kinds have."""
    values = _regroup(bytes([kind << 3]) + digest, 8, 5, pad=True)
    total = _cash_polymod([*(ord(sign) & 31 for sign in prefix), 0, *values, *bytes(8)])
    check = [(total >> 5 * (7 - i)) & 31 for i in range(8)]
    return prefix + ":" + "".join(BECH32[value] for value in [*values, *check])


def cashaddr_decode(text: str, prefix: str) -> tuple[int, bytes]:
    """Return kind and digest; the prefix may be left out. Raises ValueError on anything the specification refuses."""
    if text not in (text.lower(), text.upper()) or len(text) > 112:
        raise ValueError("mixed case or too long")
    named, mark, rest = text.lower().rpartition(":")
    if mark and named != prefix:
        raise ValueError("another prefix")
    values = [BECH32.index(sign) for sign in rest]
    if len(values) < 8 or _cash_polymod([*(ord(sign) & 31 for sign in prefix), 0, *values]):
        raise ValueError("wrong checksum")
    data = bytes(_regroup(values[:-8], 5, 8, pad=False))
    if len(data) != 21 or data[0] not in (0, 8):
        raise ValueError("no key hash or script hash")
    return data[0] >> 3, data[1:]


def _cash_polymod(values: Sequence[int]) -> int:
    total = 1
    for value in values:
        top = total >> 35
        total = (total & 0x07FFFFFFFF) << 5 ^ value
        for i, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            if top >> i & 1:
                total ^= generator
    return total ^ 1


def _spread(hrp: str) -> list[int]:
    return [*(ord(sign) >> 5 for sign in hrp), 0, *(ord(sign) & 31 for sign in hrp)]


def _polymod(values: Sequence[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> i & 1:
                total ^= generator
    return total


def _regroup(values: Sequence[int] | bytes, width: int, into: int, *, pad: bool) -> list[int]:
    held, bits, out = 0, 0, []
    for value in values:
        held, bits = held << width | value, bits + width
        while bits >= into:
            bits -= into
            out.append(held >> bits & ((1 << into) - 1))
        held &= (1 << bits) - 1
    if pad and bits:
        out.append(held << (into - bits))
    elif not pad and (bits >= width or held):
        raise ValueError("padding is not zero")
    return out
