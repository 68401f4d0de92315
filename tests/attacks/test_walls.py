"""Safeguard 2 and the roles: every route x every object type x every role, walked from the URL configuration."""

from collections.abc import Iterator
from itertools import islice

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django_scopes import scope, scopes_disabled
from routes import PARTS, PLACES, Answer, Route, ask, key_for, others_of, probe_of, routes
from unit import Unit, Units, WorkedUnit, free_id

from amparo.base import AmparoError
from amparo.web.accounts import middleware
from amparo.web.accounts.actions import RoleDoesNotFit, found_person, set_roles
from amparo.web.accounts.models import Person
from amparo.web.accounts.roles import ROLES
from amparo.web.audit.actors import SYSTEM
from amparo.web.cases import scope as case_scope
from amparo.web.cases.actions import NotOneOfUs, add_member
from amparo.web.cases.models import Case
from amparo.web.court.actions import hand_over
from amparo.web.court.errors import NotAReader
from amparo.web.court.jobs import bundle_folder
from amparo.web.court.models import Bundle
from amparo.web.matches.actions import start_scan
from amparo.web.matches.errors import ListMayNotMeet, NothingToScan
from amparo.web.referrals.actions import receive, sealed_file, send
from amparo.web.referrals.errors import ExerciseWall
from amparo.web.referrals.models import Referral
from amparo.web.tips import scope as tip_scope
from amparo.web.tips.models import Delivery, Tip
from amparo.web.traces.actions import start_trace
from amparo.web.traces.models import ChainWindow

pytestmark = pytest.mark.django_db
ROUTES = routes()
WITH_KEY = [route for route in ROUTES if route.place and route.place.takes]
METHODS = ("get", "post")


def test_every_route_is_placed() -> None:
    unplaced = [route.name for route in ROUTES if route.place is None]
    assert not unplaced, f"say in tests/attacks/routes.py what these take and who may use them: {unplaced}"
    names = {route.name for route in ROUTES}
    assert not [name for name in PLACES if name not in names], "these routes are gone"
    for route in ROUTES:
        own = [part for part in route.parts if part not in PARTS]
        assert len(own) == (1 if route.place and route.place.takes else 0) or route.name.startswith("account_"), route


def test_the_worked_unit_holds_every_type_of_object(all_units: Units) -> None:
    missing = [label for label, found in all_units.real.objects.items() if not found]
    # An exercise stands in an exercise agency only.
    assert missing == ["classroom.Exercise"]
    assert all_units.drill.objects["classroom.Exercise"]
    assert len(all_units.real.objects) > 40


#: The types an address can name. What no address takes cannot be asked for.
TAKEN = sorted({route.place.takes for route in WITH_KEY})


def wall_breaks(owner: WorkedUnit, unit: Unit, person: Person, wanted: list[Route] = WITH_KEY) -> Iterator[str]:
    """Each answer to `person` that tells an object of `owner` from one that does not exist."""
    client = unit.client(person)
    with scope(agency=owner.agency):
        others, data = others_of(owner), probe_of(owner)

    def answer_of(method: str, route: Route, key: object) -> Answer:
        return ask(client, method, route.path(others, key), data, key)

    for route in wanted:
        for method in METHODS:
            nothing = answer_of(method, route, free_id())
            for label in TAKEN if method == "get" else [route.place.takes]:
                own = label == route.place.takes
                key = key_for(owner, route) if own else owner.objects[label][0].pk
                answer = answer_of(method, route, key)
                if answer != nothing or answer.opened:
                    yield f"{method} {route.name} {label}: {answer.status} instead of {nothing.status} to {person}"


def test_another_agency_sees_nothing(all_units: Units) -> None:
    """The same bytes as for an object that does not exist, on every route, whatever roles the stranger holds."""
    assert not list(wall_breaks(all_units.real, all_units.south, all_units.south.all))


def test_an_exercise_and_a_real_agency_see_nothing_of_each_other(all_units: Units) -> None:
    assert not list(wall_breaks(all_units.real, all_units.drill, all_units.drill.all))
    assert not list(wall_breaks(all_units.drill, all_units.real, all_units.real.all))


