"""A made delivery of tips through the real import: stored, read, compared with a list, linked, ranked.

The whole product does it, on SQLite in a home of its own, with as many decoder processes as the machine has cores. What
was planted must be what is found: duplicates, versions, known files, and the urgent tips before all others.
"""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from amparo import _kernels
from bench.result import Result
from bench.tip_maker import COUNTRY, Plan, make_delivery

TIPS: Final = 5_000
FILES: Final = 20_000
URGENT: Final = 25
GOAL_SECONDS: Final = 600.0


def run(scale: float) -> Iterator[Result]:
    with _installation() as place:
        plan = make_delivery(
            place / "inbox" / "unit" / "delivery",
            tips=max(60, int(TIPS * scale)), files=max(200, int(FILES * scale)), urgent=max(3, int(URGENT * scale)),
        )  # fmt: skip
        unit = _Unit(plan, place)
        started, busy = time.perf_counter(), _processor_seconds()
        unit.take_in()
        seconds, busy = time.perf_counter() - started, _processor_seconds() - busy
        share = plan.tips / TIPS
        yield Result(
            target=f"Import of {plan.tips:,} tips with {plan.files:,} files: stored, matched, linked, ranked",
            ours=round(seconds, 1),
            unit="seconds",
            peer="ten minutes for 5,000",
            peer_version=None,
            ratio=round(GOAL_SECONDS * share / seconds, 2),
            goal=1.0,
            equal=unit.found_what_was_planted(),
            cpu=_kernels.cpu(),
        )
        yield Result(
            target="The same, in processor time of this process and its decoders",
            ours=round(busy, 1),
            unit="seconds",
            peer="two cores for ten minutes",
            peer_version=None,
            ratio=round(2 * GOAL_SECONDS * share / busy, 2),
            goal=1.0,
            equal=None,
            cpu=_kernels.cpu(),
        )
        yield Result(
            target=f"First page of the queue of {plan.tips:,} tips",
            ours=round(unit.seconds_of_a_page() * 1000, 1),
            unit="ms",
            peer=None,
            peer_version=None,
            ratio=None,
            goal=None,
            equal=None,
            cpu=_kernels.cpu(),
        )


def _processor_seconds() -> float:
    """Of this process and of those it waited for: says the same on a busy machine as on a quiet one."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextmanager
def _installation() -> Iterator[Path]:
    """A fresh home with an empty database; jobs are done at once, in this process."""
    place = Path(tempfile.mkdtemp(prefix="amparo-bench-"))
    os.environ["AMPARO_HOME"] = str(place)
    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.demo"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", interactive=False, verbosity=0)
    try:
        yield place
    finally:
        connections.close_all()
        shutil.rmtree(place)


class _Unit:
    """One agency with one investigator, and a list that knows what was planted as known."""

    def __init__(self, plan: Plan, place: Path) -> None:
        from django_scopes import scope

        from amparo.web.accounts.actions import add_agency, found_person
        from amparo.web.audit.actors import SYSTEM
        from amparo.web.matches.actions import import_list

        self.plan = plan
        self.agency = add_agency(actor=SYSTEM, slug="unit", name="Unit", country=COUNTRY)
        self.person = found_person(
            actor=SYSTEM, agency=self.agency, username="ines", password="made up, 2026", roles=["investigator"]
        )
        path = place / "known.csv"
        path.write_text("md5,label\n" + "".join(f"{digest},known\n" for digest in sorted(plan.known)))
        with scope(agency=self.agency):
            import_list(actor=self.person, path=path, name="Known", version="1", purpose="csam", source="Made up")

    def take_in(self) -> None:
        from django_scopes import scope

        from amparo.web.exhibits.inbox import entries
        from amparo.web.tips.actions import import_from_inbox

        with scope(agency=self.agency):
            (entry,) = entries(self.agency)
            import_from_inbox(
                actor=self.person, entry=entry.key, source="Maker", legal_basis="None: all of it is made up"
            )

    def found_what_was_planted(self) -> bool:
        from django_scopes import scope

        with scope(agency=self.agency):
            found = dict(self._found())
        differing = [name for name, (ours, planned) in found.items() if ours != planned]
        if differing:
            print(f"differs from what was planted: {differing}", flush=True)
        return not differing

    def _found(self) -> Iterator[tuple[str, tuple[Any, Any]]]:
        from amparo.web.tips.models import Delivery, Tip, TipFile
        from amparo.web.tips.queue import in_order

        made, plan = Delivery.objects.get(), self.plan
        yield "state", (made.state, "done")
        yield "tips", (Tip.objects.count(), plan.tips)
        yield "files", (made.files_read + made.skipped.get("no-report", 0), plan.files)
        yield "duplicates", (self._numbers(Tip.objects.filter(state="duplicate")), plan.duplicates)
        yield "versions", (self._numbers(Tip.objects.filter(version_of__isnull=False)), plan.versions)
        first = in_order(Tip.objects.filter(is_over=False))[: len(plan.urgent)]
        yield "urgent first", (self._numbers(first), plan.urgent)
        came = TipFile.objects.exclude(sha256="")
        known = {each.md5 for each in came.exclude(known=[])}
        yield "known files", (known, set(came.filter(md5__in=plan.known).values_list("md5", flat=True)))

    def _numbers(self, tips: Any) -> set[str]:
        return {each.provider_report_id for each in tips}

    def seconds_of_a_page(self) -> float:
        from django_scopes import scope

        from amparo.web.tips.queue import Filters, in_order, rows
        from amparo.web.tips.scope import tips_of

        with scope(agency=self.agency):
            started = time.perf_counter()
            found = in_order(Filters().apply(tips_of(self.person), self.person))
            found.count()
            rows(found[:50], self.person)
            return time.perf_counter() - started
