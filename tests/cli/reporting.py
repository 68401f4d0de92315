# ruff: noqa: E402, T201  (Django is set up before its models are imported; what is found is printed)
"""One step at an installation's reports, as a process of its own: send | open | count. Prints JSON.

send WORDS…: a report comes in; prints its code. open: opens the reports of the codes on the standard input.
"""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.desk"

import django

django.setup()

from django.db import connection
from django_scopes import scope

from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import intake_log
from amparo.web.audit.history import verify_log
from amparo.web.audit.models import LogLine
from amparo.web.reports.actions import enter_room, open_reading_room, open_report_by_code, read_report, receive_report
from amparo.web.reports.models import Report


def send(agency: Agency, words: list[str]) -> dict[str, str]:
    made = receive_report(agency=agency, category="other", answers={"words": " ".join(words)}, language="en")
    return {"code": made.code, "number": made.report.number}


def open_again(agency: Agency, passphrase: str, code: str) -> dict[str, object]:
    """What the reporter's code and the officer's passphrase still open, and whether the logs hold."""
    opened = open_report_by_code(agency, code)
    lead = Person.objects.get(username="lead")
    room = enter_room(lead, open_reading_room(actor=lead, passphrase=passphrase))
    words = [read_report(actor=lead, room=room, report=each).answers["words"] for each in Report.objects.all()]
    log = verify_log(intake_log(agency.pk))
    return {
        "number": opened.report.number if opened else None,
        "words": words,
        "lines": log.length,
        "chain": log.ok,
        "wrong": open_report_by_code(agency, "0" * 20) is not None,
    }


def is_append_only() -> bool:
    """Does the database refuse to change a log line?"""
    from django.db import DatabaseError, transaction

    try:
        with transaction.atomic():
            LogLine.objects.update(action="changed")
    except DatabaseError:
        return True
    return False


def main() -> None:
    agency = Agency.objects.get()
    with scope(agency=agency):
        if sys.argv[1] == "send":
            found: dict[str, object] = dict(send(agency, sys.argv[2:]))
        else:
            asked = json.load(sys.stdin)
            found = open_again(agency, asked["passphrase"], asked["code"])
            found |= {"append_only": is_append_only(), "vendor": connection.vendor}
    print(json.dumps(found))


main()