def test_the_agency_wall_test_notices_a_missing_scope(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_scope(self: middleware.AgencyScope, request: HttpRequest) -> HttpResponse:
        with scopes_disabled():
            return self.get_response(request)

    monkeypatch.setattr(middleware.AgencyScope, "__call__", without_scope)
    some = [route for route in WITH_KEY if route.name in {"matches:list", "referrals:referral"}]
    broken = list(wall_breaks(all_units.real, all_units.south, all_units.south.all, some))
    assert any("matches:list" in each for each in broken)
    assert any("referrals:referral" in each for each in broken)


def test_the_agency_wall_test_notices_tips_open_to_all(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_scope(self: middleware.AgencyScope, request: HttpRequest) -> HttpResponse:
        with scopes_disabled():
            return self.get_response(request)

    monkeypatch.setattr(middleware.AgencyScope, "__call__", without_scope)
    monkeypatch.setattr(tip_scope, "tips_of", lambda person: Tip.objects.all())
    monkeypatch.setattr(tip_scope, "deliveries_of", lambda person: Delivery.objects.all())
    some = [route for route in WITH_KEY if route.name in {"tips:tip", "tips:delivery"}]
    broken = list(wall_breaks(all_units.real, all_units.south, all_units.south.all, some))
    assert any("get tips:tip tips.Tip" in each for each in broken)
    assert any("get tips:delivery tips.Delivery" in each for each in broken)


CASE_BOUND = [route for route in WITH_KEY if route.place.bound == "case"]


def test_who_is_no_member_does_not_see_that_the_case_exists(all_units: Units) -> None:
    assert not list(wall_breaks(all_units.real, all_units.real, all_units.real.outsider, CASE_BOUND))


def test_the_membership_test_notices_cases_open_to_all(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_scope, "cases_of", lambda person: Case.objects.all())
    routes_of_cases = [route for route in CASE_BOUND if route.place.takes == "cases.Case"]
    broken = list(wall_breaks(all_units.real, all_units.real, all_units.real.outsider, routes_of_cases))
    assert any("get cases:case " in each for each in broken)
    assert any("post court:offence " in each for each in broken)


def test_a_reader_reads_one_bundle_and_nothing_else(all_units: Units) -> None:
    unit = all_units.real
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
        second = Bundle.objects.create(case=unit.case, number="B9", languages=["en"], built_by=unit.all, state="signed")
    for role in ("judge-defence", "court-expert", "prosecutor"):
        client = unit.client(unit.outsiders[role])
        answers = {
            route.name: ask(client, "get", route.path(others, key_for(unit, route)), data) for route in CASE_BOUND
        }
        opened = {name for name, answer in answers.items() if answer.opened}
        assert opened == {"court:bundle", "court:download", "court:report"}, role
        for name in opened:
            route = next(each for each in CASE_BOUND if each.name == name)
            assert ask(client, "get", route.path(others, second.pk), data).status == 404


def role_breaks(unit: WorkedUnit, people: dict[str, Person], wanted: list[Route] = ROUTES) -> Iterator[str]:
    """Each route that lets a role do what it may not, or refuses it what it may, or breaks."""
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
    for role, person in people.items():
        client = unit.client(person)
        for route in wanted:
            if route.name in PLACES:
                for method in METHODS:
                    answer = ask(client, method, route.path(others, key_for(unit, route)), data)
                    if wrong := _wrong(role, route, method, answer.status):
                        yield f"{method} {route.name} to {role}: {answer.status}, {wrong}"


def _wrong(role: str, route: Route, method: str, status: int) -> str | None:
    """What is wrong with the answer, or None. A 400 or a form is an answer to those who may only."""
    needs = route.place.needs
    if status >= 500:
        return "it broke"
    if not needs or ROLES[role].intersection(needs.split("|")):
        return "refused what the role may" if status in {403, 404} else None
    fine = {403, 404, 405} if method == "get" else {403, 404}
    return None if status in fine else "let in"


def test_every_role_can_do_what_it_may_and_nothing_else(all_units: Units) -> None:
    """Everybody is a member of the case here: what they cannot open, their role forbids."""
    assert len(all_units.real.members) == 8
    assert not list(role_breaks(all_units.real, all_units.real.members))


def test_trainer_and_learner_too(all_units: Units) -> None:
    assert not list(
        role_breaks(all_units.drill, {role: all_units.drill.members[role] for role in ("trainer", "learner")})
    )


def test_the_role_test_notices_that_nobody_asks(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Person, "may", lambda self, permission: True)
    some = [route for route in ROUTES if route.name in {"exhibits:check", "oversight:seat"}]
    broken = list(role_breaks(all_units.real, {"judge-defence": all_units.real.members["judge-defence"]}, some))
    assert {each.split(" to ")[0] for each in broken} == {
        "post exhibits:check",
        "get oversight:seat",
        "post oversight:seat",
    }


def entrance_breaks(unit: WorkedUnit, client: Client) -> Iterator[str]:
    """Each route that gives anything to somebody who has not passed the whole sign-in."""
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
    for route in ROUTES:
        if route.name in PLACES or route.name.startswith("api:"):
            for method in METHODS:
                response = ask(client, method, route.path(others, key_for(unit, route)), data)
                sent_to = dict(response.headers).get("Location", "")
                if response.status not in {401, 405} and not sent_to.startswith("/account/"):
                    yield f"{method} {route.name}: {response.status} {sent_to}"


def test_nobody_gets_anything_before_both_factors(all_units: Units) -> None:
    assert [each for each in entrance_breaks(all_units.real, Client()) if "api:" not in each] == []
    half = found_person(
        actor=SYSTEM, agency=all_units.real.agency, username="half", password="long enough", roles=["supervisor"]
    )
    assert [each for each in entrance_breaks(all_units.real, all_units.real.client(half)) if "api:" not in each] == []


def test_the_api_wants_a_token(all_units: Units) -> None:
    """A signed-in person without one is nobody; the description of the API says nothing of any object."""
    client = all_units.real.client(all_units.real.all)
    with scope(agency=all_units.real.agency):
        others = others_of(all_units.real)
    for route in ROUTES:
        if route.name.startswith("api:") and route.name not in {"api:openapi-json", "api:api-root"}:
            answers = {getattr(client, method)(route.path(others)).status_code for method in METHODS}
            assert answers in ({401}, {401, 405}), route


def test_the_entrance_test_notices_a_missing_second_factor(all_units: Units, settings) -> None:
    settings.AMPARO_REQUIRE_MFA = False
    half = found_person(actor=SYSTEM, agency=all_units.real.agency, username="half", password="x", roles=["supervisor"])
    assert any("cases:list" in each for each in entrance_breaks(all_units.real, all_units.real.client(half)))


def strange_words(page: Answer, words: list[str]) -> list[str]:
    return [word for word in words if word.encode() in page.body]


def exercise_breaks(real: WorkedUnit, drill: WorkedUnit, wanted: list[Route] = ROUTES) -> Iterator[str]:
    """Each page of the real agency, its forms and lists included, that names anything of the exercise."""
    words = [str(each.pk) for found in drill.objects.values() for each in found]
    words += [str(each.pk) for each in ChainWindow.objects.filter(name=f"Chain of {drill.slug}")]
    words += [drill.agency.name, drill.case.title, f"Chain of {drill.slug}", f"Victim of {drill.slug}"]
    client = real.client(real.all)
    with scope(agency=real.agency):
        others = others_of(real)
    for route in wanted:
        if route.name in PLACES:
            for data in ({}, {"state": "all"}):
                page = ask(client, "get", route.path(others, key_for(real, route)), data)
                for word in strange_words(page, words):
                    yield f"{route.name} names {word}"


def test_no_page_of_a_real_agency_names_anything_of_an_exercise(all_units: Units) -> None:
    assert not list(exercise_breaks(all_units.real, all_units.drill))


def test_the_exercise_wall_test_notices_shared_blocks(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChainWindow, "of", classmethod(lambda cls, agency: cls.objects.all()))
    of_traces = [route for route in ROUTES if route.name.startswith("traces:")]
    broken = list(exercise_breaks(all_units.real, all_units.drill, of_traces))
    assert any(each.startswith("traces:chains") for each in broken)
    assert any(each.startswith("traces:new") for each in broken)


def unmarked_pages(unit: WorkedUnit) -> Iterator[str]:
    """Each page of an exercise agency that does not say at its top that all of it is made up."""
    client = unit.client(unit.all)
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
    for route in ROUTES:
        if route.name in PLACES:
            page = ask(client, "get", route.path(others, key_for(unit, route)), data)
            is_page = b"<main" in page.body and page.status != 404  # the 404 says the same to everybody
            if is_page and b'class="exercise"' not in page.body:
                yield f"{route.name} ({page.status})"


def test_every_desk_page_of_an_exercise_is_marked(all_units: Units) -> None:
    assert not list(unmarked_pages(all_units.drill))


def test_the_mark_test_notices_pages_without_it(all_units: Units) -> None:
    assert len(list(islice(unmarked_pages(all_units.real), 10))) == 10


def test_nothing_of_an_exercise_is_used_in_a_real_case(all_units: Units) -> None:
    """By the actions themselves: lists, blocks, colleagues and findings of the exercise are not there."""
    real, drill = all_units.real, all_units.drill
    with scope(agency=real.agency):
        with pytest.raises(NothingToScan):
            start_scan(actor=real.all, exhibit=real.exhibits[0], lists=drill.objects["matches.HashList"])
        chain = ChainWindow.objects.get(name="Chain of drill")
        with pytest.raises(AmparoError, match="exercise"):
            start_trace(actor=real.all, case=real.case, chain=chain, seed="1:0", rules=["fifo"])
        with pytest.raises(NotOneOfUs):
            add_member(actor=real.all, case=real.case, username=drill.all.username)
        with pytest.raises(NotAReader):
            hand_over(actor=real.all, bundle=real.bundle, username=drill.members["judge-defence"].username)
        with pytest.raises(ListMayNotMeet):
            real.import_known("again", purpose="training")
        with pytest.raises(RoleDoesNotFit):
            set_roles(actor=real.members["administrator"], person=real.second, roles=["trainer"])
    with scope(agency=drill.agency), pytest.raises(ListMayNotMeet):
        drill.import_known("again", purpose="csam")


def test_a_referral_does_not_cross_the_exercise_wall(all_units: Units) -> None:
    """Nor the other way round, though the keys were compared and the file is whole."""
    pairs = [(all_units.drill, all_units.real), (all_units.real, all_units.drill)]
    partners = {}
    for sender, receiver in pairs:
        with scope(agency=sender.agency):
            partners[sender.slug] = sender.partner_of(receiver.agency)
    for sender, receiver in pairs:
        with scope(agency=sender.agency):
            sent = send(actor=sender.all, case=sender.case, partner=partners[sender.slug])
        with scope(agency=receiver.agency):
            with pytest.raises(ExerciseWall):
                receive(actor=receiver.all, path=sealed_file(sent))
            assert list(Referral.objects.filter(direction="in")) == [receiver.received]


def test_the_bundle_of_an_exercise_says_so(all_units: Units) -> None:
    for unit, marked in ((all_units.drill, True), (all_units.real, False)):
        text = (bundle_folder(unit.bundle) / "data/report.en.html").read_text(encoding="utf-8")
        assert ('<p class="exercise">' in text) is marked


def overseer_breaks(unit: WorkedUnit) -> Iterator[str]:
    """Each page but the seat itself that opens to an overseer, and whatever the seat says that is no root or count."""
    seat = unit.client(unit.members["overseer"])
    with scope(agency=unit.agency):
        others, data = others_of(unit), probe_of(unit)
        content = [unit.case.title, "Victim of", unit.confirmed[0].label, unit.confirmed[0].item.display]
    for route in ROUTES:
        if route.name in PLACES and route.name not in {"oversight:seat", "start"}:
            for method in METHODS:
                if ask(seat, method, route.path(others, key_for(unit, route)), data).opened:
                    yield f"{method} {route.name} opens"
    for word in strange_words(ask(seat, "get", "/oversight/", {}), content):
        yield f"the seat names {word}"


def test_an_overseer_opens_no_content(all_units: Units) -> None:
    assert not list(overseer_breaks(all_units.real))


def test_the_overseer_test_notices_a_seat_with_more_power(all_units: Units, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROLES, "overseer", ROLES["overseer"] | {"cases.see", "jobs.see"})
    assert "get cases:case opens" in list(overseer_breaks(all_units.real))


def test_the_seat_counts_what_the_unit_does_and_cannot_be_switched_off(all_units: Units) -> None:
    """Whoever holds all the unit's roles at once cannot end, change or fill the seat, by any route of people."""
    unit, overseer = all_units.real, all_units.real.members["overseer"]
    seat = unit.client(overseer)
    before = ask(seat, "get", "/oversight/", {})
    assert before.status == 200
    for name in ("list.imported", "scan.started", "match.revealed", "referral.sent", f"case:{unit.case.pk}"):
        assert name.encode() in before.body, name
    for purpose in ("csam", "case-files", "internal-tool"):  # of its two lists and its token
        assert f'<code dir="ltr">{purpose}</code>'.encode() in before.body, purpose
    ruler = unit.client(unit.members["administrator"])
    for path, data in (
        (f"/people/{overseer.pk}/end/", {}),
        (f"/people/{overseer.pk}/roles/", {"roles": ["analyst"]}),
        (f"/people/{unit.second.pk}/roles/", {"roles": ["overseer"]}),
        ("/people/add/", {"username": "new", "password": "a long password 17", "roles": ["overseer"]}),
    ):
        assert ruler.post(path, data).status_code == 400, path
    overseer = Person.objects.get(pk=overseer.pk)
    assert overseer.is_active
    assert overseer.roles == ("overseer",)
    assert not unit.agency.persons.filter(username="new").exists()
    assert ask(seat, "get", "/oversight/", {}).status == 200
