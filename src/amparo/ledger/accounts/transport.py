"""How a source reaches a node or an explorer: a small protocol, so that whoever calls can route, allow and log it."""

import urllib.request
from typing import Protocol

#: No answer of a node is larger than this; a longer one is cut off and refused.
MAX_ANSWER = 256 * 1024 * 1024


class Transport(Protocol):
    """Raises OSError (TimeoutError among them) when the other side cannot be reached or answers too late."""

    def post(self, url: str, body: bytes, *, timeout: float) -> bytes: ...

    def get(self, url: str, *, timeout: float) -> bytes: ...


class PlainTransport:
    """urllib over `proxy` ("http://host:port"), or directly; the environment's proxies are not looked at."""

    def __init__(self, proxy: str | None = None) -> None:
        proxies = {} if proxy is None else {"http": proxy, "https": proxy}
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))

    def post(self, url: str, body: bytes, *, timeout: float) -> bytes:
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
        return self._read(request, timeout)

    def get(self, url: str, *, timeout: float) -> bytes:
        return self._read(urllib.request.Request(url, headers={"Accept": "application/json"}), timeout)  # noqa: S310

    def _read(self, request: urllib.request.Request, timeout: float) -> bytes:
        if request.type not in ("http", "https"):
            raise OSError(f"{request.type} is no way to a node")
        with self.opener.open(request, timeout=timeout) as answer:
            data: bytes = answer.read(MAX_ANSWER + 1)
        if len(data) > MAX_ANSWER:
            raise OSError("the answer is too long")
        return data
