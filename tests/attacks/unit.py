"""A unit with persons of every role and one case worked from report to referral, through the actions alone."""

import csv
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db import models, transaction
from django.test import Client, TestCase
from django_scopes import scope

from amparo.academy import CASEPACKS
from amparo.exchange.tips import Tip as Report
from amparo.exchange.tips import TipFile, TipPerson, write_tip
from amparo.media.lookup import Asked
from amparo.web.accounts.actions import add_agency, found_person, make_token
from amparo.web.accounts.models import Agency, Person
from amparo.web.accounts.roles import EXERCISE_ROLES, ROLES
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases.actions import add_member, enter_person
from amparo.web.cases.models import Case
from amparo.web.classroom.actions import start_exercise
from amparo.web.court.actions import enter_offence, hand_over, keep_trace, start_bundle, support
from amparo.web.court.models import Bundle, Element, Finding
from amparo.web.exhibits.actions import deposit_file, deposit_path, mark_restricted
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches import asking
from amparo.web.matches.actions import answer_break, import_list, reveal, review, start_scan
from amparo.web.matches.actions.lists import begin_import
from amparo.web.matches.actions.lookups import answer
from amparo.web.matches.actions.negatives import propose_negative
from amparo.web.matches.actions.opinions import give_opinion
from amparo.web.matches.actions.scans import match_later
from amparo.web.matches.models import Exposure, HashList, Match
from amparo.web.referrals.actions import add_partner, receive, sealed_file, send
from amparo.web.referrals.identity import card_of
from amparo.web.reports.actions import (
    answer_from_template,
    enter_room,
    make_agency_keys,
    open_case_from_report,
    open_reading_room,
    read_report,
    receive_report,
)
from amparo.web.reports.models import ReportCopy
from amparo.web.tips.actions import import_upload
from amparo.web.tips.models import Tip
from amparo.web.traces.actions import (
    add_mark,
    add_own_tag,
    add_to_book,
    decide_join,
    hold_edge,
    import_rates,
    import_tagpack,
    load_chain,
    start_joins,
    start_trace,
)
from amparo.web.traces.models import JoinDecision, Trace

#: Models without a scoped manager: how their agency is found. None: public data, the same for every agency.
PLAIN: dict[str, str | None] = {
    "common.Job": "agency_id",
    "accounts.Agency": "pk",
    "accounts.Person": "agency",
    "accounts.RoleGrant": "person__agency",
    "accounts.ApiToken": "agency",
    "traces.ChainWindow": None,
}
KINDS = ["files", "pictures", "communications", "financial", "report"]
COMPLAINT: dict[str, Any] = {
    "kind": "complaint", "reference": "C-1", "issuer": "Complainant", "valid_from": date(2026, 1, 1),
    "data_kinds": KINDS,
}  # fmt: skip


DANGER = {"where": "https://site.example/", "demand": "money", "words": "help", "age": "13-17", "danger": "yes"}


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is rolled back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def done_at_once() -> Any:
    """What is done inside has its jobs and news dealt with at the end, though nothing is committed."""
    return TestCase.captureOnCommitCallbacks(execute=True)


