"""A running installation for the journeys: portal, desk and worker as real processes on free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.totp import totp

FOUND = Path(__file__).with_name("found.py")


@dataclass(frozen=True)
class Installation:
    home: Path
    portal: str
    desk: str
    notes: dict[str, Any]
    environment: dict[str, str]

    def code(self, username: str) -> str:
        return totp(self.notes["totp"][username])

    def amparo(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "amparo.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(home: Path, database_url: str | None) -> Iterator[Installation]:
    environment = {**os.environ, "AMPARO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "amparo.web.settings.desk"}
    environment.pop("AMPARO_DATABASE_URL", None)
    if database_url:
        environment["AMPARO_DATABASE_URL"] = database_url
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "config.toml").write_text('portal_agency = "north"\n')
    notes = json.loads(
        subprocess.run([sys.executable, str(FOUND)], env=environment, capture_output=True, check=True).stdout
    )
    portal, desk = free_port(), free_port()
    command = [sys.executable, "-m", "amparo.cli", "serve", "--portal-port", str(portal), "--desk-port", str(desk)]
    (home / "logs").mkdir(exist_ok=True)
    log = (home / "logs" / "serve.log").open("wb")
    process = subprocess.Popen(
        [*command, "--workers", "1"], env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        for port in (portal, desk):
            _wait_for(port, process)
        yield Installation(home, f"http://127.0.0.1:{portal}", f"http://127.0.0.1:{desk}", notes, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("`amparo serve` ended; see logs/serve.log in its home")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
