"""The demo installation: `python -m amparo.web.demo` makes it once under var/demo, then serves it.

Two agencies of kind exercise; in the first a synthetic case is worked from report to bundle, through the same
actions as in production. `python -m amparo.web.demo code maria` prints maria's current sign-in code.
"""

import base64
import hmac
import json
import os
import secrets
import shutil
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

SEED: Final = 2026
PLACE: Final = Path("var/demo")
SIGN_INS: Final = "demo.json"
WHO: Final = {
    "maria": ("academy", ["learner", "supervisor"], "works the case and reads reports"),
    "james": ("academy", ["learner"], "second officer: confirms what maria confirmed"),
    "tariq": ("academy", ["trainer"], "starts exercises"),
    "admin": ("academy", ["administrator"], "adds persons"),
    "oversight": ("academy", ["overseer"], "reads roots and counts of the logs"),
    "judge": ("academy", ["judge-defence"], "reads one court bundle"),
    "amina": ("coast", ["learner", "supervisor"], "works in the other agency: sees nothing of the first"),
}


def main(arguments: list[str]) -> None:
    place = Path(os.environ.get("AMPARO_HOME", PLACE)).absolute()
    if arguments[:1] == ["code"]:
        print(code(place, arguments[1]))  # noqa: T201
        return
    if not (place / SIGN_INS).exists():
        make(place)
    os.environ["AMPARO_HOME"] = str(place)
    tell(place)
    if arguments[:1] != ["--only-make"]:
        os.execv(sys.executable, [sys.executable, "-m", "amparo.cli", "serve", "--workers", "1", *arguments])  # noqa: S606


def code(place: Path, username: str) -> str:
    """The six digits that `username`'s authenticator app would show now (RFC 6238), without starting Django."""
    secret = json.loads((place / SIGN_INS).read_text())["persons"][username]["totp_secret"]
    counter = int(time.time()) // 30
    mac = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def tell(place: Path) -> None:
    """Say how to sign in. The secrets of a demo are no secrets: it holds nothing real."""
    made = json.loads((place / SIGN_INS).read_text())
    lines = ["Demo installation (all of it is made up)", ""]
    lines += [f"  {name:10} {person['about']}" for name, person in made["persons"].items()]
    lines += ["", f"  password of everybody:   {made['password']}"]
    lines += ["  current sign-in code:    make code WHO=maria"]
    lines += [f"  maria's reading room:    {made['passphrase']}"]
    lines += [f"  a receipt code to try:   {made['receipt']}", ""]
    print("\n".join(lines), flush=True)  # noqa: T201


