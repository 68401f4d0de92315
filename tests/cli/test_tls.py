"""`amparo init --tls self`: a certificate of one's own, renewed in time; portal and desk then speak TLS, quietly."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from tests_cli import rows

from amparo.cli.certificates import own_certificate

INIT = ("init", "--agency", "Unit", "--country", "KE", "--host", "192.0.2.20", "--tls", "self", "--json")
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_a_certificate_is_made_once_and_renewed_before_it_ends(tmp_path: Path) -> None:
    first = own_certificate(tmp_path, ["localhost", "[::1]", "192.0.2.20"], NOW)
    assert own_certificate(tmp_path, ["localhost", "[::1]", "192.0.2.20"], NOW + timedelta(days=700)) == first
    assert own_certificate(tmp_path, ["localhost", "[::1]", "192.0.2.21"], NOW) != first
    late = own_certificate(tmp_path, ["localhost", "[::1]", "192.0.2.21"], NOW + timedelta(days=800))
    assert late.until > NOW + timedelta(days=1600)
    assert {oct(path.stat().st_mode)[-3:] for path in (late.key, late.certificate)} == {"600"}
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", late.fingerprint)


@pytest.fixture
def served(run, environment: dict, home: Path, tmp_path: Path) -> Iterator[tuple[dict, Path]]:
    founded = rows(run(*INIT))[0]
    ports = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(str(probe.getsockname()[1]))
    line = [sys.executable, "-m", "amparo", "serve", "--json", "--workers", "1"]
    log = tmp_path / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*line, "--portal-port", ports[0], "--desk-port", ports[1]],
            env=environment, stdout=subprocess.PIPE, stderr=errors,
        ) as process,
    ):  # fmt: skip
        try:
            assert process.stdout is not None
            said = process.stdout.readline().decode()
            yield {"founded": founded, "said": said, "portal": int(ports[0]), "desk": int(ports[1])}, log
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


def test_both_speak_tls_under_the_printed_fingerprint(served: tuple[dict, Path], home: Path) -> None:
    here, log = served
    assert here["founded"]["certificate"] in here["said"]
    assert f"https://127.0.0.1:{here['desk']}/" in here["said"]
    trusting = ssl.create_default_context(cafile=os.fspath(home / "keys" / "tls.crt"))
    connection = HTTPSConnection("127.0.0.1", here["desk"], context=trusting, timeout=10)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    cookies = answer.headers.get_all("Set-Cookie")
    assert answer.status == 200
    assert cookies
    assert all(each.startswith("__Host-") and "Secure" in each for each in cookies)
    assert answer.headers["Strict-Transport-Security"] is None
    connection = HTTPSConnection("127.0.0.1", here["portal"], context=trusting, timeout=10)
    connection.request("GET", "/en/")
    answer = connection.getresponse()
    assert (answer.status, answer.headers.get_all("Set-Cookie")) == (200, None)
    with trusting.wrap_socket(
        socket.create_connection(("127.0.0.1", here["portal"])), server_hostname="127.0.0.1"
    ) as s:
        s.sendall(b"NONSENSE\r\n\r\n")
        assert b"400" in s.recv(100)
    said = log.read_text(errors="replace")
    assert "Invalid request" not in said
    assert "ip=" not in said
