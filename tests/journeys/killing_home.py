# ruff: noqa: E402, T201  (Django is set up before its models are imported; what is found is printed)
"""One step in the life of a home whose worker is killed: set-up | reference | scan | look. A process of its own.

`reference` does all the work in one undisturbed process. `look` prints what there is, so that two homes compare.
"""

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.desk"

import django

django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import case_log
from amparo.web.audit.actors import SYSTEM
from amparo.web.audit.history import verify_log
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import open_case
from amparo.web.common.home import home
from amparo.web.common.models import Job
from amparo.web.exhibits.actions import deposit_file
from amparo.web.exhibits.models import Catalogue, Exhibit, Item
from amparo.web.matches.actions import import_list, start_scan
from amparo.web.matches.models import HashList, Match, Scan
from amparo.web.sightings.models import Sighting


def set_up() -> None:
    """A case with one exhibit taken in and a list of known pictures; its jobs wait."""
    call_command("migrate", interactive=False, verbosity=0)
    agency = add_agency(actor=SYSTEM, slug="north", name="Cybercrime Unit North", country="KE")
    lead = found_person(actor=SYSTEM, agency=agency, username="lead", password="made up here", roles=["supervisor"])
    TOTP.activate(lead, generate_totp_secret())
    everything = ["files", "pictures", "communications", "financial", "report"]
    complaint = {"kind": "complaint", "reference": "C", "issuer": "I", "valid_from": date(2026, 1, 1)}
    with scope(agency=agency):
        case = open_case(actor=lead, title="Killed", authorisation={**complaint, "data_kinds": everything})
        data = (home() / "phone.zip").read_bytes()
        deposit_file(actor=lead, case=case, files=[("phone.zip", [data])], label="Phone")
        import_list(
            actor=lead, path=home() / "list.csv", name="Known", version="1", purpose="csam", source="made up here"
        )


def scan() -> None:
    agency = Agency.objects.get()
    with scope(agency=agency):
        start_scan(
            actor=Person.objects.get(username="lead"), exhibit=Exhibit.objects.get(), lists=HashList.objects.all()
        )


def work() -> None:
    call_command("db_worker", batch=True, interval=0.0, startup_delay=False, verbosity=0)


def reference() -> None:
    work()
    scan()
    work()
    look()


def look() -> None:
    agency = Agency.objects.get()
    with scope(agency=agency):
        print(json.dumps(_found(agency), default=str))


def _found(agency: Agency) -> dict[str, Any]:
    exhibit = Exhibit.objects.select_related("case").get()
    log = verify_log(case_log(exhibit.case_id))
    matched = ("item__path", "entry_row", "signal", "distance", "variant", "quality", "item_value", "entry_value")
    seen = ("path", "kind", "value", "offset", "encoding", "data_kind", "item_day")
    return {
        "catalogue": list(Catalogue.objects.values_list("rows", "items", "sha256", "skipped")),
        "matches": sorted(map(str, Match.objects.values_list(*matched))),
        "items": sorted(map(str, Item.objects.values_list("path", "sha256", "mime"))),
        "sightings": sorted(map(str, Sighting.objects.values_list(*seen))),
        "scans": list(Scan.objects.values_list("read", "outside", "skipped")),
        "finished": all(each.finished for each in Scan.objects.all()),
        "custody": sorted(LogLine.objects.filter(case_id=exhibit.case_id).values_list("action", flat=True)),
        "chain": [log.ok, log.why],
        "jobs": {
            each.kind: {"state": each.state, "done": each.done, "total": each.total, "skipped": each.skipped}
            for each in Job.objects.all()
        },
        "attempts": {each.kind: each.attempts for each in Job.objects.all()},
        "pages": _pages(),
    }


def _pages() -> dict[str, str]:
    """Each job's page as the lead sees it."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Person.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return {each.kind: client.get(reverse("jobs:job", args=[each.pk])).content.decode() for each in Job.objects.all()}


STEPS = {"set-up": set_up, "reference": reference, "scan": scan, "look": look}

if __name__ == "__main__":
    assert Path(os.environ["AMPARO_HOME"]).is_dir()
    STEPS[sys.argv[1]]()
