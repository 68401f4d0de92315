"""A Bitcoin node's JSON-RPC: one question, one checked answer.

Source: Bitcoin Core `doc/JSON-RPC-interface.md`; getblockcount, getblockhash, getblock with verbosity 0 and 3.
"""

import json
from decimal import Decimal
from typing import Any, Final

from amparo.base import clean_text
from amparo.ledger.nodes.errors import HttpRefused, NodeRefused, NotJsonRpc
from amparo.ledger.nodes.transport import Transport, host_of

TIMEOUT: Final = 60.0  # seconds
_HEX: Final = frozenset("0123456789abcdef")


class NodeRpc:
    """Ask one node. Money in answers is Decimal. Raises NotJsonRpc, NodeRefused and the transport's L70x errors."""

    def __init__(self, url: str, transport: Transport, timeout: float = TIMEOUT) -> None:
        self.url = url
        self.host = host_of(url)
        self.timeout = timeout
        self._transport = transport
        self._number = 0

    def call(self, method: str, *params: object) -> Any:
        self._number += 1
        question = {"jsonrpc": "1.0", "id": self._number, "method": method, "params": list(params)}
        try:
            body = self._transport.post(self.url, json.dumps(question).encode(), timeout=self.timeout)
        except HttpRefused as error:
            body = error.facts["body"] if isinstance(error.facts["body"], bytes) else b""
            if not body.startswith(b"{"):
                raise
        return self._result(method, body)

    def _result(self, method: str, body: bytes) -> Any:
        try:
            answer = json.loads(body, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise self.odd(method, "no JSON") from None
        if not isinstance(answer, dict) or "result" not in answer:
            raise self.odd(method, "no field “result”")
        if answer.get("id") != self._number:
            raise self.odd(method, "the answer is to another question")
        error = answer.get("error")
        if error is not None:
            facts = error if isinstance(error, dict) else {}
            message = clean_text(str(facts.get("message", error)))[:200]
            raise NodeRefused(host=self.host, method=method, message=message, number=facts.get("code", 0))
        return answer["result"]

    def height(self) -> int:
        """The height of the node's tip."""
        found = self.call("getblockcount")
        if not _is_count(found):
            raise self.odd("getblockcount", "no height")
        return int(found)

    def hash_at(self, height: int) -> str:
        """The shown hash of the block at `height`."""
        found = self.call("getblockhash", height)
        if not is_digest(found):
            raise self.odd("getblockhash", "no hash")
        return str(found)

    def raw_block(self, block: str) -> bytes:
        """A block's bytes, whatever they are: the caller checks that they hash to `block`."""
        found = self.call("getblock", block, 0)
        try:
            return bytes.fromhex(found)
        except (ValueError, TypeError):
            raise self.odd("getblock", "no hexadecimal bytes") from None

    def block_with_spent(self, block: str) -> dict[str, Any]:
        """A block as the node describes it, with the outputs its inputs spend (verbosity 3)."""
        found = self.call("getblock", block, 3)
        if not isinstance(found, dict):
            raise self.odd("getblock", "no description of a block")
        return found

    def odd(self, method: str, why: str) -> NotJsonRpc:
        return NotJsonRpc(host=self.host, method=method, why=why)


def is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
