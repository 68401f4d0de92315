"""The safeguards on the material of a case: restricted, outside the authorisation, people, lists, four eyes."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from canaries import METHODS, ROUTES, Canary, leaks
from django.utils.translation import gettext
from django_scopes import scope
from routes import PLACES, ask, key_for, others_of, probe_of
from unit import Unit, Units, WorkedUnit, done_at_once

from amparo.bundle.notes import NOTES
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import WORDS, Authorisation, CasePerson
from amparo.web.common.models import Job
from amparo.web.court.actions import start_bundle
from amparo.web.court.errors import BundleClosed
from amparo.web.court.jobs import bundle_folder, bundle_zip
from amparo.web.court.models import Bundle, Finding
from amparo.web.exhibits import rules
from amparo.web.exhibits.catalogue import item_row
from amparo.web.exhibits.models import Item
from amparo.web.matches.actions import review, start_scan
from amparo.web.matches.actions import reviews as matches_actions
from amparo.web.matches.errors import ListMayNotMeet
from amparo.web.matches.models import PURPOSES, Match
from amparo.web.referrals.actions import opened_folder, receive, sealed_file, send
from amparo.web.reports.models import ReportCopy
from amparo.web.sightings.actions import extract
from amparo.web.sightings.models import Sighting
from amparo.web.traces.actions import start_trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def restricted(units: Units) -> list[Canary]:
    """The item of a confirmed match with known abuse material, and a text that an officer marked."""
    unit = units.real
    with scope(agency=unit.agency):
        by_match = unit.confirmed[0].item
        assert Item.objects.get(pk=by_match.pk).is_restricted
        marked = Match.objects.exclude(item__sha256=by_match.sha256).filter(state="possible", signal="pdq").first().item
        unit.restrict(marked)
        return [Canary(by_match), Canary(marked)]


def test_restricted_material_leaves_by_no_route(units: Units, restricted: list[Canary]) -> None:
    assert not list(leaks(units.real, restricted))


def test_the_reveal_shows_it_to_that_person_only(units: Units, restricted: list[Canary]) -> None:
    """And the search for canaries does see a picture when there is one."""
    unit = units.real
    path = f"/matches/{unit.exposure.match_id}/picture.png"
    shown = ask(unit.client(unit.all), "get", path, {"shown": str(unit.exposure.pk)})
    assert restricted[0].seen_in(shown.body)
    assert dict(shown.headers)["Cache-Control"] == "no-store"
    for person in (unit.second, unit.members["supervisor"]):
        assert ask(unit.client(person), "get", path, {"shown": str(unit.exposure.pk)}).status == 404


def test_the_exposure_ledger_is_ones_own(units: Units) -> None:
    unit = units.real
    mine = f"/matches/{unit.exposure.match_id}/".encode()
    assert mine in ask(unit.client(unit.all), "get", "/matches/exposures/", {}).body
    for person in (unit.second, unit.members["supervisor"], unit.outsider):
        assert mine not in ask(unit.client(person), "get", "/matches/exposures/", {}).body


def test_the_material_test_notices_rules_that_do_not_ask(
    units: Units, restricted: list[Canary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "why_closed", lambda item, allowed=None: None)
    some = [route for route in ROUTES if route.name in {"matches:picture", "exhibits:take"}]
    found = {sentence.split(" to ")[0] for sentence in leaks(units.real, restricted, some)}
    assert {"get matches:picture", "post exhibits:take"} <= found


def files_below(place: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(place.rglob("*")):
        if path.is_file():
            yield path.relative_to(place).as_posix(), path.read_bytes()


def carried_out(unit: WorkedUnit, partner: Unit, canaries: list[Canary]) -> Iterator[str]:
    """Each file of a new bundle (folder and zip) and of a referral, opened by its receiver, that holds the material."""
    with scope(agency=unit.agency):
        bundle = unit.build_bundle()
        sent = send(actor=unit.all, case=unit.case, partner=unit.partner_of(partner.agency))
    with scope(agency=partner.agency):
        partner.partner_of(unit.agency)
        got = receive(actor=partner.all, path=sealed_file(sent))
    places = {"bundle": bundle_folder(bundle), "referral": opened_folder(got), "zip": bundle_zip(bundle).parent}
    for name, place in places.items():
        for path, data in files_below(place):
            if any(canary.seen_in(data) for canary in canaries):
                yield f"{name} {path}"


def test_restricted_material_is_in_no_bundle_and_no_referral(units: Units, restricted: list[Canary]) -> None:
    assert not list(carried_out(units.real, units.south, restricted))


def test_the_bundle_test_notices_a_collector_that_includes_it(
    units: Units, restricted: list[Canary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "why_closed", lambda item, allowed=None: None)
    found = list(carried_out(units.real, units.south, restricted))
    assert any(each.startswith("bundle ") for each in found)
    assert any(each.startswith("referral ") for each in found)
    assert any(each.startswith("zip ") and each.endswith(".zip") for each in found)


def test_a_bundle_signed_before_the_material_was_marked_leaves_no_more(units: Units) -> None:
    """Its bytes cannot be changed, so it is closed: the download, a new referral, and the file sealed before."""
    unit = units.real
    with scope(agency=unit.agency):
        cited = unit.confirmed[1].item
        canary = Canary(cited)
        assert canary.seen_in(bundle_zip(unit.bundle).read_bytes())
        unit.restrict(cited)
    for person in (unit.all, unit.outsiders["judge-defence"]):
        answer = ask(unit.client(person), "get", f"/court/bundles/{unit.bundle.pk}/download/", {})
        assert (answer.status, b"W906" in answer.body) == (400, True)
    assert ask(unit.client(unit.all), "get", f"/referrals/{unit.sent.pk}/download/", {}).status == 400
    with scope(agency=unit.agency), pytest.raises(BundleClosed):
        send(actor=unit.all, case=unit.case, partner=unit.sent.partner)
    assert not list(carried_out(unit, units.south, [canary]))
    report = ask(unit.client(unit.all), "get", f"/court/bundles/{unit.bundle.pk}/report.en.pdf", {})
    assert report.opened
    assert not canary.seen_in(report.body)


def test_the_placeholder_is_a_digest(units: Units, restricted: list[Canary]) -> None:
    """The pages of a closed item and the new bundle's list of what is withheld name its digest and why."""
    unit = units.real
    item = restricted[0].item
    page = ask(unit.client(unit.all), "get", f"/exhibits/{item.exhibit_id}/item/", {"path": item.path})
    assert page.opened
    assert item.sha256.encode() in page.body
    assert b"<img" not in page.body
    with scope(agency=unit.agency):
        bundle = unit.build_bundle()
    said = b"".join(data for path, data in files_below(bundle_folder(bundle)) if path.startswith("data/completeness"))
    assert item.sha256.encode() in said
    assert b"withheld" in said


