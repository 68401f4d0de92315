"""One decision serves pictures that look alike; what has changed since is refused; one can be taken out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Case
from amparo.web.court.models import Finding
from amparo.web.matches.actions import review_group, start_scan, take_apart
from amparo.web.matches.cards import card
from amparo.web.matches.errors import ReviewRefused
from amparo.web.matches.grouping import members, open_to, regroup, seal
from amparo.web.matches.models import Match, Review, Scan


@pytest.fixture
def group(scanned: Scan) -> list[Match]:
    """The bridge three times: as it is, blurred, squashed. All are one group."""
    Match.objects.update(pdqs=Match.objects.filter(signal="pdq")[0].entry_value)
    regroup(scanned.exhibit.case)
    found = list(Match.objects.select_related("item", "hash_list", "exhibit__case__agency"))
    assert len({each.group for each in found}) == 1
    return found


@pytest.fixture
def client(lead, signed_in: Callable[..., Client]) -> Client:
    return signed_in(lead)


def grid(case: Case) -> str:
    return f"/matches/case/{case.pk}/"


def sealed(person, match: Match) -> str:
    return seal(open_to(person, members(match)).values_list("pk", flat=True))


def test_the_grid_shows_one_picture_for_the_group_and_lists_it_whole(group, client) -> None:
    page = client.get(grid(group[0].case)).content.decode()
    assert page.count("picture.png") == 1
    assert "3 alike" in page
    for match in group:
        assert match.item.display in page
    assert "Your decision serves all 3 matches" in page


def test_one_decision_of_two_persons_confirms_each_match_by_itself(group, lead, second, at_once) -> None:
    for person in (lead, second):
        with at_once():
            review_group(actor=person, match=group[1], decision="confirm", seal=sealed(person, group[1]))
    assert set(Match.objects.values_list("state", flat=True)) == {"confirmed"}
    assert Review.objects.count() == 6
    assert Finding.objects.count() == 3
    assert LogLine.objects.filter(action="match.reviewed").count() == 6


def test_by_the_page_with_a_category_and_back_to_where_one_was(group, client, lead) -> None:
    code = "3"
    page = client.get(grid(group[0].case) + "?exhibit=EX1").content.decode()
    label = page.split('data-digit="')[0].rsplit('value="', 1)[1].split('"')[0]
    fields = {
        "decision": "confirm", "category": label, "seal": sealed(lead, group[0]), "query": "exhibit=EX1&page=1",
        "after": str(group[2].pk),
    }  # fmt: skip
    answer = client.post(f"/matches/{group[0].pk}/decide/", fields)
    assert answer["Location"] == f"{grid(group[0].case)}?exhibit=EX1&page=1#m-{group[2].pk}"
    assert "3 matches judged." in client.get(answer["Location"]).content.decode()
    kept = Review.objects.all()
    assert {(each.category, each.person) for each in kept} == {(label, lead)}
    assert {each.severity for each in kept} <= {0, 1, 2, 3}, code


def test_a_group_that_changed_since_is_not_judged(group, lead, second, client) -> None:
    offered = sealed(lead, group[0])
    take_apart(actor=second, matches=[group[2]])
    with pytest.raises(ReviewRefused):
        review_group(actor=lead, match=group[0], decision="confirm", seal=offered)
    answer = client.post(f"/matches/{group[0].pk}/decide/", {"decision": "confirm", "seal": offered})
    assert (answer.status_code, b"the group has changed" in answer.content) == (400, True)
    assert not Review.objects.exists()


def test_without_a_seal_or_decision_nothing_is_judged(group, client) -> None:
    for fields in ({}, {"decision": "confirm"}, {"decision": "maybe", "seal": "x"}):
        assert client.post(f"/matches/{group[0].pk}/decide/", fields).status_code == 400
    assert not Review.objects.exists()


def test_one_taken_out_stays_out_and_is_judged_alone(group, client, lead, scanned) -> None:
    leader = Match.objects.get(pk=group[0].group)
    client.post(f"/matches/{leader.pk}/apart/", {"apart": [str(leader.pk), "no-uuid"]})
    regroup(scanned.exhibit.case)
    leader.refresh_from_db()
    others = Match.objects.exclude(pk=leader.pk)
    assert (leader.apart, leader.group) == (True, str(leader.pk))
    assert len({each.group for each in others} - {leader.group}) == 1
    assert LogLine.objects.filter(action="match.apart").count() == 1
    assert client.get(grid(leader.case)).content.decode().count("picture.png") == 2
    review_group(actor=lead, match=leader, decision="reject", seal=sealed(lead, leader))
    assert {each.state for each in others.all()} == {"possible"}


def test_what_one_judged_does_not_wait_for_them_but_for_the_other(group, client, lead, second, signed_in) -> None:
    review_group(actor=lead, match=group[0], decision="confirm", seal=sealed(lead, group[0]))
    assert "Nothing waits for you" in client.get(grid(group[0].case)).content.decode()
    assert "3 alike" in signed_in(second).get(grid(group[0].case)).content.decode()
    assert (card(lead, group[0]).seal, card(second, group[0]).waiting) == ("", 3)
    with pytest.raises(ReviewRefused):
        review_group(actor=lead, match=group[0], decision="confirm", seal=sealed(lead, group[0]))


def test_different_purposes_are_different_groups(scanned, imported, lead, at_once: Callable[[], Any]) -> None:
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=[imported(lead, name="Ours", purpose="case-files")])
    by_purpose = {}
    for match in Match.objects.select_related("hash_list"):
        by_purpose.setdefault(match.hash_list.purpose, set()).add(match.group)
    assert by_purpose["csam"].isdisjoint(by_purpose["case-files"])


def test_who_may_not_review_gets_no_seal_and_no_decision(group, lead, person, case, signed_in) -> None:
    from amparo.web.cases.actions import add_member

    reader = person("prosecutor", username="pros")
    add_member(actor=lead, case=case, username="pros")
    client = signed_in(reader)
    page = client.get(grid(case)).content.decode()
    assert "picture.png" in page
    assert "/decide/" not in page
    assert client.post(f"/matches/{group[0].pk}/decide/", {"decision": "confirm", "seal": "x"}).status_code == 403
    assert client.post(f"/matches/{group[0].pk}/apart/", {"apart": str(group[0].pk)}).status_code == 403