class Unit:
    """One agency. `members`, `outsiders`: role -> person; `all` (a member) and `outsider` hold every role."""

    def __init__(self, slug: str, kind: str, seed: int) -> None:
        self.slug, self.seed = slug, seed
        self.agency = add_agency(actor=SYSTEM, slug=slug, name=f"Unit {slug}", kind=kind, country="KE")
        self.roles = [role for role in ROLES if self.agency.is_exercise or role not in EXERCISE_ROLES]
        self.members = {role: self.person(role, name=f"{slug}-{role}") for role in self.roles}
        self.outsiders = {role: self.person(role, name=f"{slug}-out-{role}") for role in self.roles}
        self.all = self.person(*self.roles, name=f"{slug}-all")
        self.outsider = self.person(*self.roles, name=f"{slug}-outsider")
        self.second = self.person("investigator", name=f"{slug}-second")

    def person(self, *roles: str, name: str) -> Person:
        made = found_person(actor=SYSTEM, agency=self.agency, username=name, password="long enough", roles=roles)
        TOTP.activate(made, generate_totp_secret())
        return made

    def client(self, person: Person) -> Client:
        """A browser in which `person` is signed in."""
        client = Client(raise_request_exception=False)
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def partner_of(self, other: Agency) -> Any:
        card = card_of(other)
        return add_partner(
            actor=self.all, name=other.name, country="KE",
            recipient=card.recipient, verify_key=card.verify_key, compared="By telephone",
        )  # fmt: skip

    @cached_property
    def objects(self) -> dict[str, list[models.Model]]:
        """Model label -> its objects in this agency, for every model of ours whose key is a UUID."""
        found = {}
        with scope(agency=self.agency):
            for model in apps.get_models():
                label = model._meta.label
                if not model.__module__.startswith("amparo.") or not isinstance(model._meta.pk, models.UUIDField):
                    continue
                if label not in PLAIN:
                    found[label] = list(model.objects.all())
                elif PLAIN[label]:
                    found[label] = list(model._default_manager.filter(**{PLAIN[label]: self.agency.pk}))
        return found


