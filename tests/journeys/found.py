"""Found a test installation: two real agencies with their persons and keys. Prints what a person would note down.

Run by the journeys with AMPARO_HOME (and AMPARO_DATABASE_URL) set; it uses the actions that `amparo init` uses.
"""

import json
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.desk"

import django

django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django_scopes import scope

from amparo.web.accounts.actions import add_agency, found_person
from amparo.web.audit.actors import SYSTEM
from amparo.web.reports.keys import make_agency_keys

PASSWORD = "a long password for a journey"
AGENCIES = {
    "north": {"lead": ["investigator"], "second": ["supervisor"], "judge": ["judge-defence"], "eye": ["overseer"]},
    "south": {"abroad": ["supervisor", "investigator"]},
}


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    made: dict[str, object] = {"password": PASSWORD, "totp": {}, "passphrase": {}}
    for slug, persons in AGENCIES.items():
        agency = add_agency(
            actor=SYSTEM,
            slug=slug,
            name=f"Cybercrime Unit {slug.title()}",
            country="KE",
            languages=["en", "es", "fr", "ar", "pt", "sw"],
            emergency_numbers=[{"name": "Police", "number": "999"}],
        )
        first = None
        for username, roles in persons.items():
            person = found_person(actor=SYSTEM, agency=agency, username=username, password=PASSWORD, roles=roles)
            made["totp"][username] = generate_totp_secret()
            TOTP.activate(person, made["totp"][username])
            first = first or person
        with scope(agency=agency):
            made["passphrase"][first.username] = make_agency_keys(agency, first=first).passphrase
    print(json.dumps(made))


main()
