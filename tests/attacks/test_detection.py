"""The safeguards of detection: unviewed files of tips, stills of videos, what a scan holds back, known before, the API.

Each is done or walked through the routes and actions alone, and each search is seen to notice when a defence is off.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from canaries import Canary, leaks
from django.test import Client
from django_scopes import scope
from routes import ask, routes
from unit import COMPLAINT, Units, WorkedUnit, done_at_once

from amparo.exchange.tips import Tip as Report
from amparo.exchange.tips import TipFile as ReportFile
from amparo.exchange.tips import write_tip
from amparo.web.accounts.actions import make_token
from amparo.web.accounts.models import Agency, Person
from amparo.web.cases.actions import authorise
from amparo.web.exhibits import rules
from amparo.web.exhibits.actions import deposit_path
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.matches.actions import import_list, known, lookups, review, start_scan
from amparo.web.matches.actions.negatives import agree_to_negative, propose_negative
from amparo.web.matches.keeping import Keeper
from amparo.web.matches.models import HashList, Match, Scan
from amparo.web.matches.views import reviews
from amparo.web.tips.actions import import_upload, take_into_case
from amparo.web.tips.models import Tip

pytestmark = pytest.mark.django_db
ROUTES = routes()


# Files of a tip that nobody at the platform viewed.


def tip_with(unit: WorkedUnit, picture: bytes) -> Tip:
    """A tip with a text and a picture that nobody viewed, and a text that somebody did."""
    said = (("closed.txt", False), ("closed.jpg", False), ("open.txt", True))
    report = Report(
        provider_report_id="77001", esp="Picshare",
        files=tuple(ReportFile(name=name, viewed_by_provider=viewed) for name, viewed in said),
    )  # fmt: skip
    words = [f"what {name} holds, that stands nowhere else in the unit".encode() for name in ("closed", "open")]
    files = [("1.xml", [write_tip(report)]), ("closed.txt", [words[0]]), ("closed.jpg", [picture])]
    with done_at_once():
        made = import_upload(
            actor=unit.all, files=[*files, ("open.txt", [words[1]])], source="Clearing house", legal_basis="s. 1"
        )
    return Tip.objects.get(delivery=made)


@pytest.fixture
def unviewed(units: Units, shared: Path) -> Iterator[list[Canary]]:
    """The two closed files, in the case; a list knows the picture, and the exhibit was scanned."""
    unit = units.real
    picture = (shared / "pdq" / "labelme" / "q2821.jpg").read_bytes()
    with scope(agency=unit.agency):
        tip = tip_with(unit, picture)
        with done_at_once():
            take_into_case(actor=unit.all, tip=tip, case=unit.case)
        path = unit.files / "of-the-tip.csv"
        path.write_text(f"sha256,label\n{hashlib.sha256(picture).hexdigest()},A\n")
        listed = import_list(actor=unit.all, path=path, name="tip", version="1", purpose="csam", source="Made up")
        exhibit = Exhibit.objects.get(pk=Tip.objects.get(pk=tip.pk).exhibit_id)
        with done_at_once():
            start_scan(actor=unit.all, exhibit=exhibit, lists=[listed])
        yield [Canary(each) for each in Item.objects.filter(exhibit=exhibit, viewed_by_provider=False).order_by("path")]


def test_a_file_that_nobody_viewed_leaves_by_no_route(units: Units, unviewed: list[Canary]) -> None:
    """It does not even become a match, and the scan says that it was left out, without its name."""
    assert len(unviewed) == 2
    assert not list(leaks(units.real, unviewed, to_all=False))
    with scope(agency=units.real.agency):
        exhibit = unviewed[0].item.exhibit
        assert not Match.objects.filter(exhibit=exhibit).exists()
        done = Scan.objects.get(exhibit=exhibit)
    assert done.skipped["unviewed"] == 2
    page = ask(units.real.client(units.real.all), "get", f"/matches/scans/{done.pk}/", {}).body.decode()
    assert "closed.jpg" not in page


def test_an_authorisation_opens_it(units: Units, unviewed: list[Canary]) -> None:
    unit, exhibit = units.real, unviewed[0].item.exhibit
    with scope(agency=unit.agency):
        authorise(actor=unit.all, case=unit.case, **{**COMPLAINT, "reference": "C-2", "unviewed_files": True})
    text = next(each for each in unviewed if each.item.path.endswith("closed.txt"))
    page = ask(unit.client(unit.all), "get", f"/exhibits/{exhibit.pk}/item/", {"path": text.item.path})
    assert b"what closed holds" in page.body


def test_the_unviewed_test_notices_rules_that_do_not_ask(
    units: Units, unviewed: list[Canary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "is_unviewed", lambda exhibit, item=None: False)
    some = [route for route in ROUTES if route.name in {"exhibits:item", "exhibits:take", "matches:unknown-picture"}]
    found = {sentence.split(" to ")[0] for sentence in leaks(units.real, unviewed, some)}
    assert "post exhibits:take" in found
    assert "get matches:unknown-picture" in found


# Stills of a restricted video.


@pytest.fixture
def video(units: Units, shared: Path) -> Iterator[Canary]:
    """A short clip that a list knows, confirmed by two persons."""
    unit = units.real
    clip = shared / "pdq" / "video" / "test-padded-dimensions.mp4"
    with scope(agency=unit.agency):
        exhibit = deposited(unit, clip)
        path = unit.files / "clip.csv"
        path.write_text(f"sha256,label\n{hashlib.sha256(clip.read_bytes()).hexdigest()},A\n")
        listed = import_list(actor=unit.all, path=path, name="clips", version="1", purpose="csam", source="Made up")
        match = scanned(unit, exhibit, [listed]).matches.get()
        canary = Canary(match.item)
        confirm(match, unit.all, unit.second)
        yield canary


def deposited(unit: WorkedUnit, path: Path) -> Exhibit:
    before = set(Exhibit.objects.values_list("pk", flat=True))
    with done_at_once():
        deposit_path(actor=unit.all, case=unit.case, path=path, label=path.name)
    return Exhibit.objects.exclude(pk__in=before).get()


def scanned(unit: WorkedUnit, exhibit: Exhibit, lists: list[HashList]) -> Scan:
    with done_at_once():
        started = start_scan(actor=unit.all, exhibit=exhibit, lists=lists)
    return Scan.objects.get(pk=started.pk)


def confirm(match: Match, *persons: Person) -> None:
    for person in persons:
        with done_at_once():
            review(actor=person, match=match, decision="confirm")


def test_no_still_of_a_restricted_video_leaves(units: Units, video: Canary) -> None:
    assert Item.objects.get(pk=video.item.pk).is_restricted
    rooms = [route for route in ROUTES if route.name.split(":")[0] in {"matches", "exhibits", "sightings"}]
    assert not list(leaks(units.real, [video], rooms, to_all=False))


def test_the_video_test_notices_rules_that_do_not_ask(
    units: Units, video: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "why_closed", lambda item, allowed=None: None)
    some = [route for route in ROUTES if route.name in {"matches:frame", "exhibits:take"}]
    found = {sentence.split(" to ")[0] for sentence in leaks(units.real, [video], some)}
    assert {"get matches:frame", "post exhibits:take"} <= found


# What a scan does not show is counted where people look.


def near_list(unit: WorkedUnit) -> HashList:
    """A list that knows the unit's pictures by what they show only."""
    with (unit.files / "hash-list.csv").open(newline="") as stream:
        lines = [f"{line['pdq']},{line['label']}" for line in csv.DictReader(stream)]
    path = unit.files / "near.csv"
    path.write_text("\n".join(["pdq,label", *lines]) + "\n")
    return import_list(actor=unit.all, path=path, name="near", version="1", purpose="csam", source="Made up")


