"""Categories and their disputes; known bytes need no look; breaks are suggested; decisions report back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from amparo.web.audit.models import LogLine
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches import breaks
from amparo.web.matches.actions import answer_break, reveal, review, start_scan
from amparo.web.matches.breaks import Stretch, due, stretch
from amparo.web.matches.errors import ReviewRefused
from amparo.web.matches.labels import labels_of
from amparo.web.matches.models import Exposure, Match, Pause, Review, Scan


@pytest.fixture
def match(scanned: Scan) -> Match:
    return Match.objects.select_related("item", "hash_list", "exhibit__case__agency").get(
        item__display="DCIM/blur-a-lot.jpg"
    )


@pytest.fixture
def client(lead, signed_in: Callable[..., Client]) -> Client:
    return signed_in(lead)


def confirm(at_once: Callable[[], Any], match: Match, *persons, **more: str) -> None:
    for person in persons:
        with at_once():
            review(actor=person, match=match, decision="confirm", **more)
    match.refresh_from_db()


def codes(match: Match) -> list[str]:
    return [each.code for each in labels_of(match.case.agency).labels]


def test_a_category_is_kept_with_its_gravity(match, lead, client) -> None:
    first = labels_of(match.case.agency).labels[0]
    client.post(f"/matches/{match.pk}/review/", {"decision": "confirm", "category": first.code})
    kept = Review.objects.get()
    assert (kept.category, kept.severity) == (first.code, first.severity)
    assert f'"category":"{first.code}"' in LogLine.objects.get(action="match.reviewed").line
    with pytest.raises(ReviewRefused):
        review(actor=lead, match=match, decision="confirm", category="no such label")


def test_two_persons_who_name_it_otherwise_make_its_category_disputed(match, lead, second, client, at_once) -> None:
    confirm(at_once, match, lead, category=codes(match)[0])
    assert "category disputed" not in client.get(f"/matches/{match.pk}/").content.decode()
    confirm(at_once, match, second, category=codes(match)[1])
    assert "category disputed" in client.get(f"/matches/{match.pk}/").content.decode()
    assert match.state == "confirmed"


def test_a_reveal_counts_with_the_gravity_that_is_known(match, lead, client) -> None:
    assert reveal(actor=lead, match=match, reason="to compare").severity is None
    gravest = max(labels_of(match.case.agency).labels, key=lambda each: each.severity)
    review(actor=lead, match=match, decision="confirm", category=gravest.code)
    assert reveal(actor=lead, match=match, reason="to compare").severity == gravest.severity
    page = client.get("/matches/exposures/").content.decode()
    assert "not rated" in page
    assert "grave" in page


@pytest.fixture
def again(match, lead, second, at_once, taken_in, photos) -> Match:
    """The very bytes of a confirmed picture in a second exhibit."""
    confirm(at_once, match, lead, second)
    copy = taken_in(lead, match.case, {"copy.jpg": photos["DCIM/blur-a-lot.jpg"]})
    with at_once():
        start_scan(actor=lead, exhibit=copy, lists=[match.hash_list])
    return Match.objects.select_related("item", "exhibit__case__agency").get(exhibit=copy)


def test_known_bytes_need_no_look(again, match, client) -> None:
    assert (again.state, again.known_from, again.item.is_restricted) == ("known", match, True)
    assert LogLine.objects.filter(action="match.known").count() == 1
    grid = client.get(f"/matches/case/{again.case.pk}/").content.decode()
    assert "1 match has bytes that were confirmed before" in grid
    assert f"m-{again.pk}" not in grid
    listed = client.get(f"/matches/case/{again.case.pk}/?state=known").content.decode()
    assert f"m-{again.pk}" in listed
    assert match.case.number in listed
    assert f"{again.pk}/picture.png" not in listed
    assert client.get(f"/matches/{again.pk}/picture.png").status_code == 404


def test_known_bytes_are_not_shown_again_though_nothing_restricts_them(
    case, lead, agency, imported, photos, taken_in, at_once, client
) -> None:
    agency.policy["match_confirmations"] = 1
    agency.save()
    ours = imported(lead, purpose="case-files")
    for name in ("one.jpg", "two.jpg"):
        exhibit = taken_in(lead, case, {name: photos["DCIM/aaa-orig.jpg"]})
        with at_once():
            start_scan(actor=lead, exhibit=exhibit, lists=[ours])
        if name == "one.jpg":
            confirm(at_once, Match.objects.get(exhibit=exhibit), lead)
    known = Match.objects.get(state="known")
    assert not known.item.is_restricted
    for page in (f"/matches/{known.pk}/", f"/matches/case/{case.pk}/?state=known"):
        text = client.get(page).content.decode()
        assert "confirmed before" in text
        assert "picture.png" not in text


def test_known_bytes_can_be_confirmed_here_too_and_opened_by_reveal(again, lead, second, client, at_once) -> None:
    confirm(at_once, again, lead)
    assert again.state == "known"
    confirm(at_once, again, second)
    assert again.state == "confirmed"
    shown = client.post(f"/matches/{again.pk}/reveal/", {"reason": "the court asks"})
    exposure = Exposure.objects.get()
    assert str(exposure.pk) in shown["Location"]
    assert client.get(f"/matches/{again.pk}/picture.png?shown={exposure.pk}").status_code == 200


def test_one_rejection_of_known_bytes_is_a_dispute_not_the_end(again, person, at_once) -> None:
    review(actor=person("analyst"), match=again, decision="reject")
    again.refresh_from_db()
    assert again.state == "disputed"


def test_confirming_settles_the_same_bytes_elsewhere(match, lead, second, at_once, taken_in, photos) -> None:
    copy = taken_in(lead, match.case, {"copy.jpg": photos["DCIM/blur-a-lot.jpg"]})
    with at_once():
        start_scan(actor=lead, exhibit=copy, lists=[match.hash_list])
    other = Match.objects.get(exhibit=copy)
    assert other.state == "possible"
    confirm(at_once, match, lead, second)
    other.refresh_from_db()
    assert (other.state, other.known_from) == ("known", match)


def test_what_a_person_judged_is_theirs_and_policy_can_switch_it_off(
    match, lead, second, agency, at_once, taken_in, photos
) -> None:
    copies = [taken_in(lead, match.case, {f"{n}.jpg": photos["DCIM/blur-a-lot.jpg"]}) for n in "ab"]
    with at_once():
        start_scan(actor=lead, exhibit=copies[0], lists=[match.hash_list])
    judged = Match.objects.get(exhibit=copies[0])
    review(actor=lead, match=judged, decision="unsure")
    confirm(at_once, match, lead, second)
    judged.refresh_from_db()
    assert judged.state == "possible"
    agency.policy["known_confirmed"] = False
    agency.save()
    with at_once():
        start_scan(actor=lead, exhibit=Exhibit.objects.get(pk=copies[1].pk), lists=[match.hash_list])
    assert Match.objects.get(exhibit=copies[1]).state == "possible"


def reveals(person, match: Match, *minutes_ago: float) -> None:
    for each in minutes_ago:
        Exposure.objects.create(person=person, match=match, reason="r", at=timezone.now() - timedelta(minutes=each))


def test_a_stretch_ends_at_a_rest(match, lead) -> None:
    assert stretch(lead) == Stretch(0, 0)
    reveals(lead, match, 1, 10, 20, 50)
    assert stretch(lead) == Stretch(20, 3)
    assert due(lead) is None


def test_a_break_is_due_after_many_pictures_or_a_long_time(match, lead, agency) -> None:
    reveals(lead, match, 1, 2, 3)
    for policy, wanted in (({"break_reveals": 3}, True), ({"break_reveals": 4}, False), ({"break_minutes": 3}, True)):
        agency.policy = {"match_confirmations": 2, "break_minutes": 99, "break_reveals": 99, **policy}
        agency.save()
        lead.refresh_from_db()
        assert (due(lead) is not None) is wanted, policy
    agency.policy["break_prompts"] = False
    agency.save()
    lead.refresh_from_db()
    assert due(lead) is None


def test_the_break_comes_after_a_decision_and_stops_nothing(match, lead, client, monkeypatch) -> None:
    monkeypatch.setitem(breaks.policy.__globals__["DEFAULTS"], "break_reveals", 1)
    shown = client.post(f"/matches/{match.pk}/reveal/", {"reason": "r"})
    assert "break" not in shown["Location"]
    answer = client.post(f"/matches/{match.pk}/review/", {"decision": "confirm"})
    assert answer["Location"].startswith("/matches/break/?next=")
    page = client.get(answer["Location"]).content.decode()
    assert "good moment for a break" in page
    assert Review.objects.count() == 1
    on = client.post("/matches/break/", {"answer": "urgent", "next": f"/matches/{match.pk}/"})
    assert on["Location"] == f"/matches/{match.pk}/"
    assert (Pause.objects.get().answer, due(lead)) == ("urgent", None)
    assert not LogLine.objects.filter(line__contains="urgent").exists()


def test_the_break_page_leads_nowhere_else(client, lead, match) -> None:
    for bad in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"):
        answer = client.post("/matches/break/", {"answer": "went-on", "next": bad})
        assert answer["Location"] == "/cases/"
    assert client.post("/matches/break/", {"answer": "took"})["Location"] == "/"
    assert client.post("/matches/break/", {"answer": "nonsense"}).status_code == 302
    answer_break(actor=lead, answer="took")
    assert stretch(lead) == Stretch(0, 0)


def test_decisions_report_back_what_came_of_them(match, lead, second, client, signed_in, at_once) -> None:
    assert "No decision yet" in client.get("/matches/decisions/").content.decode()
    confirm(at_once, match, lead)
    assert "nobody yet" in client.get("/matches/decisions/").content.decode()
    confirm(at_once, match, second)
    page = client.get("/matches/decisions/").content.decode()
    assert "second: confirmed" in page
    assert "/court/findings/" in page
    assert "F1" in page


def test_decisions_tell_of_disagreement_and_are_the_readers_own(match, lead, second, signed_in, client) -> None:
    review(actor=lead, match=match, decision="confirm")
    review(actor=second, match=match, decision="reject")
    page = client.get("/matches/decisions/").content.decode()
    assert "second: not the same" in page
    stranger = signed_in(second).get("/matches/decisions/").content.decode()
    assert "lead: confirmed" in stranger
    assert "second: not the same" not in stranger