def make(place: Path) -> None:
    """Make the demo beside its place and move it there whole: a killed attempt leaves nothing half."""
    partial = place.with_name(f".{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    partial.chmod(0o700)
    (partial / "config.toml").write_text('portal_agency = "academy"\n')
    os.environ["AMPARO_HOME"] = str(partial)
    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.web.settings.demo"
    began = time.monotonic()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", interactive=False, verbosity=0)
    made = _Demo().make()
    connections.close_all()
    (partial / SIGN_INS).write_text(json.dumps(made, indent=1))
    (partial / SIGN_INS).chmod(0o600)
    partial.rename(place)
    print(f"Made the demo in {time.monotonic() - began:.0f} s.", flush=True)  # noqa: T201


class _Demo:
    """Walks the main path once, as its persons would."""

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(12)
        self.persons: dict[str, Any] = {}
        self.totp: dict[str, str] = {}

    def make(self) -> dict[str, Any]:
        from django_scopes import scope

        self._agencies()
        with scope(agency=self.persons["maria"].agency):
            passphrase = self._keys()
            self._exercise()
            room = self._room(passphrase)
            case = self._case(room)
            self._exhibits(case)
            self._matches(case)
            self._tips()
            self._trace(case)
            self._bundle(case)
        self._referral(case)
        return {
            "password": self.password,
            "passphrase": passphrase,
            "receipt": self.receipt,
            "persons": {name: {"about": about, "totp_secret": self.totp[name]} for name, (_, _, about) in WHO.items()},
        }

    def _agencies(self) -> None:
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        from amparo.web.accounts.actions import add_agency, found_person
        from amparo.web.accounts.models import Agency
        from amparo.web.audit.actors import SYSTEM

        shared: dict[str, Any] = {
            "kind": Agency.Kind.EXERCISE,
            "country": "KE",
            "languages": ["en", "es", "fr", "ar", "pt", "sw"],
            "emergency_numbers": [{"name": "Emergency", "number": "112"}, {"name": "Child helpline", "number": "116"}],
        }
        agencies = {
            "academy": add_agency(actor=SYSTEM, slug="academy", name="Cybercrime Unit (exercise)", **shared),
            "coast": add_agency(actor=SYSTEM, slug="coast", name="Coast Cybercrime Unit (exercise)", **shared),
        }
        for name, (agency, roles, _) in WHO.items():
            made = found_person(
                actor=SYSTEM, agency=agencies[agency], username=name, password=self.password, roles=roles
            )
            self.totp[name] = generate_totp_secret()
            TOTP.activate(made, self.totp[name])
            self.persons[name] = made

    def _keys(self) -> str:
        from django_scopes import scope

        from amparo.web.reports.keys import make_agency_keys

        maria, amina = self.persons["maria"], self.persons["amina"]
        with scope(agency=amina.agency):
            make_agency_keys(amina.agency, first=amina)
        return make_agency_keys(maria.agency, first=maria).passphrase

    def _exercise(self) -> None:
        from amparo.web.classroom.actions import start_exercise
        from amparo.web.classroom.jobs import world_folder
        from amparo.web.reports.forms import INTAKE_FORMS
        from amparo.web.reports.intake import receive_report

        exercise = start_exercise(actor=self.persons["tariq"], casepack="clinic", seed=SEED)
        exercise.refresh_from_db()
        self.world = world_folder(exercise)
        self.reports = exercise.reports
        self.receipt = receive_report(
            agency=exercise.agency,
            category="phishing",
            answers=dict(INTAKE_FORMS["phishing"].example),
            language="en",
        ).code

    def _room(self, passphrase: str) -> Any:
        from amparo.web.reports.rooms import enter_room, open_reading_room

        maria = self.persons["maria"]
        return enter_room(maria, open_reading_room(actor=maria, passphrase=passphrase))

    def _case(self, room: Any) -> Any:
        from amparo.web.cases.actions import add_member, enter_person
        from amparo.web.reports.desk import open_case_from_report
        from amparo.web.reports.models import Report

        maria = self.persons["maria"]
        first = Report.objects.filter(pk__in=self.reports).order_by("-danger").first()
        case = open_case_from_report(
            actor=maria,
            room=room,
            report=first,
            title="The ransomed clinic",
            authorisation={
                "kind": "complaint",
                "reference": "C-2026-114",
                "issuer": "The person who reported",
                "valid_from": date(2026, 1, 1),
                "data_kinds": ["files", "pictures", "communications", "financial", "report"],
            },
            crime_types=["sextortion", "ransomware"],
        )
        for name in ("james", "tariq"):
            add_member(actor=maria, case=case, username=name)
        enter_person(actor=maria, case=case, category="victim", is_child=True, safeguarding="School counsellor told")
        return case

    def _exhibits(self, case: Any) -> None:
        from amparo.web.exhibits.actions import deposit_path

        maria = self.persons["maria"]
        for name, label in (("laptop", "Laptop, user folder"), ("phone.zip", "Phone, exported files")):
            deposit_path(actor=maria, case=case, path=self.world / "exhibits" / name, label=label)

    def _matches(self, case: Any) -> None:
        from amparo.web.exhibits.models import Exhibit
        from amparo.web.matches.actions import import_list, review, start_scan
        from amparo.web.matches.models import Match

        maria, james = self.persons["maria"], self.persons["james"]
        known = import_list(
            actor=maria,
            path=self.world / "hash-list.csv",
            name="Exercise list",
            version="1",
            purpose="training",
            source="The academy (made up)",
        )
        for exhibit in Exhibit.objects.filter(case=case):
            start_scan(actor=maria, exhibit=exhibit, lists=[known])
        exact = Match.objects.filter(exhibit__case=case).exclude(signal="pdq").first()
        near = Match.objects.filter(exhibit__case=case, signal="pdq").order_by("distance").first()
        for found in filter(None, (exact, near)):
            review(actor=maria, match=found, decision="confirm", note="Same motif")
            review(actor=james, match=found, decision="confirm")

    def _tips(self) -> None:
        """Three made-up tips: one urgent, one with a picture that the list knows, one that comes a second time."""
        from amparo.web.tips.actions import import_upload

        known = next((self.world / "exhibits" / "laptop").rglob("*.jpg"))
        import_upload(
            actor=self.persons["maria"],
            files=[
                *((f"{number}.xml", [data]) for number, data in _made_tips(known.name).items()),
                (known.name, [known.read_bytes()]),
            ],
            source="The national contact point (made up)",
            legal_basis="Model reporting law (exercise), s. 4",
        )

    def _trace(self, case: Any) -> None:
        from amparo.web.court.actions import keep_trace
        from amparo.web.traces.actions import import_tagpack, load_chain, start_entities, start_trace

        maria = self.persons["maria"]
        import_tagpack(actor=maria, path=self.world / "tags.yaml")
        chain = load_chain(actor=maria, source=self.world / "chain.dat", name="Exercise chain")
        start_entities(actor=maria, chain=chain)
        trace = start_trace(
            actor=maria,
            case=case,
            chain=chain,
            seed=self._wallet(),
            rules=["fifo", "haircut"],
            question="Where did the clinic's payment go?",
        )
        keep_trace(actor=maria, found=trace.results.get(rule="fifo"))

    def _wallet(self) -> str:
        """The address the reports name: what an investigator would start from."""
        from amparo.web.reports.models import ReportCopy

        for copy in ReportCopy.objects.all():
            for seen in copy.observables:
                if seen["kind"].startswith("btc"):
                    return str(seen["value"])
        raise LookupError("the exercise's report names no wallet")

    def _referral(self, case: Any) -> None:
        """Each side adds the other after comparing cards; the sealed file goes over and is opened there."""
        from django_scopes import scope

        from amparo.web.referrals.actions import add_partner, receive, sealed_file, send
        from amparo.web.referrals.identity import card_of

        maria, amina = self.persons["maria"], self.persons["amina"]
        partners = {}
        for me, other in ((maria, amina), (amina, maria)):
            card = card_of(other.agency)
            with scope(agency=me.agency):
                partners[me.pk] = add_partner(
                    actor=me,
                    name=other.agency.name,
                    country="KE",
                    recipient=card.recipient,
                    verify_key=card.verify_key,
                    compared="In the demo: both cards lie on one machine",
                )
        with scope(agency=maria.agency):
            sent = send(actor=maria, case=case, partner=partners[maria.pk], note="The payment went to your coast.")
        with scope(agency=amina.agency):
            receive(actor=amina, path=sealed_file(sent))

    def _bundle(self, case: Any) -> None:
        from amparo.web.court.actions import enter_offence, hand_over, start_bundle, support
        from amparo.web.court.models import Element, Finding

        maria = self.persons["maria"]
        enter_offence(
            actor=maria,
            case=case,
            name="Extortion by threat to publish an image",
            law="Model Computer Crime Act (exercise), s. 12",
            elements=["A threat was made", "An image was held or claimed", "A payment was demanded or made"],
        )
        for element, finding in zip(Element.objects.order_by("-position"), Finding.objects.all(), strict=False):
            support(actor=maria, element=element, finding=finding)
        hand_over(actor=maria, bundle=start_bundle(actor=maria, case=case, languages=["en", "ar"]), username="judge")


def _made_tips(picture: str) -> dict[str, bytes]:
    """Reports as a platform would write them; every name, number and address in them is reserved or made up."""
    from amparo.base import ObservedTime, Zone
    from amparo.exchange.tips import Contact, IpCapture, Location, Tip, TipFile, TipPerson, write_tip

    def at(text: str) -> ObservedTime:
        return ObservedTime(text, datetime.fromisoformat(text), Zone.KNOWN)

    urgent = Tip(
        provider_report_id="91000001",
        source="Clearing house (made up)",
        esp="Zap Chat (made up)",
        incident=at("2026-11-22T19:40:00+00:00"),
        incident_type="Online Enticement of Children for Sexual Acts",
        high_priority="the child says that they will meet on Friday",
        annotations=("sextortion",),
        reported=(
            TipPerson(
                "reported",
                screen_names=("old_friend_88",),
                emails=(Contact("old.friend@mail.example", verified=True),),
                ips=(IpCapture("192.88.99.14", 40112, at("2026-11-22T19:38:12+00:00"), "Login"),),
                locations=(Location("Mombasa", country="KE"),),
            ),
        ),
        victims=(TipPerson("victim", age=12),),
        description="Made up for the exercise: he asks for pictures and threatens to show them at school.",
    )
    known = Tip(
        provider_report_id="91000002",
        source="Clearing house (made up)",
        esp="Picshare (made up)",
        incident=at("2026-11-20T08:15:00+00:00"),
        incident_type="Apparent child sexual abuse material (possession, manufacture and distribution)",
        reported=(TipPerson("reported", screen_names=("shelf_17",), user_ids=("u-20417",)),),
        files=(TipFile(name=picture, viewed_by_provider=False),),
        description="Made up for the exercise: the picture is harmless.",
    )
    again = replace(urgent, received=at("2026-11-23T06:00:00+00:00"))
    return {"91000001": write_tip(urgent), "91000002": write_tip(known), "91000001-again": write_tip(again)}


if __name__ == "__main__":
    main(sys.argv[1:])
