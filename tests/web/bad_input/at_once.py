# ruff: noqa: E402, T201  (Django is set up before its models are imported; what is found is printed)
"""An installation of its own, written to by THREADS threads at the same time. Prints what came of it as JSON."""

import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.desk"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.accounts.models import Agency
from amparo.web.audit.actions import agency_log, intake_log, record
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.history import lines_of, verify_log
from amparo.web.reports import sealing
from amparo.web.reports.actions import make_agency_keys, open_report_by_code, receive_report
from amparo.web.reports.errors import SentTooOften
from amparo.web.reports.models import Report, ReportKey
from amparo.web.reports.sealing import Kdf, new_key

THREADS = 8
REPORTS = 5  # a thread
LINES = 25  # a thread


def unit() -> Agency:
    """The slow key derivation has no part in this test."""
    sealing.CODE_KDF = Kdf("argon2id", 65536, 1)  # type: ignore[misc]
    sealing.STAFF_KDF = Kdf("argon2id", 65536, 2)  # type: ignore[misc]
    call_command("migrate", interactive=False, verbosity=0)
    agency = add_agency(actor=SYSTEM, slug="north", name="North", country="KE")
    reader = found_person(actor=SYSTEM, agency=agency, username="reader", password="made up", roles=["analyst"])
    with scope(agency=agency):
        make_agency_keys(agency, first=reader)
    return agency


def all_at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run work(0) … work(THREADS - 1) in threads that start together; raises what one of them raised."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> Any:
        gate.wait(60)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS), timeout=200))


def lines(agency: Agency) -> dict[str, Any]:
    """The facts of every line the threads wrote, and whether the chain holds."""
    before = verify_log(agency_log(agency.pk)).length

    def write(thread: int) -> None:
        for number in range(LINES):
            record("person.added", actor=SYSTEM, agency_id=agency.pk, facts={"thread": thread, "number": number})

    all_at_once(write)
    log = verify_log(agency_log(agency.pk))
    facts = [json.loads(each)["facts"] for each in lines_of(agency_log(agency.pk))][before:]
    return {"ok": log.ok, "why": log.why, "facts": sorted((each["thread"], each["number"]) for each in facts)}


def reports(agency: Agency) -> dict[str, Any]:
    def send(thread: int) -> list[str]:
        with scope(agency=agency):
            words = [{"words": f"{thread} {each}"} for each in range(REPORTS)]
            return [receive_report(agency=agency, category="other", answers=each, language="en").code for each in words]

    codes = [code for part in all_at_once(send) for code in part]
    with scope(agency=agency):
        opened = [open_report_by_code(agency, code) for code in codes]
        numbers = set(Report.objects.values_list("number", flat=True))
    log = verify_log(intake_log(agency.pk))
    found = {each.report.pk for each in opened if each}
    return {"codes": len(set(codes)), "opened": len(found), "numbers": len(numbers), "ok": log.ok, "lines": log.length}


def same_form(agency: Agency) -> dict[str, Any]:
    key, nonce = new_key(), new_key()
    before = {name: model.objects.count() for name, model in (("reports", Report), ("codes", ReportKey))}

    def send(thread: int) -> str:
        try:
            with scope(agency=agency):
                sent = {"category": "other", "answers": {"words": "once"}, "language": "en"}
                receive_report(agency=agency, key=key, nonce=nonce, **sent)
        except SentTooOften as error:
            return error.code
        return "received"

    said = all_at_once(send)
    return {
        "said": sorted(said),
        "reports": Report.objects.count() - before["reports"],
        "ok": verify_log(intake_log(agency.pk)).ok,
    }


def main() -> None:
    agency = unit()
    found = {"lines": lines(agency), "reports": reports(agency)}
    with scope(agency=agency):
        found["same_form"] = same_form(agency)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
