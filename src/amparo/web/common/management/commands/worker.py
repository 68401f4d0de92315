"""`worker`: do the queued jobs, and take up again what a killed worker left behind."""

import logging
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from amparo.web.common.events import take_up_stale_news
from amparo.web.common.jobs import take_up_stale_jobs
from amparo.web.common.models import Job

logger = logging.getLogger("amparo.jobs")
SECONDS_BETWEEN_LOOKS = min(10.0, Job.LEASE.total_seconds() / 3)


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
        try:
            take_up_stale_jobs()
            take_up_stale_news()
        except OperationalError:
            logger.warning("the database was busy or away; stale jobs are looked for again soon")
        connection.close()
        if stop.wait(SECONDS_BETWEEN_LOOKS):
            return
