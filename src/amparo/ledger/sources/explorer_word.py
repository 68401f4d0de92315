"""What an Esplora-shaped explorer answers, checked for its form, and held against bytes and proof of work.

Source: Blockstream/esplora `API.md`. Its word alone stands behind: which transactions an address has, at which height
a block stands, and what is spent by inputs whose transactions were not fetched.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from amparo.ledger.addresses import Network
from amparo.ledger.blocks import HEADER_SIZE, MAX_MONEY, Header, Origin, Tx, read_header, read_tx
from amparo.ledger.hashes import dsha, shown
from amparo.ledger.nodes.errors import NotAnExplorer, ProofFails, WordDiffers, WrongTransaction
from amparo.ledger.nodes.rpc import is_digest

_MAX_DEPTH: Final = 32
_MAX_HEIGHT: Final = 1 << 31
_FORGEABLE: Final = 64  # bytes: as many as two digests, so a branch could be read as a transaction


class Where(NamedTuple):
    """In which block a confirmed transaction stands, as the explorer says."""

    height: int
    block: str


class Spent(NamedTuple):
    value: int
    script: bytes


class Described(NamedTuple):
    """A transaction in the explorer's words. `where` None = not confirmed."""

    txid: str
    where: Where | None
    inputs: tuple[tuple[str, int, Spent | None], ...]
    outputs: tuple[Spent, ...]


class Branch(NamedTuple):
    """A Merkle proof: position in the block, digests of the siblings in internal order, lowest first."""

    position: int
    siblings: tuple[bytes, ...]