#: Ways in which what was allowed is allowed no more.
CLOSED = {
    "expired": {"valid_to": date(2026, 1, 2)},
    "other kinds of data": {"data_kinds": ["report"]},
    "another exhibit": {"exhibits": ["EX99"]},
    "other dates": {"items_to": date(1990, 1, 1)},
}


def outside_words(unit: WorkedUnit) -> list[bytes]:
    """What only the exhibits hold: start of a text, pieces of a picture, and the values read out of the exhibits."""
    notes = unit.exhibits[0]
    text = (unit.files / "exhibits/laptop/notes/secret.txt").read_bytes()
    picture = Match.objects.filter(exhibit=notes, state="possible", signal="pdq").first().item
    reported = {each["value"] for copy in ReportCopy.objects.all() for each in copy.observables}
    values = Sighting.objects.filter(exhibit__isnull=False).exclude(value__in=reported)
    seen = [each.shown.encode() for each in values if len(each.value) > 10]
    assert seen
    return [text, *seen, *Canary(picture).marks]


#: Files of publishers, handed out as they came: that an address stands there, too, does not come from the exhibits.
PUBLISHED = {"traces:pack"}


def outside_breaks(unit: WorkedUnit) -> Iterator[str]:
    """Each answer to somebody with every role that holds words or pictures of the exhibits, or a traced address."""
    with scope(agency=unit.agency):
        others, data, words = others_of(unit), probe_of(unit), outside_words(unit)
        text = item_row(unit.exhibits[0], "notes/secret.txt").path
        match = Match.objects.filter(exhibit=unit.exhibits[0], state="possible", signal="pdq").first()
    keys = {"exhibits.Exhibit": unit.exhibits[0].pk, "matches.Match": match.pk}
    client = unit.client(unit.all)
    for route in ROUTES:
        for path in (text, match.item.path) if "item" in route.template else (text,):
            for method in METHODS if route.name in PLACES.keys() - PUBLISHED else ():
                key = keys.get(route.place.takes) or key_for(unit, route)
                answer = ask(client, method, route.path(others, key), {**data, "path": path})
                if any(word in answer.body for word in words):
                    yield f"{method} {route.name}"


