"""Two persons confirm; a dispute says so; what is confirmed abuse material is restricted; a reveal has a reason."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import add_member
from amparo.web.cases.models import Authorisation
from amparo.web.court.models import Finding
from amparo.web.exhibits.errors import ItemClosed
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import reveal, review, start_scan
from amparo.web.matches.errors import RevealNeedsReason, ReviewRefused
from amparo.web.matches.models import Exposure, Match, Scan


@pytest.fixture
def match(scanned: Scan) -> Match:
    """A near match with known abuse material (a bridge, here)."""
    return Match.objects.select_related("item", "hash_list", "exhibit__case__agency").get(
        item__display="DCIM/blur-a-lot.jpg"
    )


@pytest.fixture
def exact(scanned: Scan) -> Match:
    return Match.objects.get(item__display="DCIM/aaa-orig.jpg")


def decide(at_once, match: Match, *decisions) -> str:
    for actor, decision in decisions:
        with at_once():
            review(actor=actor, match=match, decision=decision)
    match.refresh_from_db()
    return match.state


def test_two_different_persons_confirm_and_it_becomes_a_finding(match, lead, second, at_once) -> None:
    assert decide(at_once, match, (lead, "confirm")) == "possible"
    assert not Finding.objects.exists()
    assert decide(at_once, match, (second, "confirm")) == "confirmed"
    finding = Finding.objects.get(match=match)
    assert (finding.number, finding.level, finding.reviewers) == ("F1", "inferred", ["lead", "second"])
    assert "blur-a-lot.jpg" in finding.sentence
    assert not finding.value.against
    assert finding.value.known_error is not None


def test_an_exact_match_is_derived_not_inferred(exact, lead, second, at_once) -> None:
    decide(at_once, exact, (lead, "confirm"), (second, "confirm"))
    finding = Finding.objects.get()
    assert (finding.level, finding.value.known_error) == ("derived", None)


def test_nobody_confirms_twice(match, lead, at_once) -> None:
    decide(at_once, match, (lead, "confirm"))
    with pytest.raises(ReviewRefused):
        review(actor=lead, match=match, decision="confirm")
    match.refresh_from_db()
    assert (match.state, match.reviews.count()) == ("possible", 1)


def test_a_confirmed_match_is_not_judged_again(match, lead, second, person, at_once) -> None:
    decide(at_once, match, (lead, "confirm"), (second, "confirm"))
    with pytest.raises(ReviewRefused):
        review(actor=person("analyst"), match=match, decision="reject")


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        (["unsure", "unsure"], "possible"),
        (["reject"], "rejected"),
        (["confirm", "unsure"], "possible"),
        (["confirm", "reject"], "disputed"),
        (["reject", "confirm"], "disputed"),
        (["confirm", "reject", "confirm"], "disputed"),
        (["confirm", "reject", "confirm", "confirm"], "confirmed"),
        (["confirm", "reject", "reject", "reject"], "rejected"),
        (["confirm", "unsure", "confirm"], "confirmed"),
    ],
)
def test_what_becomes_of_judgements(match, person, at_once, decisions, state) -> None:
    actors = [person("analyst") for _ in decisions]
    assert decide(at_once, match, *zip(actors, decisions, strict=True)) == state
    assert Finding.objects.exists() is (state == "confirmed")


def test_a_unit_of_four_may_confirm_alone_and_the_finding_says_so(match, lead, agency, at_once) -> None:
    agency.policy["match_confirmations"] = 1
    agency.save()
    assert decide(at_once, match, (lead, "confirm")) == "confirmed"
    finding = Finding.objects.get()
    assert [each.template for each in finding.value.against] == ["match.single-review"]
    assert "lead" in finding.against[0]


def test_confirmed_abuse_material_is_restricted_wherever_it_lies(
    match, lead, second, at_once, signed_in, photos, taken_in
) -> None:
    client = signed_in(lead)
    assert client.get(f"/matches/{match.pk}/picture.png").status_code == 200
    decide(at_once, match, (lead, "confirm"), (second, "confirm"))
    match.item.refresh_from_db()
    assert match.item.is_restricted
    assert client.get(f"/matches/{match.pk}/picture.png").status_code == 404
    page = client.get(f"/matches/{match.pk}/").content.decode()
    assert "picture.png" not in page
    copy = taken_in(lead, match.case, {"copy.jpg": photos["DCIM/blur-a-lot.jpg"]})
    with at_once():
        start_scan(actor=lead, exhibit=copy, lists=[match.hash_list])
    again = Match.objects.get(exhibit=copy)
    assert client.get(f"/matches/{again.pk}/picture.png").status_code == 404


def test_other_purposes_do_not_restrict(scanned, imported, lead, second, at_once) -> None:
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=[imported(lead, name="Ours", purpose="case-files")])
    match = Match.objects.get(hash_list__name="Ours", item__display="DCIM/aaa-orig.jpg")
    decide(at_once, match, (lead, "confirm"), (second, "confirm"))
    match.item.refresh_from_db()
    assert not match.item.is_restricted


@pytest.fixture
def client(lead, signed_in: Callable[..., Client]) -> Client:
    return signed_in(lead)


def test_no_byte_of_the_original_before_a_reveal(match, client, photos) -> None:
    for address in (f"/matches/case/{match.case.pk}/", f"/matches/{match.pk}/", f"/matches/{match.pk}/picture.png"):
        answer = client.get(address)
        assert photos["DCIM/blur-a-lot.jpg"][2000:2064] not in answer.content
        assert answer["Cache-Control"] == "no-store"


def test_a_reason_is_kept_without_signs_a_database_refuses(match, lead) -> None:
    """PostgreSQL stores no NUL, UTF-8 no lone surrogate."""
    assert "\0" not in reveal(actor=lead, match=match, reason="for the \0 list\ud800").reason


def test_a_reveal_needs_a_reason_and_counts(match, client, lead) -> None:
    with pytest.raises(RevealNeedsReason):
        reveal(actor=lead, match=match, reason=" \n")
    assert client.post(f"/matches/{match.pk}/reveal/", {"reason": ""}).status_code == 400
    blurred = client.get(f"/matches/{match.pk}/picture.png").content
    shown = client.post(f"/matches/{match.pk}/reveal/", {"reason": "the hash differs much"})
    page = client.get(shown["Location"]).content.decode()
    exposure = Exposure.objects.get()
    assert (exposure.person, exposure.reason) == (lead, "the hash differs much")
    assert str(exposure.pk) in page
    assert client.get(f"/matches/{match.pk}/picture.png?shown={exposure.pk}").content != blurred
    line = LogLine.objects.get(action="match.revealed")
    assert '"reason":"the hash differs much"' in line.line
    assert "1 picture today" in client.get(f"/matches/{match.pk}/").content.decode()


def test_a_reveal_is_for_one_person_one_match_and_some_minutes(match, exact, client, lead, second, signed_in) -> None:
    exposure = reveal(actor=lead, match=match, reason="must compare")
    blurred = client.get(f"/matches/{match.pk}/picture.png").content
    address = f"/matches/{match.pk}/picture.png?shown={exposure.pk}"
    assert client.get(address).content != blurred
    assert signed_in(second).get(address).content == blurred
    other = client.get(f"/matches/{exact.pk}/picture.png").content
    assert client.get(f"/matches/{exact.pk}/picture.png?shown={exposure.pk}").content == other
    Exposure.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert client.get(address).content == blurred
    assert client.get(f"/matches/{match.pk}/picture.png?shown=no-uuid").content == blurred


def test_the_exposure_ledger_is_for_its_person_only(match, client, lead, second, signed_in) -> None:
    assert "Nothing revealed" in client.get("/matches/exposures/").content.decode()
    reveal(actor=lead, match=match, reason="must compare")
    mine = client.get("/matches/exposures/").content.decode()
    assert "must compare" in mine
    assert "1 picture revealed, 1 of them today" in mine
    assert "must compare" not in signed_in(second).get("/matches/exposures/").content.decode()


def test_restricted_material_is_shown_by_the_reveal_alone(match, client, lead, second, at_once) -> None:
    decide(at_once, match, (lead, "confirm"), (second, "confirm"))
    exposure = reveal(actor=lead, match=match, reason="the court asks what it shows")
    assert client.get(f"/matches/{match.pk}/picture.png?shown={exposure.pk}").status_code == 200


def test_nothing_is_shown_once_the_authorisation_ended(match, client, lead) -> None:
    Authorisation.objects.update(valid_to=date(2026, 1, 2))
    assert client.get(f"/matches/{match.pk}/picture.png").status_code == 404
    with pytest.raises(ItemClosed):
        reveal(actor=lead, match=match, reason="r")
    assert client.get(f"/matches/{match.pk}/").status_code == 200


def test_a_platforms_file_nobody_viewed_stays_closed(match, client, lead) -> None:
    Exhibit.objects.update(provider=Exhibit.Provider.UNVIEWED)
    match.refresh_from_db()
    assert client.get(f"/matches/{match.pk}/picture.png").status_code == 404
    with pytest.raises(ItemClosed):
        reveal(actor=lead, match=Match.objects.select_related("item").get(pk=match.pk), reason="r")
    Authorisation.objects.update(unviewed_files=True)
    assert client.get(f"/matches/{match.pk}/picture.png").status_code == 200


def test_review_by_the_pages(match, client, second, signed_in, at_once) -> None:
    for each in (client, signed_in(second)):
        with at_once():
            assert each.post(f"/matches/{match.pk}/review/", {"decision": "confirm"}).status_code == 302
    page = client.get(f"/matches/{match.pk}/").content.decode()
    assert "confirmed" in page
    assert "Confirm the match" not in page
    again = client.post(f"/matches/{match.pk}/review/", {"decision": "confirm"})
    assert (again.status_code, b"W703" in again.content) == (400, True)
    assert client.post(f"/matches/{match.pk}/review/", {"decision": "maybe"}).status_code == 400


def test_the_next_match_is_one_this_person_has_not_judged(scanned, client, lead) -> None:
    first, second_one, third = Match.objects.all()
    assert f"/matches/{second_one.pk}/" in client.get(f"/matches/{first.pk}/").content.decode()
    review(actor=lead, match=first, decision="confirm")
    review(actor=lead, match=second_one, decision="confirm")
    assert f"/matches/{third.pk}/" in client.get(f"/matches/{first.pk}/").content.decode()
    assert "Next match" not in client.get(f"/matches/{third.pk}/").content.decode()


def test_who_is_not_in_the_case_sees_no_match(match, person, other_agency, signed_in) -> None:
    for stranger in (person("investigator"), person("investigator", at=other_agency)):
        client = signed_in(stranger)
        missing = client.get("/matches/00000000-0000-4000-8000-000000000000/").content
        for page in (f"/matches/{match.pk}/", f"/matches/{match.pk}/picture.png", f"/matches/case/{match.case.pk}/"):
            answer = client.get(page)
            assert (answer.status_code, answer.content) == (404, missing)
        assert client.post(f"/matches/{match.pk}/reveal/", {"reason": "r"}).status_code == 404


def test_a_prosecutor_reads_but_neither_judges_nor_reveals(match, lead, person, signed_in, case) -> None:
    person("prosecutor", username="pros")
    add_member(actor=lead, case=case, username="pros")
    client = signed_in(type(lead).objects.get(username="pros"))
    page = client.get(f"/matches/{match.pk}/").content.decode()
    assert "Confirm the match" not in page
    assert "Reveal the picture" not in page
    assert client.post(f"/matches/{match.pk}/review/", {"decision": "confirm"}).status_code == 403
    assert client.post(f"/matches/{match.pk}/reveal/", {"reason": "r"}).status_code == 403


def test_the_grid_filters_and_pages(scanned, client, lead, monkeypatch) -> None:
    Match.objects.update(group=None)  # as before anything was grouped: each match is a card
    monkeypatch.setattr("amparo.web.matches.views.reviews.ROWS", 2)
    address = f"/matches/case/{scanned.exhibit.case_id}/"
    assert client.get(address).content.decode().count("picture.png") == 2
    second = client.get(address + "?exhibit=EX1&page=2").content.decode()
    assert second.count("picture.png") == 1
    assert 'href="?state=waiting&amp;exhibit=EX1&amp;page=1"' in second
    assert client.get(address + "?state=confirmed").content.decode().count("picture.png") == 0
    assert client.get(address + "?state=nonsense&list=x").status_code == 200