class Reader:
    """Takes answers of one host apart. Raises NotAnExplorer, naming host and question."""

    def __init__(self, host: str) -> None:
        self.host = host

    def json(self, what: str, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise self.odd(what, "no JSON") from None

    def odd(self, what: str, why: str) -> NotAnExplorer:
        return NotAnExplorer(host=self.host, what=what, why=why)

    def count(self, what: str, body: bytes) -> int:
        """How many confirmed transactions an address has."""
        stats = self.json(what, body)
        found = stats.get("chain_stats", {}) if isinstance(stats, dict) else {}
        number = found.get("tx_count") if isinstance(found, dict) else None
        if not _is_number(number, _MAX_HEIGHT):
            raise self.odd(what, "no count of transactions")
        return int(str(number))

    def page(self, what: str, body: bytes) -> list[Described]:
        rows = self.json(what, body)
        if not isinstance(rows, list):
            raise self.odd(what, "no list")
        return [self.described(what, row) for row in rows]

    def described(self, what: str, said: object) -> Described:
        if not isinstance(said, dict) or not is_digest(said.get("txid")):
            raise self.odd(what, "a transaction without id")
        try:
            inputs = tuple(self._input(what, each) for each in said["vin"] if not each.get("is_coinbase"))
            outputs = tuple(self._output(what, each) for each in said["vout"])
        except (KeyError, TypeError, AttributeError):
            raise self.odd(what, "a transaction without inputs or outputs") from None
        return Described(said["txid"], self._where(what, said.get("status")), inputs, outputs)

    def _input(self, what: str, said: Mapping[str, Any]) -> tuple[str, int, Spent | None]:
        if not is_digest(said["txid"]) or not _is_number(said["vout"], 1 << 32):
            raise self.odd(what, "an input that names no output")
        prevout = said.get("prevout")
        return said["txid"], said["vout"], None if prevout is None else self._output(what, prevout)

    def _output(self, what: str, said: Mapping[str, Any]) -> Spent:
        value, script = said["value"], said["scriptpubkey"]
        try:
            code = bytes.fromhex(script)
        except (ValueError, TypeError):
            raise self.odd(what, "a script that is not hexadecimal") from None
        if not _is_number(value, MAX_MONEY + 1):
            raise self.odd(what, "an amount that is not one")
        return Spent(value, code)

    def _where(self, what: str, status: object) -> Where | None:
        if not isinstance(status, dict) or not isinstance(status.get("confirmed"), bool):
            raise self.odd(what, "a transaction without status")
        if not status["confirmed"]:
            return None
        height, block = status.get("block_height"), status.get("block_hash")
        if not _is_number(height, _MAX_HEIGHT) or not is_digest(block):
            raise self.odd(what, "a confirmed transaction without block")
        return Where(int(str(height)), str(block))

    def spenders(self, what: str, body: bytes, count: int) -> list[str | None]:
        """The ids of the transactions that spend each of `count` outputs, None where none is confirmed."""
        rows = self.json(what, body)
        if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, dict) for row in rows):
            raise self.odd(what, "not one row an output")
        found: list[str | None] = []
        for row in rows:
            status = row.get("status")
            confirmed = row.get("spent") is True and isinstance(status, dict) and status.get("confirmed") is True
            if confirmed and not is_digest(row.get("txid")):
                raise self.odd(what, "a spender without id")
            found.append(row["txid"] if confirmed else None)
        return found

    def branch(self, what: str, body: bytes) -> tuple[int, Branch]:
        """The height it names, and the proof."""
        said = self.json(what, body)
        fields = said if isinstance(said, dict) else {}
        siblings, position, height = (fields.get(name) for name in ("merkle", "pos", "block_height"))
        good = isinstance(siblings, list) and len(siblings) <= _MAX_DEPTH and all(is_digest(each) for each in siblings)
        if not good or not _is_number(position, 1 << 32) or not _is_number(height, _MAX_HEIGHT):
            raise self.odd(what, "no Merkle proof")
        rows = tuple(bytes.fromhex(str(each))[::-1] for each in siblings or ())
        return int(str(height)), Branch(int(str(position)), rows)

    def transaction(self, txid: str, body: bytes) -> tuple[bytes, Tx]:
        """The bytes and what they say. Raises WrongTransaction where they hash to another id."""
        what = f"/tx/{txid}/hex"
        try:
            data = bytes.fromhex(body.decode("ascii").strip())
        except ValueError:
            raise self.odd(what, "no hexadecimal bytes") from None
        tx = read_tx(data, Origin(what, 0))
        if shown(tx.txid) != txid:
            raise WrongTransaction(host=self.host, txid=txid, found=shown(tx.txid))
        return data, tx

    def header(self, block: str, body: bytes, network: Network) -> tuple[bytes, Header]:
        """A header that hashes to `block` and carries the network's proof of work."""
        what = f"/block/{block}/header"
        try:
            data = bytes.fromhex(body.decode("ascii").strip())
        except ValueError:
            raise self.odd(what, "no hexadecimal bytes") from None
        if len(data) != HEADER_SIZE:
            raise self.odd(what, "no header of 80 bytes")
        header = read_header(data)
        if shown(header.hash) != block or not header.is_mined_for(network.easiest):
            raise self.odd(what, "a header of another hash, or without proof of work")
        return data, header


def check_word(host: str, said: Described, tx: Tx) -> None:
    """Hold the explorer's description against the transaction's bytes. Raises WordDiffers."""
    pairs: tuple[tuple[str, object, object], ...] = (
        ("inputs", [each[:2] for each in said.inputs], [(shown(each.txid), each.vout) for each in tx.inputs]),
        ("output amounts", [each.value for each in said.outputs], [each.value for each in tx.outputs]),
    )
    for what, told, found in pairs:
        if told != found:
            raise WordDiffers(host=host, txid=said.txid, what=what)
    spent = [each[2] for each in said.inputs]
    taken = sum(each.value for each in spent if each is not None)
    if spent and None not in spent and taken < sum(each.value for each in tx.outputs):
        raise WordDiffers(host=host, txid=said.txid, what="it would pay out more than it takes in")


def check_branch(txid: bytes, branch: Branch, header: Header, stripped_size: int) -> None:
    """Fold the proof up to the header's root. Raises ProofFails."""
    node, place = txid, branch.position
    for sibling in branch.siblings:
        node = dsha(sibling + node) if place & 1 else dsha(node + sibling)
        place >>= 1
    if node != header.merkle or place or stripped_size == _FORGEABLE:
        raise ProofFails(txid=shown(txid), block=shown(header.hash))


def _is_number(value: object, limit: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < limit