@pytest.mark.parametrize("limit", CLOSED, ids=str)
def test_what_no_authorisation_covers_is_not_shown(units: Units, limit: str) -> None:
    with scope(agency=units.real.agency):
        Authorisation.objects.filter(case=units.real.case).update(**CLOSED[limit])
    broken = list(outside_breaks(units.real))
    if limit in {"another exhibit", "other dates"}:  # these still allow what is financial: traces of public blocks
        broken = [each for each in broken if " traces:" not in each]
    assert not broken


def test_what_is_outside_is_counted(units: Units) -> None:
    unit = units.real
    with scope(agency=unit.agency):
        Authorisation.objects.filter(case=unit.case).update(valid_to=date(2026, 1, 2))
    for path, said in (
        (f"/exhibits/{unit.exhibits[0].pk}/", "items are outside the authorisations"),
        (f"/sightings/case/{unit.case.pk}/", "sightings are not shown"),
        (f"/traces/case/{unit.case.pk}/", "1 trace is outside the authorisations"),
        (f"/reports/case/{unit.case.pk}/", "The reports are counted, not shown."),
    ):
        assert said.encode() in ask(unit.client(unit.all), "get", path, {}).body, path


def test_no_work_is_begun_outside(units: Units) -> None:
    """Scan, extraction, trace and bundle ask before they start; what they had queued asks again when it runs."""
    unit = units.real
    with scope(agency=unit.agency):
        with done_at_once():
            start_scan(actor=unit.all, exhibit=unit.exhibits[0], lists=unit.objects["matches.HashList"])
            waiting = extract(actor=unit.all, exhibit=unit.exhibits[0])
            Authorisation.objects.filter(case=unit.case).update(valid_to=date(2026, 1, 2))
        assert Job.objects.filter(kind="matches.scan").latest("created").error_code == "W301"
        assert Job.objects.get(pk=waiting.pk).error_code == "W301"
        chain = unit.case.traces.first().chain
        for act in (
            lambda: start_scan(actor=unit.all, exhibit=unit.exhibits[0], lists=unit.objects["matches.HashList"]),
            lambda: extract(actor=unit.all, exhibit=unit.exhibits[0]),
            lambda: start_trace(actor=unit.all, case=unit.case, chain=chain, seed="1:0", rules=["fifo"]),
            lambda: start_bundle(actor=unit.all, case=unit.case, languages=["en"]),
            lambda: send(actor=unit.all, case=unit.case, partner=unit.sent.partner),
        ):
            with pytest.raises(OutsideAuthorisation):
                act()


def test_a_narrowed_bundle_withholds_and_says_so(units: Units) -> None:
    """The exhibit's item that the first bundle holds is in the next one by its digest, its ground and nothing else."""
    unit = units.real
    with scope(agency=unit.agency):
        cited = unit.confirmed[1].item
        Authorisation.objects.filter(case=unit.case).update(data_kinds=["files", "financial"])
        bundle = unit.build_bundle()
        canary = Canary(cited)
    files = dict(files_below(bundle_folder(bundle)))
    assert not [path for path, data in files.items() if canary.seen_in(data)]
    said = b"".join(data for path, data in files.items() if path.startswith("data/completeness"))
    assert b"outside-authorisation" in said
    assert cited.sha256.encode() in said


def test_the_authorisation_test_sees_what_is_covered(units: Units) -> None:
    """With the authorisation as it is, the same search finds item, sightings, export and the copy that is taken out."""
    found = set(outside_breaks(units.real))
    assert {"get exhibits:item", "post exhibits:take", "get sightings:case", "get sightings:export"} <= found
    assert "get matches:picture" in found


