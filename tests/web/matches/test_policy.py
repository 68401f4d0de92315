"""What a unit decides about lists, scans and reviews: who may, within what bounds, what changes, what is recorded."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.matches.actions import review
from amparo.web.matches.actions.policy import set_policy
from amparo.web.matches.errors import PolicyRefused
from amparo.web.matches.models import Match, Scan
from amparo.web.matches.policy import BOUNDS, DEFAULTS, fits, policy
from amparo.web.matches.policy_form import GROUPS, PolicyForm

PATH = "/matches/policy/"
DECIDE = "/matches/policy/decide/"


@pytest.fixture
def chief(person: Callable[..., Person]) -> Person:
    return person("supervisor", username="chief")


@pytest.fixture
def page(chief: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(chief)


def filled(**changed: Any) -> dict[str, Any]:
    """The form as it comes, with what is `changed`."""
    return {**DEFAULTS, "reason": "A unit of four (made up)", **changed}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def decided(agency: Agency) -> Agency:
    return Agency.objects.get(pk=agency.pk)


def changes() -> list[dict[str, Any]]:
    lines = LogLine.objects.filter(action="agency.policy-changed").order_by("seq")
    return [json.loads(each.line) for each in lines if '"before":{' in each.line]


def test_a_supervisor_decides_with_a_reason_and_the_log_says_what_stood_there(
    page: Client, chief: Person, home: Any
) -> None:
    answer = page.post(DECIDE, filled(match_confirmations=1, flood_limit=20, staff_help="Dr Amina (made up), 555 0100"))
    assert (answer.status_code, answer["Location"]) == (302, PATH)
    agency = decided(chief.agency)
    assert [policy(agency, name) for name in ("match_confirmations", "flood_limit", "break_minutes")] == [1, 20, 45]
    assert agency.policy.keys() == {"match_confirmations", "flood_limit", "staff_help"}, (
        "what nobody changed stays unset"
    )
    (event,) = changes()
    assert (event["actor"], event["reason"]) == ("chief", "A unit of four (made up)")
    assert event["facts"]["before"] == {"match_confirmations": 2, "flood_limit": 50, "staff_help": ""}
    assert event["facts"]["match_confirmations"] == 1
    said = text_of(page.get(PATH))
    assert "One person alone confirms a match in this unit. That is weaker evidence" in said
    assert "An entry is held back above so many different pictures of an exhibit: 20 (before: 50)" in said
    assert "Why: A unit of four (made up)" in said
    assert "Dr Amina (made up), 555 0100" in text_of(page.get("/matches/break/"))


def test_nobody_is_told_of_one_person_where_two_confirm(page: Client, home: Any) -> None:
    said = text_of(page.get(PATH))
    assert "One person alone confirms a match" not in said
    assert "one person alone: weaker, and every court bundle says so" in said
    assert "Nothing yet" in said


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        *(({name: low - 1}, name) for name, (low, _) in BOUNDS.items()),
        *(({name: high + 1}, name) for name, (_, high) in BOUNDS.items()),
        *(({name: "many"}, name) for name in BOUNDS),
        ({"label_set": "no-such-set"}, "label_set"),
        ({"match_later": "never"}, "match_later"),
        ({"known_confirmed": "perhaps"}, "known_confirmed"),
        ({"staff_help": "x" * 301}, "staff_help"),
        ({"lookup_minute": 1000, "lookup_day": 999}, "lookup_day"),
        ({"match_confirmations": 1, "reason": " "}, "reason"),
    ],
    ids=str,
)
def test_a_value_outside_its_bounds_changes_nothing(
    page: Client, chief: Person, home: Any, changed: dict[str, Any], field: str
) -> None:
    answer = page.post(DECIDE, filled(**changed))
    assert answer.status_code == 400
    assert f'href="#id_{field}' in answer.content.decode()
    assert decided(chief.agency).policy == chief.agency.policy
    assert not changes()


def test_the_bounds_themselves_are_taken(page: Client, chief: Person, home: Any) -> None:
    for side in (0, 1):
        assert page.post(DECIDE, filled(**{name: each[side] for name, each in BOUNDS.items()})).status_code == 302
        agency = decided(chief.agency)
        assert {name: policy(agency, name) for name in BOUNDS} == {name: each[side] for name, each in BOUNDS.items()}


@pytest.mark.parametrize(
    ("wanted", "reason", "why"),
    [
        ({"match_confirmations": 0}, "x", "outside"),
        ({"match_confirmations": True}, "x", "outside"),
        ({"match_confirmations": "1"}, "x", "outside"),
        ({"tips_compare_unviewed": False}, "x", "outside"),
        ({"no_such_key": 1}, "x", "outside"),
        ({"known_confirmed": 1}, "x", "outside"),
        ({"staff_help": None}, "x", "outside"),
        ({"lookup_minute": 600_000}, "x", "larger than a day"),
        ({"match_confirmations": 1}, "\n", "reason"),
        ({"match_confirmations": 2}, "x", "already"),
    ],
    ids=str,
)
def test_the_action_refuses_it_whoever_calls(
    chief: Person, in_agency: None, home: Any, wanted: dict[str, Any], reason: str, why: str
) -> None:
    with pytest.raises(PolicyRefused, match=why):
        set_policy(actor=chief, wanted=wanted, reason=reason)
    assert not changes()


def test_who_may_not_decide_reads_it_in_words(
    person: Callable[..., Person], signed_in: Callable[[Person], Client], case: Any, in_agency: None, home: Any
) -> None:
    for role in ("analyst", "investigator", "prosecutor", "court-expert"):
        reader = person(role)
        client = signed_in(reader)
        answer = client.get(PATH)
        said = text_of(answer)
        assert answer.status_code == 200
        assert "two different persons (usual)" in said
        assert "500,000" in said
        assert 'name="reason"' not in answer.content.decode()
        assert client.post(DECIDE, filled(match_confirmations=1)).status_code == 403
        with pytest.raises(NotAllowed):
            set_policy(actor=reader, wanted={"match_confirmations": 1}, reason="I want to")
    for role in ("administrator", "overseer", "judge-defence"):
        assert signed_in(person(role)).get(PATH).status_code == 403
    assert not changes()
    assert policy(decided(case.agency), "match_confirmations") == 2


def test_one_units_decision_is_not_anothers(
    page: Client, chief: Person, other_agency: Agency, person: Callable[..., Person],
    signed_in: Callable[[Person], Client], home: Any,
) -> None:  # fmt: skip
    page.post(DECIDE, filled(match_confirmations=1, staff_help="Only ours"))
    stranger = signed_in(person("supervisor", username="stranger", at=other_agency))
    said = stranger.get(PATH).content.decode()
    assert "Only ours" not in said
    assert "A unit of four" not in said
    assert policy(decided(other_agency), "match_confirmations") == 2


def test_it_holds_for_the_next_decision_and_leaves_the_earlier_ones(
    page: Client, chief: Person, scanned: Scan, lead: Person, second: Person, at_once: Callable[[], Any]
) -> None:
    first, other = Match.objects.order_by("distance", "item__path")[:2]

    def judged(match: Match, who: Person) -> str:
        fresh = Match.objects.select_related("item", "hash_list", "exhibit__case__agency").get(pk=match.pk)
        with at_once():
            review(actor=Person.objects.get(pk=who.pk), match=fresh, decision="confirm")
        return Match.objects.get(pk=match.pk).state

    assert judged(first, lead) == "possible", "two are needed"
    page.post(DECIDE, filled(match_confirmations=1))
    assert Match.objects.get(pk=first.pk).state == "possible", "nothing is confirmed by the change itself"
    assert judged(other, lead) == "confirmed"
    page.post(DECIDE, filled(match_confirmations=3, reason="Grown"))
    assert Match.objects.get(pk=other.pk).state == "confirmed"
    assert judged(first, second) == "possible", "three are needed now"


def test_the_form_knows_every_key(agency: Agency, home: Any) -> None:
    names = [name for _, group in GROUPS for name in group]
    assert sorted(names) == sorted(DEFAULTS)
    form = PolicyForm(agency=agency)
    assert form.fields.keys() == {*DEFAULTS, "reason"}
    sets = [code for code, _ in form.fields["label_set"].choices]
    assert all(fits(name, value, sets) for name, value in DEFAULTS.items())


def test_the_pages_link_to_each_other(
    page: Client, case: Any, lead: Person, signed_in: Callable[[Person], Client], home: Any
) -> None:
    link = f'href="{PATH}"'
    assert link in page.get("/matches/lists/").content.decode()
    assert link in page.get("/tips/policy/").content.decode()
    assert link in signed_in(lead).get(f"/matches/case/{case.pk}/").content.decode()
    assert 'href="/tips/policy/"' in page.get(PATH).content.decode()
    assert 'href="/tips/policy/"' not in signed_in(lead).get(PATH).content.decode()