class WorkedUnit(Unit):
    """A unit whose case holds an object of every type. `case`, `copy` (of the report), `exhibits`, `world` (files)."""

    case: Case

    def __init__(self, slug: str, kind: str, seed: int, place: Path) -> None:
        super().__init__(slug, kind, seed)
        self.files = place / slug
        CASEPACKS["clinic"].build(seed, self.files)
        with scope(agency=self.agency):
            self._report()
            self._exhibits()
            self._matches()
            self._tips()
            self._trace()
            self._bundle()
            self._referral()
        if self.agency.is_exercise:
            with scope(agency=self.agency), done_at_once():
                start_exercise(actor=self.all, casepack="clinic", seed=seed)

    def _report(self) -> None:
        self.passphrase = make_agency_keys(self.agency, first=self.all).passphrase
        world = CASEPACKS["clinic"].build(self.seed, self.files.with_name(f"{self.slug}-reports"))
        first = world.reports[0]
        received = [
            receive_report(agency=self.agency, category=each.category, answers=each.answers, language=each.language)
            for each in (first, *world.reports[1:3])
        ]
        for _ in range(2):  # one will be read, one still waits for a human
            received.append(receive_report(agency=self.agency, category="sextortion", answers=DANGER, language="en"))
        self.room_cookie = open_reading_room(actor=self.all, passphrase=self.passphrase)
        room = enter_room(self.all, self.room_cookie)
        report = received[0].report
        with done_at_once():
            self.case = open_case_from_report(
                actor=self.all, room=room, report=report, title=f"Case of {self.slug}", authorisation=COMPLAINT
            )
        answer_from_template(actor=self.all, room=room, report=report, template="ask-where")
        for each in received[:-1]:
            read_report(actor=self.all, room=room, report=each.report)
        for person in (*self.members.values(), self.second):
            add_member(actor=self.all, case=self.case, username=person.username)
        enter_person(actor=self.all, case=self.case, category="victim", name=f"Victim of {self.slug}", is_child=True)
        make_token(actor=self.all, name="tool", scopes=["cases.see"], purpose="internal-tool")

    def _exhibits(self) -> None:
        """A folder of pictures of which one will be restricted by an officer, and a zip."""
        (self.files / "exhibits/laptop/notes/secret.txt").write_text(f"restricted words of {self.slug}")
        for name in ("laptop", "phone.zip"):
            with done_at_once():
                deposit_path(actor=self.all, case=self.case, path=self.files / "exhibits" / name, label=name)
        self.exhibits = list(Exhibit.objects.filter(case=self.case).order_by("number"))

    def import_known(self, name: str, *, purpose: str, part: slice = slice(None)) -> HashList:
        """A list of pictures that lie in the exhibits."""
        with (self.files / "hash-list.csv").open(newline="") as stream:
            lines = list(csv.DictReader(stream))[part]
        path = self.files / f"{name}.csv"
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, ["sha256", "pdq", "label"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(lines)
        return import_list(actor=self.all, path=path, name=name, version="1", purpose=purpose, source="Made up")

    def _matches(self) -> None:
        """Known abuse material (purpose csam) and files of own cases: one of each is confirmed by two persons."""
        purposes = ("training", "training") if self.agency.is_exercise else ("csam", "case-files")
        lists = [
            self.import_known("known", purpose=purposes[0], part=slice(0, None, 2)),
            self.import_known("own", purpose=purposes[1], part=slice(1, None, 2)),
        ]
        for exhibit in self.exhibits:
            with done_at_once():
                start_scan(actor=self.all, exhibit=exhibit, lists=lists)
        self._later(purposes[0])
        self.confirmed = [self._confirm(each.name) for each in lists]
        self.exposure: Exposure = reveal(actor=self.all, match=self.confirmed[0], reason="To judge it")
        answer_break(actor=self.all, answer="took")

    def _later(self, purpose: str) -> None:
        """A list that came by a job, met what was scanned before, and holds an entry that matches too much."""
        with (self.files / "hash-list.csv").open(newline="") as stream:
            pdqs = [line["pdq"] for line in csv.DictReader(stream)]
        path = self.files / "flood.csv"
        path.write_text("\n".join(["pdq", *pdqs]))
        with done_at_once():
            asked = begin_import(
                actor=self.all, path=path, name="flood", version="1", purpose=purpose, source="Made up"
            )
        asked.refresh_from_db()
        self.agency.policy["flood_limit"] = 0
        self.agency.save()
        with done_at_once():
            match_later(actor=self.all, hash_list=asked.hash_list, cases=[self.case])
        del self.agency.policy["flood_limit"]
        self.agency.save()
        match = Match.objects.filter(hash_list__name="known").first()
        give_opinion(actor=self.all, match=match, opinion="disputed", note=f"Opinion of {self.slug}")
        propose_negative(actor=self.all, sha256=secrets.token_hex(32), reason=f"Negative of {self.slug}")
        token = make_token(actor=self.all, name="tool", scopes=["media.lookup"], purpose="internal-tool").token
        question = asking.Question((asking.Item(None, Asked({"md5": "0" * 32})),), None, 31)
        answer(token=token, question=question)

    def _confirm(self, name: str) -> Match:
        match = Match.objects.filter(hash_list__name=name, exhibit__case=self.case).exclude(signal="pdq").first()
        assert match is not None, name
        for person in (self.all, self.second):
            with done_at_once():
                review(actor=person, match=match, decision="confirm")
        match.refresh_from_db()
        return match

    def _tips(self) -> None:
        """A delivery with two reports and a picture each; nothing of it is in the case yet."""
        files = []
        for number in (1, 2):
            tip = Report(
                provider_report_id=f"{self.seed}{number}00", esp=f"Platform of {self.slug}",
                reported=(TipPerson("reported", screen_names=(f"account-{number}-of-{self.slug}",)),),
                files=(TipFile(name=f"{number}.txt", viewed_by_provider=False),),
            )  # fmt: skip
            files += [(f"{number}.xml", [write_tip(tip)]), (f"{number}.txt", [f"words of {self.slug}".encode()])]
        with done_at_once():
            import_upload(actor=self.all, files=files, source="Clearing house", legal_basis="Law, s. 1")
        self.tip = Tip.objects.order_by("number")[0]

    def _trace(self) -> None:
        import_tagpack(actor=self.all, path=self.files / "tags.yaml")
        chain = load_chain(actor=self.all, source=self.files / "chain.dat", name=f"Chain of {self.slug}")
        seen = [each for copy in ReportCopy.objects.all() for each in copy.observables]
        wallet = next(each["value"] for each in seen if each["kind"].startswith("btc"))
        with done_at_once():
            start_trace(actor=self.all, case=self.case, chain=chain, seed=wallet, rules=["fifo"])
        keep_trace(actor=self.all, found=Trace.objects.get(case=self.case).results.get())
        self.chain, self.paid = chain, wallet
        self._around_the_trace()
        self._books()

    def _around_the_trace(self) -> None:
        """What people add: marks, tags of their own, a transaction held back, rates."""
        made = Trace.objects.get(case=self.case)
        ref = made.results.get().result["outputs"][0]["ref"]
        add_mark(actor=self.all, trace=made, kind="note", key=ref, text=f"note of {self.slug}")
        add_own_tag(
            actor=self.all, address=self.paid, currency="BTC", label=f"Wallet in a case of {self.slug}", source="Report"
        )
        hold_edge(actor=self.all, chain=self.chain, transaction_text=ref.partition("/")[0], reason=f"by {self.slug}")
        rates = self.files.with_name(f"{self.slug}-rates.csv")
        rates.write_text(f"day,asset,fiat,price,source\n2026-01-0{1 + self.seed % 9},BTC,EUR,50000,{self.slug}\n")
        import_rates(actor=self.all, path=rates, name=f"Rates of {self.slug}", source="Made up", fiat="EUR")

    def _books(self) -> None:
        """Two statements that show one payment, and the join between them that somebody accepted."""
        head = "Date,Description,Money Out,Money In,Balance,Reference"
        lines = {
            "one": f"03/01/2026,Rent of {self.slug},100.00,,900.00,REF{self.seed}ABC",
            "two": f"03/01/2026,Rent of {self.slug},,100.00,600.00,REF{self.seed}ABC",
        }
        for number, (name, line) in enumerate(lines.items()):
            files = [(f"{name}.csv", [f"{head}\n{line}\n".encode()])]
            with done_at_once():
                made = deposit_file(actor=self.all, case=self.case, files=files, label=f"Statement {name}")
            asked = {"profile": "bank-uk", "account": f"{self.seed}000{number}", "currency": "GBP"}
            exhibit = Exhibit.objects.get(pk=made.pk)
            with done_at_once():
                add_to_book(actor=self.all, exhibit=exhibit, path="@0", reader="table", asked=asked)
        with done_at_once():
            start_joins(actor=self.all, case=self.case)
        for each in JoinDecision.objects.filter(case=self.case):
            decide_join(actor=self.all, decision=each, accepted=True, why=f"reason of {self.slug}")

    def _bundle(self) -> None:
        enter_offence(actor=self.all, case=self.case, name="Extortion", law="s. 1", elements=["A threat"])
        support(actor=self.all, element=Element.objects.get(), finding=Finding.objects.first())
        self.bundle = self.build_bundle()
        for role in ("judge-defence", "court-expert", "prosecutor"):
            for person in (self.members[role], self.outsiders[role]):
                hand_over(actor=self.all, bundle=self.bundle, username=person.username)

    def build_bundle(self) -> Bundle:
        with done_at_once():
            made = start_bundle(actor=self.all, case=self.case, languages=["en"])
        made.refresh_from_db()
        assert made.state == Bundle.State.SIGNED
        return made

    def _referral(self) -> None:
        """To itself, so that one goes out and one comes in."""
        self.sent = send(actor=self.all, case=self.case, partner=self.partner_of(self.agency))
        self.received = receive(actor=self.all, path=sealed_file(self.sent))

    def restrict(self, item: Item) -> None:
        mark_restricted(actor=self.all, item=item, why="abuse material")


class Units:
    """`real`: a worked case. `south`: another real agency, persons only. `drill`: an exercise, worked, if asked for."""

    drill: WorkedUnit

    def __init__(self, place: Path) -> None:
        self.place = place
        self.real = WorkedUnit("real", "real", 11, place)
        self.south = Unit("south", "real", 0)

    def with_drill(self) -> "Units":
        self.drill = WorkedUnit("drill", "exercise", 12, self.place)
        return self


def free_id() -> UUID:
    return UUID(bytes=secrets.token_bytes(16), version=4)
