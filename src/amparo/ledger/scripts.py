"""Kinds of output scripts, by exact template (a script that merely ends like one is not one).

Source: Bitcoin Core `script/solver.cpp`; BIP 141 (witness programs), BIP 341 (taproot).
"""

import hashlib
from enum import IntEnum
from typing import Final

from amparo.ledger.hashes import hash160


class ScriptKind(IntEnum):
    """Stored as one byte per output; the numbers are permanent."""

    OTHER = 0
    P2PKH = 1
    P2SH = 2
    P2WPKH = 3
    P2WSH = 4
    P2TR = 5
    P2PK = 6
    OP_RETURN = 7
    MULTISIG = 8
    WITNESS = 9


#: Bytes of the payload that count; the store keeps 32 for each.
PAYLOAD_SIZE: Final = {
    ScriptKind.P2PKH: 20,
    ScriptKind.P2SH: 20,
    ScriptKind.P2WPKH: 20,
    ScriptKind.P2PK: 20,
}


#: length, first bytes, last bytes, kind; what stands between is the payload.
_TEMPLATES: Final = (
    (25, b"\x76\xa9\x14", b"\x88\xac", ScriptKind.P2PKH),
    (23, b"\xa9\x14", b"\x87", ScriptKind.P2SH),
    (22, b"\x00\x14", b"", ScriptKind.P2WPKH),
    (34, b"\x00\x20", b"", ScriptKind.P2WSH),
    (34, b"\x51\x20", b"", ScriptKind.P2TR),
)


def classify(script: bytes) -> tuple[ScriptKind, bytes]:
    """Return the kind and its payload: key hash, script hash or program; SHA-256 of the script for the rest.

    P2PK's payload is the HASH160 of the key: the address other tools show for it.
    """
    for size, head, tail, kind in _TEMPLATES:
        if len(script) == size and script.startswith(head) and script.endswith(tail):
            return kind, script[len(head) : size - len(tail)]
    if _is_key_push(script):
        return ScriptKind.P2PK, hash160(script[1:-1])
    return _rare_kind(script), hashlib.sha256(script).digest()


def _is_key_push(script: bytes) -> bool:
    if len(script) == 67:
        return script[:2] == b"\x41\x04" and script[66] == 0xAC
    return len(script) == 35 and script[0] == 0x21 and script[1] in (2, 3) and script[34] == 0xAC


def _rare_kind(script: bytes) -> ScriptKind:
    if script[:1] == b"\x6a":
        return ScriptKind.OP_RETURN
    if _is_multisig(script):
        return ScriptKind.MULTISIG
    if 4 <= len(script) <= 42 and (script[0] == 0 or 0x51 <= script[0] <= 0x60) and script[1] == len(script) - 2:
        return ScriptKind.WITNESS
    return ScriptKind.OTHER


def _is_multisig(script: bytes) -> bool:
    """`m key... n OP_CHECKMULTISIG` with small m <= n and whole keys only."""
    if len(script) < 37 or script[-1] != 0xAE or not 0x51 <= script[0] <= 0x60 or not 0x51 <= script[-2] <= 0x60:
        return False
    at, keys = 1, 0
    while at < len(script) - 2:
        if script[at] not in (33, 65):
            return False
        at += 1 + script[at]
        keys += 1
    return at == len(script) - 2 and keys == script[-2] - 0x50 and script[0] - 0x50 <= keys