def uncounted(unit: WorkedUnit) -> Iterator[str]:
    """Each picture near to a list that a scan neither shows nor counts, after one was put into the negative bank."""
    with scope(agency=unit.agency):
        listed = near_list(unit)
        laptop = unit.files / "exhibits" / "laptop"
        before = scanned(unit, deposited(unit, laptop), [listed])
        near = before.matches.filter(signal="pdq")
        given = propose_negative(actor=unit.all, pdq=near[0].item_value, reason="A bridge, seen by both")
        agree_to_negative(actor=unit.second, negative=given)
        after = scanned(unit, deposited(unit, laptop), [listed])
        gone = near.count() - after.matches.filter(signal="pdq").count()
    assert gone > 0
    page = ask(unit.client(unit.all), "get", f"/matches/scans/{after.pk}/", {}).body.decode()
    counted = re.search(r"picture of the negative bank</th><td[^>]*>(\d+)<", page)
    if counted is None or int(counted.group(1)) < gone:
        yield f"{gone} pictures are gone, and the page counts {counted and counted.group(1)}"


def test_the_negative_bank_never_hides_silently(units: Units) -> None:
    assert not list(uncounted(units.real))


def test_the_count_test_notices_a_scan_that_does_not_count(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keeper, "skip", lambda self, skipped, display: None)
    assert list(uncounted(units.real))


