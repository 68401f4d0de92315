"""A home with a real worker that is killed with -9 and started again, beside a copy whose work nobody disturbed."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

STEPS = Path(__file__).with_name("killing_home.py")
LEASE = 3  # seconds: what a test waits for after each kill
#: The PDQ hash of bridge-mods/aaa-orig.jpg, from the vectors that come with the photos.
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
PHOTOS = ("shrink-a-lot.jpg", "square-128x128.jpg", "square-256x256.jpg")


def write_exhibit(home: Path, photos: Path, *, texts: int, pictures: int) -> None:
    """phone.zip with so many members, and list.csv: one photo by its digest and its PDQ hash."""
    home.mkdir(parents=True)
    images = [(photos / name).read_bytes() for name in PHOTOS]
    with zipfile.ZipFile(home / "phone.zip", "w") as archive:
        for number in range(texts):
            archive.writestr(f"notes/{number:05d}.txt", f"write to a{number}@shop.example.com\n" + "x" * 2000)
            if number % (texts // pictures) == 0:
                archive.writestr(f"DCIM/{number:05d}.jpg", images[number % len(images)])
    digest = hashlib.sha256(images[1]).hexdigest()
    (home / "list.csv").write_text(f"sha256,pdq,label\n{digest},{BRIDGE},bridge\n")


class Home:
    """One installation's folder, its steps as processes, its database looked at from outside."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.worker: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMPARO_", "DJANGO_"))}
        self.environment = {
            **kept,
            "AMPARO_HOME": str(path),
            "AMPARO_JOB_LEASE": str(LEASE),
            "DJANGO_SETTINGS_MODULE": "amparo.web.settings.desk",
        }

    def step(self, name: str) -> str:
        done = subprocess.run(
            [sys.executable, str(STEPS), name], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def look(self, step: str = "look") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.step(step).splitlines()[-1])
        return found

    def copy(self, path: Path) -> "Home":
        shutil.copytree(self.path, path)
        return Home(path)

    def start_worker(self) -> None:
        with (self.path / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "django", "worker"], env=self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """kill -9: the worker and whatever it was at."""
        assert self.worker is not None
        assert self.worker.poll() is None, "the worker ended by itself; see worker.log"
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path / "amparo.sqlite3", timeout=30)) as database:
            return database.execute(query).fetchall()

    def wait_for(self, condition: str, seconds: float = 90) -> None:
        """Until a job fulfils the SQL `condition`."""
        end = time.monotonic() + seconds
        while not self.ask(f"SELECT 1 FROM common_job WHERE {condition}"):
            assert time.monotonic() < end, (
                f"no job became: {condition}: {self.ask('SELECT kind, state, done FROM common_job')}"
            )
            time.sleep(0.01)

    def killed_while(self, condition: str) -> None:
        """Start a worker, wait until a job fulfils `condition`, kill it."""
        self.start_worker()
        self.wait_for(condition)
        self.kill()

    def killed_after(self, seconds: float) -> None:
        self.start_worker()
        time.sleep(seconds)
        self.kill()

    def is_idle(self) -> bool:
        """Every job is over, and no news waits to be delivered."""
        jobs = self.ask("SELECT 1 FROM common_job WHERE state IN ('waiting', 'running')")
        held = "SELECT 1 FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
        news = self.ask(f"{held} AND task_path LIKE '%deliver'")
        return not jobs and not news

    def finish(self, seconds: float = 120) -> None:
        """A worker that nobody disturbs any more, until all work is done."""
        self.start_worker()
        end = time.monotonic() + seconds
        try:
            while not self.is_idle():
                assert time.monotonic() < end, self.ask("SELECT kind, state, done, attempts FROM common_job")
                time.sleep(0.1)
        finally:
            self.kill()


def assert_same(killed: dict[str, Any], undisturbed: dict[str, Any]) -> None:
    """Nothing lost, nothing twice, and the pages say that the work is done."""
    for name in ("catalogue", "matches", "items", "sightings", "scans", "custody", "jobs"):
        assert killed[name] == undisturbed[name], name
    assert killed["finished"]
    assert killed["chain"] == [True, None] or killed["chain"][0] is True
    assert len(set(killed["matches"])) == len(killed["matches"])
    for kind, page in killed["pages"].items():
        job = killed["jobs"][kind]
        assert job["state"] == "done", kind
        assert "finished" in page, kind
        assert f"{job['done']:,} of {job['total']:,}" in page, kind