def test_people_stand_apart_and_safeguarding_is_asked_for(units: Units) -> None:
    """Each category and each outcome, "unfounded" too, can be entered, is shown in words, and the log names nobody."""
    unit = units.real
    client = unit.client(unit.all)
    page = f"/cases/{unit.case.pk}/"
    assert "not noted yet" in client.get(page).content.decode()  # a victim without safeguarding
    for number, category in enumerate(CasePerson.Category.values, 2):
        fields = {"category": category, "name": f"Canary Name {category}", "safeguarding": "School told"}
        assert client.post(f"{page}people/enter/", fields).status_code == 302
        for outcome in CasePerson.Outcome.values:
            moved = {"category": category, "outcome": outcome, "reason": "As it turned out"}
            assert client.post(f"{page}people/P{number}/move/", moved).status_code == 302
            shown = client.get(page).content.decode()
            assert gettext(WORDS[category]) in shown
            assert gettext(WORDS[outcome]) in shown
    assert client.post(f"{page}people/P1/move/", {"category": "victim", "outcome": "unfounded"}).status_code == 400
    lines = "".join(LogLine.objects.filter(case_id=unit.case.pk).values_list("line", flat=True))
    assert "case.person-moved" in lines
    assert "unfounded" in lines
    assert "Canary Name" not in lines
    assert "Victim of" not in lines


def test_the_bundle_names_nobody_of_the_case(units: Units) -> None:
    for path, data in files_below(bundle_folder(units.real.bundle)):
        assert b"Victim of" not in data, path


def test_a_list_has_one_of_the_closed_set_of_purposes(units: Units) -> None:
    unit = units.real
    client = unit.client(unit.all)
    form = client.get("/matches/lists/import/").content.decode()
    offered = set(re.findall(r'<option value="([\w-]+)"', form.split('name="purpose"')[1].split("</select>")[0]))
    assert offered == set(PURPOSES) - {"training"}
    with scope(agency=unit.agency):
        for purpose in ("", "curiosity", "training", "CSAM"):
            with pytest.raises(ListMayNotMeet):
                unit.import_known(f"list {purpose}", purpose=purpose)
        for purpose in offered:
            unit.import_known(f"list {purpose}", purpose=purpose)
        lines = LogLine.objects.filter(agency_id=unit.agency.pk, action="list.imported")
        assert {json.loads(each.line)["facts"]["purpose"] for each in lines} == offered


def judged(unit: WorkedUnit, persons: list[Person], needed: int) -> Match:
    """A possible match after these persons confirmed it, where the policy asks for `needed`."""
    Agency.objects.filter(pk=unit.agency.pk).update(policy={"match_confirmations": needed})
    with scope(agency=unit.agency):
        match = Match.objects.filter(state="possible", hash_list__name="known").first()
        for person in persons:
            with done_at_once():
                review(actor=Person.objects.get(pk=person.pk), match=match, decision="confirm")
        return Match.objects.select_related("item").get(pk=match.pk)


@pytest.mark.parametrize(
    ("persons", "needed", "state"),
    [(1, 2, "possible"), (2, 2, "confirmed"), (1, 1, "confirmed")],
    ids=["one-of-two", "two-of-two", "relaxed"],
)
def test_as_many_different_persons_confirm_as_the_policy_asks(
    units: Units, persons: int, needed: int, state: str
) -> None:
    unit = units.real
    match = judged(unit, [unit.all, unit.second][:persons], needed)
    assert match.state == state
    assert match.item.is_restricted is (state == "confirmed")
    with scope(agency=unit.agency):
        assert Finding.objects.filter(match=match).exists() is (state == "confirmed")


def test_nobody_confirms_twice_and_no_administrator_at_all(units: Units) -> None:
    unit = units.real
    match = judged(unit, [unit.all], 2)
    path = f"/matches/{match.pk}/review/"
    assert unit.client(unit.all).post(path, {"decision": "confirm"}).status_code == 400
    for role in ("administrator", "overseer", "judge-defence", "court-expert", "prosecutor"):
        assert unit.client(unit.members[role]).post(path, {"decision": "confirm"}).status_code == 403, role
    assert unit.client(unit.outsider).post(path, {"decision": "confirm"}).status_code == 404
    match.refresh_from_db()
    assert match.state == "possible"


def test_the_four_eyes_test_notices_reviews_that_count_twice(units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches_actions, "_state_after", lambda match: Match.State.CONFIRMED)
    assert judged(units.real, [units.real.all], 2).state == "confirmed"


def test_the_bundle_says_that_four_eyes_were_relaxed(units: Units) -> None:
    unit = units.real
    said = NOTES["policy.two-persons-relaxed"].sentence.split("%(")[0].strip()
    assert said not in report_of(unit.bundle)
    judged(unit, [unit.all], 1)
    with scope(agency=unit.agency):
        bundle = unit.build_bundle()
    assert said in report_of(bundle)


def report_of(bundle: Bundle) -> str:
    return unescape((bundle_folder(bundle) / "data/report.en.html").read_text(encoding="utf-8"))
