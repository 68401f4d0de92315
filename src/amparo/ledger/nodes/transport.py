"""How a service is asked: POST or GET, through the exit that was named, whole answers of bounded size and time.

No redirect is followed, no proxy variable of the environment is read, certificates are verified: what goes out goes
where the caller said, or not at all.
"""

import base64
import email.utils
import http.client
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from urllib.parse import SplitResult, urlsplit

from amparo.ledger.nodes.errors import (
    AnswerTooLarge,
    BadAddressOfService,
    HttpRefused,
    NoCredentials,
    NoExit,
    TooLate,
    Unreachable,
)
from amparo.ledger.nodes.exits import open_through

DIRECT: Final = "direct"
MAX_ANSWER: Final = 64 << 20  # bytes; a block in JSON with its spent outputs stays below
_MAX_WAIT: Final = 3600.0  # seconds; a longer Retry-After counts as this


class Transport(Protocol):
    """Both give the body of a whole answer with status 200, or raise an L70x error. `timeout` in seconds, in all."""

    def post(self, url: str, body: bytes, *, timeout: float) -> bytes: ...

    def get(self, url: str, *, timeout: float) -> bytes: ...


class Target(NamedTuple):
    """Where a request goes: `host` as people read it, `path` with its query."""

    scheme: str
    name: str
    port: int
    path: str

    @property
    def host(self) -> str:
        return f"{self.name}:{self.port}"


def target_of(url: str) -> Target:
    """Take an address apart. Raises BadAddressOfService; a password in it is never repeated."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise BadAddressOfService(url=url[:100], why="no address") from None
    if parts.username is not None or parts.password is not None:
        raise BadAddressOfService(url=parts.hostname or "", why="it holds a name or password")
    if not port or not parts.hostname or not url.isascii() or any(sign <= " " for sign in url):
        raise BadAddressOfService(url=url[:100], why="neither http:// nor https:// with a host")
    return Target(parts.scheme, parts.hostname, port, _path(parts))


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def host_of(url: str) -> str:
    return target_of(url).host


class HttpTransport:
    """HTTP(S) through `exit`: "direct", or a proxy as http://host:port or socks5h://host:port (Tor).

    `auth` is a name and a password (Basic). `context` is for services whose certificate the system does not know.
    """

    def __init__(
        self,
        exit: str | None,
        *,
        auth: tuple[str, str] | None = None,
        max_bytes: int = MAX_ANSWER,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.exit = exit
        self.max_bytes = max_bytes
        self.context = context
        self._auth = "Basic " + base64.b64encode(":".join(auth).encode()).decode() if auth else None

    def post(self, url: str, body: bytes, *, timeout: float) -> bytes:
        return self._ask("POST", target_of(url), body, timeout)

    def get(self, url: str, *, timeout: float) -> bytes:
        return self._ask("GET", target_of(url), None, timeout)

    def _ask(self, method: str, target: Target, body: bytes | None, timeout: float) -> bytes:
        if not self.exit:
            raise NoExit(host=target.host)
        end = time.monotonic() + timeout
        connection = http.client.HTTPConnection(target.name, target.port, timeout=timeout)
        alarm = threading.Timer(timeout, lambda: None)
        try:
            connection.sock, path = self._open(target, timeout)
            alarm = _alarm(connection.sock, timeout)
            connection.request(method, path, body, self._headers(body))
            response = connection.getresponse()
            data = self._read(response, target)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, TimeoutError) or time.monotonic() >= end:
                raise TooLate(host=target.host, seconds=timeout) from error
            raise Unreachable(host=target.host, why=_why(error)) from error
        finally:
            alarm.cancel()
            connection.close()
        if time.monotonic() >= end:
            raise TooLate(host=target.host, seconds=timeout)
        if response.status != 200:
            wait = retry_after(response.getheader("Retry-After"))
            raise HttpRefused(host=target.host, status=response.status, retry_after=wait, body=data[: 1 << 16])
        return data

    def _open(self, target: Target, timeout: float) -> tuple[socket.socket, str]:
        """A socket through the exit, and the request's path as that exit wants it."""
        exit = None if self.exit == DIRECT else self.exit
        sock = open_through(exit, target.name, target.port, tunnel=target.scheme == "https", timeout=timeout)
        if target.scheme == "https":
            sock = (self.context or ssl.create_default_context()).wrap_socket(sock, server_hostname=target.name)
        plain_proxy = exit is not None and exit.startswith("http") and target.scheme == "http"
        return sock, f"http://{target.host}{target.path}" if plain_proxy else target.path

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._auth is not None:
            headers["Authorization"] = self._auth
        return headers

    def _read(self, response: http.client.HTTPResponse, target: Target) -> bytes:
        data = response.read(self.max_bytes + 1)
        if len(data) > self.max_bytes:
            raise AnswerTooLarge(host=target.host, limit=self.max_bytes)
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return data


def _alarm(sock: socket.socket, timeout: float) -> threading.Timer:
    """Ends a request when its time is over, however slowly its bytes still drip."""

    def hang_up() -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed meanwhile

    alarm = threading.Timer(timeout, hang_up)
    alarm.daemon = True
    alarm.start()
    return alarm


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not trusted"
    return getattr(error, "strerror", None) or str(error)[:100] or type(error).__name__


def retry_after(text: str | None) -> float | None:
    """Seconds to wait, from the header's two forms; None where it says nothing usable."""
    if text is None:
        return None
    if text.strip().isdecimal() and len(text) < 10:
        return min(float(text), _MAX_WAIT)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return min(max(then.timestamp() - time.time(), 0.0), _MAX_WAIT)


def cookie_auth(path: Path) -> tuple[str, str]:
    """Name and password from a running node's `.cookie` file. Raises NoCredentials."""
    try:
        with path.open("rb") as stream:
            name, mark, password = stream.read(1000).decode("ascii").strip().partition(":")
    except (OSError, UnicodeDecodeError):
        raise NoCredentials(path=path.name) from None
    if not (name and mark and password):
        raise NoCredentials(path=path.name)
    return name, password
