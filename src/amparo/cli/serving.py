"""Run an installation: portal, desk and worker as child processes; one that dies is started again."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import FrameType
from typing import Final, NamedTuple

from amparo.cli.certificates import Certificate
from amparo.cli.errors import DoesNotStart, PortTaken

#: A part that dies this often within a minute does not start any more: stop and say so.
MAX_DEATHS: Final = 5
MINUTE: Final = 60.0
LOOK_EVERY: Final = 0.2  # seconds
PATIENCE: Final = 20.0  # seconds a part gets to stop by itself


class Place(NamedTuple):
    host: str
    portal: int
    desk: int
    certificate: Certificate | None = None  # with one, both speak TLS themselves

    def url(self, port: int) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.host}:{port}/"


class Part:
    """One child process, and when it died lately."""

    def __init__(self, name: str, command: list[str], settings: str) -> None:
        self.name = name
        self.command = command
        self.settings = settings
        self.deaths: list[float] = []
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": self.settings}
        # Its own session: Ctrl-C reaches us alone, and we stop the parts in order.
        return subprocess.Popen(self.command, env=environment, start_new_session=True)

    def look(self) -> None:
        """Start it again if it died. Raises DoesNotStart when that happens too often."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        self.deaths = [*(death for death in self.deaths if now - death < MINUTE), now]
        if len(self.deaths) >= MAX_DEATHS:
            raise DoesNotStart(part=self.name, count=len(self.deaths))
        self.process = self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def serve(place: Place, workers: int, ready: Callable[[], None]) -> None:
    """Run until SIGTERM or Ctrl-C; call `ready` once both ports answer. Raises PortTaken, DoesNotStart."""
    for port in (place.portal, place.desk):
        _refuse_taken(place.host, port)
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    parts = [
        _web("portal", place, place.portal, workers),
        _web("desk", place, place.desk, workers),
        _worker(),
    ]
    try:
        _watch(parts, stopping, place, ready)
    finally:
        until = time.monotonic() + PATIENCE
        for part in parts:
            part.stop()
        for part in parts:
            part.wait(until)
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(parts: list[Part], stopping: list[int], place: Place, ready: Callable[[], None]) -> None:
    said = False
    while not stopping:
        for part in parts:
            part.look()
        if not said and _answers(place, place.portal) and _answers(place, place.desk):
            ready()
            said = True
        time.sleep(LOOK_EVERY)


def _web(name: str, place: Place, port: int, workers: int) -> Part:
    command = [
        sys.executable, "-m", "gunicorn", f"amparo.web.wsgi:{name}", "--bind", f"{place.host}:{port}",
        "--workers", str(workers), "--threads", "4", "--log-level", "warning", "--timeout", "120",
        "--no-control-socket", "--logger-class", "amparo.cli.quiet.Quiet",
    ]  # fmt: skip
    if place.certificate:
        command += ["--certfile", str(place.certificate.certificate), "--keyfile", str(place.certificate.key)]
    return Part(name, command, f"amparo.web.settings.{name}")


def _worker() -> Part:
    return Part("worker", [sys.executable, "-m", "django", "worker"], "amparo.web.settings.desk")


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(host=host, port=port) from None


def _answers(place: Place, port: int) -> bool:
    """True once a worker answers, with whatever status: a bound port alone says nothing."""
    connection = _connection(place, port)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _connection(place: Place, port: int) -> HTTPConnection:
    if place.certificate is None:
        return HTTPConnection(place.host, port, timeout=1)
    context = ssl.create_default_context(cafile=str(place.certificate.certificate))
    context.check_hostname = False  # our own certificate is what we look for, whatever the port is bound to
    return HTTPSConnection(place.host, port, timeout=1, context=context)
