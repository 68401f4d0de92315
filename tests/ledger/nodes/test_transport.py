"""The way to a service: only through the exit that was named, whole answers of bounded size and time."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
from tests.ledger.sources.facade import serving

from amparo.ledger.nodes import HttpTransport, Patient
from amparo.ledger.nodes import errors as err
from amparo.ledger.nodes.transport import retry_after


def answer(status=200, headers=None, body=b"good"):
    return lambda *_: (status, headers or {}, body)


@contextmanager
def raw_server(serve):
    """A server of one connection; `serve(socket)` talks."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        connection, _ = listener.accept()
        with connection:
            serve(connection)

    threading.Thread(target=run, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_direct_both_ways():
    asked = []

    def handle(method, path, body):
        asked.append((method, path, body))
        return 200, {}, b"good"

    with serving(handle) as url:
        transport = HttpTransport("direct")
        assert transport.get(f"{url}/a?b=1", timeout=5) == b"good"
        assert transport.post(url, b"{}", timeout=5) == b"good"
    assert asked == [("GET", "/a?b=1", b""), ("POST", "/", b"{}")]


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "no_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(answer()) as url:
        assert HttpTransport("direct").get(url, timeout=5) == b"good"


def test_no_way_out_around_the_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with serving(answer()) as url, pytest.raises(err.Unreachable):
        HttpTransport("http://127.0.0.1:9").get(url, timeout=5)


@pytest.mark.parametrize("exit", [None, ""])
def test_an_exit_must_be_named(exit):
    with pytest.raises(err.NoExit):
        HttpTransport(exit).get("http://example.invalid/", timeout=5)


def test_a_proxy_is_given_the_whole_address():
    paths = []

    def handle(_, path, __):
        paths.append(path)
        return 200, {}, b"by proxy"

    with serving(handle) as proxy:
        assert HttpTransport(proxy).get("http://explorer.invalid/x", timeout=5) == b"by proxy"
    assert paths == ["http://explorer.invalid:80/x"]


def test_a_proxy_that_opens_no_tunnel():
    with serving(answer()) as proxy, pytest.raises(err.Unreachable, match="refused with status 501"):
        HttpTransport(proxy).get("https://explorer.invalid/x", timeout=5)


def test_socks_looks_the_name_up_itself():
    heard = []

    def serve(connection):
        heard.append(connection.recv(3))
        connection.sendall(b"\x05\x00")
        heard.append(connection.recv(100))
        connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
        heard.append(connection.recv(1000))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nonion")

    with raw_server(serve) as port:
        body = HttpTransport(f"socks5h://127.0.0.1:{port}").get("http://abc.onion/tx", timeout=5)
    assert body == b"onion"
    assert heard[:2] == [b"\x05\x01\x00", b"\x05\x01\x00\x03\x09abc.onion\x00\x50"]
    assert heard[2].startswith(b"GET /tx HTTP/1.1")


@pytest.mark.parametrize("said", [b"HT", b"\x05\xff"])
def test_what_is_no_socks_proxy(said):
    def serve(connection):
        connection.recv(3)
        connection.sendall(said)

    with raw_server(serve) as port, pytest.raises(err.Unreachable, match="SOCKS5"):
        HttpTransport(f"socks5h://127.0.0.1:{port}").get("http://abc.onion/tx", timeout=5)


def test_redirects_are_not_followed():
    asked = []

    def handle(_, path, __):
        asked.append(path)
        return 302, {"Location": "/elsewhere"}, b""

    with serving(handle) as url, pytest.raises(err.HttpRefused, match="302"):
        Patient(HttpTransport("direct")).get(url, timeout=5)
    assert asked == ["/"]


def test_an_answer_has_a_limit():
    with serving(answer(body=b"x" * 101)) as url, pytest.raises(err.AnswerTooLarge):
        HttpTransport("direct", max_bytes=100).get(url, timeout=5)


def test_an_answer_that_ends_early_is_none():
    def serve(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")

    with raw_server(serve) as port, pytest.raises(err.Unreachable):
        HttpTransport("direct").get(f"http://127.0.0.1:{port}/", timeout=5)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["in-the-head", "in-the-body"])
def test_an_answer_that_drips_is_ended_in_time(head):
    def serve(connection):
        connection.recv(1000)
        connection.sendall(head)
        try:
            for _ in range(100):
                connection.sendall(b"H")
                time.sleep(0.05)
        except OSError:
            return

    begun = time.monotonic()
    with raw_server(serve) as port, pytest.raises(err.TooLate):
        HttpTransport("direct").get(f"http://127.0.0.1:{port}/", timeout=0.3)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "url", ["ftp://example.invalid/", "example.invalid", "http://", "http://user:pass@example.invalid/", "http://a b/"]
)
def test_addresses_that_are_refused(url):
    with pytest.raises(err.BadAddressOfService) as caught:
        HttpTransport("direct").get(url, timeout=5)
    assert "pass" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("exit", ["tor", "socks4://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:x"])
def test_exits_that_are_refused(exit):
    with pytest.raises(err.BadAddressOfService):
        HttpTransport(exit).get("http://example.invalid/", timeout=5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("999999", 3600.0),
        ("soon", None),
        ("-1", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_how_long_a_service_asks_to_wait(text, seconds):
    assert retry_after(text) == seconds


def test_a_wait_beyond_all_patience_is_said_at_once():
    pauses = []
    with serving(answer(429, {"Retry-After": "3000"})) as url, pytest.raises(err.HttpRefused, match="429"):
        Patient(HttpTransport("direct"), sleep=pauses.append).get(url, timeout=5)
    assert pauses == []
