"""`worker`: do the queued jobs, and take up again what a killed worker left behind."""

import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from amparo.web.common.jobs import take_up_stale_jobs

SECONDS_BETWEEN_LOOKS = 10


class Command(BaseCommand):
    help = "Do queued jobs until stopped; continue those whose worker died."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(stop,), daemon=True)
        watcher.start()
        try:
            call_command("db_worker", interval=0.5, verbosity=options["verbosity"])
        finally:
            stop.set()


def _watch(stop: threading.Event) -> None:
    while True:
        take_up_stale_jobs()
        connection.close()
        if stop.wait(SECONDS_BETWEEN_LOOKS):
            return
