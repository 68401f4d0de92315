"""A careful JSON-RPC client: several calls in one request, time-outs, few retries, every answer checked."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from amparo.ledger.accounts.errors import NodeLate, NodeRefused, NodeUnreachable, NodeWrong
from amparo.ledger.accounts.transport import PlainTransport, Transport

#: A call: method and parameters.
Call = tuple[str, Sequence[Any]]
_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_DATA: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class Rpc:
    """`node` in errors is the host only: a URL may hold a key. `pause`: seconds between two requests."""

    def __init__(
        self,
        url: str,
        transport: Transport | None = None,
        *,
        timeout: float = 30.0,
        tries: int = 3,
        pause: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.node = urlsplit(url).hostname or "?"
        self.transport = transport or PlainTransport()
        self.timeout = timeout
        self.tries = tries
        self.pause = pause
        self.sleep = sleep
        self.number = 0

    def call(self, method: str, *params: Any) -> Any:
        return self.calls([(method, params)])[0]

    def calls(self, calls: Sequence[Call], *, refusals: bool = False) -> list[Any]:
        """The results in the order asked. With `refusals` a call the node refuses gives a NodeRefused in its place.

        Raises NodeLate, NodeUnreachable, NodeWrong, NodeRefused.
        """
        if not calls:
            return []
        first = self.number + 1
        self.number += len(calls)
        asked = [
            {"jsonrpc": "2.0", "id": first + at, "method": method, "params": list(params)}
            for at, (method, params) in enumerate(calls)
        ]
        method = calls[0][0]
        answer = self._json(self._send(json.dumps(asked).encode(), method), method)
        if isinstance(answer, dict):  # a node that refuses the whole request answers it with one object
            answer = [answer]
        by_id = self._by_id(answer, method)
        return [self._result(by_id.get(first + at), calls[at][0], refusals) for at in range(len(calls))]

    def _send(self, body: bytes, method: str) -> bytes:
        why: OSError | None = None
        for attempt in range(self.tries):
            if attempt or self.pause:
                self.sleep(self.pause + (2.0**attempt - 1) * 0.5)
            try:
                return self.transport.post(self.url, body, timeout=self.timeout)
            except OSError as error:
                why = error
        if isinstance(why, TimeoutError) or isinstance(getattr(why, "reason", None), TimeoutError):
            raise NodeLate(node=self.node, method=method, seconds=int(self.timeout), tries=self.tries) from why
        shown = getattr(why, "reason", None) or getattr(why, "strerror", None) or type(why).__name__
        raise NodeUnreachable(node=self.node, method=method, why=shown) from why

    def _json(self, data: bytes, method: str) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise self.wrong(method, "it is not JSON") from None

    def _by_id(self, answer: Any, method: str) -> dict[Any, Mapping[str, Any]]:
        if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
            raise self.wrong(method, "it is neither an object nor a list of them")
        return {each.get("id") if isinstance(each.get("id"), int) else None: each for each in answer}

    def _result(self, answer: Mapping[str, Any] | None, method: str, refusals: bool) -> Any:
        if answer is None:
            raise self.wrong(method, "it has another id than the question")
        if answer.get("error") is not None:
            error = answer["error"]
            said = error.get("message") if isinstance(error, dict) else error
            refused = NodeRefused(node=self.node, method=method, why=str(said)[:200])
            if refusals:
                return refused
            raise refused
        if "result" not in answer:
            raise self.wrong(method, "it has neither result nor error")
        return answer["result"]

    def wrong(self, method: str, why: str) -> NodeWrong:
        return NodeWrong(node=self.node, method=method, why=why)

    # Fields of answers.

    def field(self, value: Any, name: str, method: str) -> Any:
        if not isinstance(value, dict) or value.get(name) is None:
            raise self.wrong(method, f"{name} is missing")
        return value[name]

    def number_of(self, value: Any, name: str, method: str) -> int:
        """A field that is a quantity ("0x2a")."""
        return self.quantity(self.field(value, name, method), name, method)

    def quantity(self, text: Any, name: str, method: str) -> int:
        if not isinstance(text, str) or not _QUANTITY.fullmatch(text):
            raise self.wrong(method, f"{name} is no number")
        return int(text, 16)

    def data_of(self, value: Any, name: str, method: str) -> bytes:
        text = self.field(value, name, method)
        if not isinstance(text, str) or not _DATA.fullmatch(text):
            raise self.wrong(method, f"{name} is no data")
        return bytes.fromhex(text[2:])