def held_back_said(unit: WorkedUnit) -> bool:
    """Do the page of the case and that of the scan say how many matches an entry in quarantine holds back?"""
    with scope(agency=unit.agency):
        held = Match.objects.filter(state="held")
        count, done = held.count(), held[0].scan
    assert count > 1
    client = unit.client(unit.all)
    pages = [ask(client, "get", path, {}).body.decode() for path in (f"/matches/case/{unit.case.pk}/", scan_page(done))]
    return f"{count} matches are held back" in pages[0] and "Entries that match too much" in pages[1]


def scan_page(scan: Scan) -> str:
    return f"/matches/scans/{scan.pk}/"


def test_a_quarantine_never_hides_silently(units: Units) -> None:
    assert held_back_said(units.real)


def test_the_quarantine_test_notices_a_page_that_is_silent(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    around = reviews._around
    monkeypatch.setattr(reviews, "_around", lambda request, case: {**around(request, case), "held": 0})
    assert not held_back_said(units.real)


# "Known, confirmed before": by as many persons as the policy asks.


def again(unit: WorkedUnit, persons: int, needed: int) -> str:
    """State of a match whose bytes `persons` confirmed before, where the policy now asks for `needed`."""
    set_needed(unit, persons)
    with scope(agency=unit.agency):
        listed = near_list(unit)
        first = scanned(unit, deposited(unit, unit.files / "exhibits" / "laptop"), [listed])
        match = first.matches.filter(state="possible")[0]
        confirm(Match.objects.get(pk=match.pk), *fresh(unit.all, unit.second)[:persons])
        set_needed(unit, needed)
        exhibit = deposited(unit, unit.files / "exhibits" / "laptop")
        scanned(unit, exhibit, [listed])
        return str(Match.objects.filter(exhibit=exhibit, item__sha256=match.item.sha256)[0].state)


def set_needed(unit: WorkedUnit, needed: int) -> None:
    Agency.objects.filter(pk=unit.agency.pk).update(policy={"match_confirmations": needed})


def fresh(*persons: Person) -> list[Person]:
    """With the agency's policy as it is now."""
    return [Person.objects.get(pk=each.pk) for each in persons]


@pytest.mark.parametrize(
    ("persons", "needed", "state"),
    [(2, 2, "known"), (1, 1, "known"), (1, 2, "possible")],
    ids=["two-of-two", "one-of-one", "one-of-two"],
)
def test_known_before_takes_as_many_persons_as_the_policy_asks(
    units: Units, persons: int, needed: int, state: str
) -> None:
    assert again(units.real, persons, needed) == state


def test_the_known_test_notices_a_rule_that_does_not_count(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "policy", lambda agency, name: 0 if name == "match_confirmations" else True)
    assert again(units.real, 1, 2) == "known"


# The API for looking up hashes.


def looked_up(unit: Any, body: dict[str, Any], scopes: tuple[str, ...] = ("media.lookup",)) -> tuple[int, bytes]:
    with scope(agency=unit.agency):
        secret = make_token(actor=unit.all, name="tool", scopes=scopes, purpose="partner-lookup").secret
    answer = Client().post(
        "/api/v1/media/lookup", json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    return answer.status_code, answer.content


def question(unit: WorkedUnit) -> dict[str, Any]:
    """All that the unit's lists know."""
    with (unit.files / "hash-list.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    return {"items": [{"id": str(n), **pick(line)} for n, line in enumerate(lines)]}


def pick(line: dict[str, str]) -> dict[str, str]:
    return {name: line[name] for name in ("sha256", "pdq") if line.get(name)}


def names_in(answer: tuple[int, bytes]) -> set[str]:
    assert answer[0] == 200, answer
    return {hit["list"] for item in json.loads(answer[1])["items"] for hit in item["hits"]}


def test_a_token_sees_the_lists_of_its_own_agency(units: Units) -> None:
    """And a partner's token nothing of the unit's own cases; what is restricted is named by its entry, never shown."""
    asked = question(units.real)
    mine = looked_up(units.real, asked)
    assert "known" in names_in(mine)
    assert "own" not in names_in(mine)
    with scope(agency=units.real.agency):
        canary = Canary(units.real.confirmed[0].item)
    assert not canary.seen_in(mine[1])
    assert canary.item.display.encode() not in mine[1]
    assert names_in(looked_up(units.south, asked)) == set()


def test_a_token_without_the_scope_learns_nothing(units: Units) -> None:
    status, body = looked_up(units.real, question(units.real), scopes=("cases.see",))
    assert status == 403
    assert b"known" not in body


def test_the_api_test_notices_lists_open_to_all(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    with scope(agency=units.real.agency):
        every = list(HashList.objects.all())
    monkeypatch.setattr(lookups, "lists_open_to", lambda token, purpose=None: every)
    assert {"known", "own"} <= names_in(looked_up(units.south, question(units.real)))
