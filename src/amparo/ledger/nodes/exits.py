"""Open a connection through an exit: an HTTP proxy, a SOCKS5 proxy that looks names up itself, or none.

Source: RFC 9110 section 9.3.6 (CONNECT), RFC 1928 (SOCKS5).
"""

import base64
import socket
from typing import Final
from urllib.parse import unquote, urlsplit

from amparo.ledger.nodes.errors import BadAddressOfService

_MAX_HEAD: Final = 1 << 14


def open_through(exit: str | None, name: str, port: int, *, tunnel: bool, timeout: float) -> socket.socket:
    """Return a socket to `name`:`port`. A plain HTTP proxy without `tunnel` is given whole addresses instead."""
    if exit is None:
        return socket.create_connection((name, port), timeout)
    parts = urlsplit(exit)
    try:
        place = (parts.hostname, parts.port)
    except ValueError:
        place = (None, None)
    if parts.scheme not in ("http", "socks5h") or place[0] is None or place[1] is None:
        raise BadAddressOfService(url=parts.hostname or "", why="neither http://host:port nor socks5h://host:port")
    sock = socket.create_connection((place[0], place[1]), timeout)
    try:
        if parts.scheme == "socks5h":
            _socks(sock, name, port)
        elif tunnel:
            _connect(sock, name, port, _credentials(parts.username, parts.password))
    except OSError:
        sock.close()
        raise
    return sock


def _credentials(name: str | None, password: str | None) -> str:
    if name is None:
        return ""
    both = f"{unquote(name)}:{unquote(password or '')}".encode()
    return f"Proxy-Authorization: Basic {base64.b64encode(both).decode()}\r\n"


def _connect(sock: socket.socket, name: str, port: int, credentials: str) -> None:
    host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    sock.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{credentials}\r\n".encode("ascii"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte or len(head) > _MAX_HEAD:
            raise ConnectionError("the exit did not answer as a proxy does")
        head += byte
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        raise ConnectionError(f"the exit refused with status {b''.join(status)[:3].decode('ascii', 'replace')}")


def _socks(sock: socket.socket, name: str, port: int) -> None:
    sock.sendall(b"\x05\x01\x00")
    if _exactly(sock, 2) != b"\x05\x00":
        raise ConnectionError("the exit did not answer as a SOCKS5 proxy without password does")
    host = name.encode("idna")
    sock.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + port.to_bytes(2, "big"))
    head = _exactly(sock, 4)
    if head[:2] != b"\x05\x00":
        raise ConnectionError(f"the exit refused with SOCKS code {head[1]}")
    size = {1: 4, 4: 16}.get(head[3]) or _exactly(sock, 1)[0]
    _exactly(sock, size + 2)


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise ConnectionError("the exit hung up")
        data += part
    return data
