"""Opinions on entries, pictures that are not what a list says, entries that match too much, harmless files."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from amparo.base import Recipe
from amparo.media import rerun_scan
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches.actions import import_list, index_folder, review, start_scan
from amparo.web.matches.actions.negatives import agree_to_negative, end_negative, propose_negative
from amparo.web.matches.actions.opinions import give_opinion, opinion_on
from amparo.web.matches.actions.scans import decide_quarantine
from amparo.web.matches.errors import NegativeRefused, NothingToScan, OpinionRefused, QuarantineRefused
from amparo.web.matches.models import ListOpinion, Match, NegativeEntry, Quarantine, Review, Scan
from amparo.web.matches.negative import _folder

NAMES = {"DCIM/aaa-orig.jpg", "DCIM/blur-a-lot.jpg", "DCIM/square-512x512.jpg"}


@pytest.fixture
def again(scanned: Scan, lead, at_once, imported) -> Callable[..., Scan]:
    """again(): matches are forgotten and the exhibit is scanned once more; again(version="2"): with that version."""

    def scan(**more: Any) -> Scan:
        lists = [imported(lead, **more)] if more else scanned.lists.all()
        NegativeEntry.objects.update(match=None)
        Review.objects.all().delete()
        Match.objects.all().delete()
        with at_once():
            made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=lists)
        return Scan.objects.get(pk=made.pk)

    return scan


def the(name: str) -> Match:
    return Match.objects.select_related("item", "hash_list__agency", "exhibit__case__agency").get(
        item__display=f"DCIM/{name}"
    )


def found() -> set[str]:
    return set(Match.objects.values_list("item__display", flat=True))


def test_an_entry_taken_out_of_use_matches_nothing_in_any_version(scanned, again, lead) -> None:
    with pytest.raises(OpinionRefused):
        give_opinion(actor=lead, match=the("blur-a-lot.jpg"), opinion="withdrawn", note=" ")
    give_opinion(actor=lead, match=the("blur-a-lot.jpg"), opinion="withdrawn", note="a bridge")
    assert found() == NAMES  # what was found before stays
    for later in (again(), again(version="2")):
        assert found() == set()
        assert later.dropped["withdrawn-entry"] == 3
        assert later.read == 6


def test_the_newest_opinion_counts_and_all_are_kept(scanned, again, lead, second, signed_in) -> None:
    match = the("aaa-orig.jpg")
    assert opinion_on(match) is None
    give_opinion(actor=lead, match=match, opinion="withdrawn", note="a bridge")
    give_opinion(actor=second, match=match, opinion="disputed")
    assert opinion_on(the("blur-a-lot.jpg")) == ListOpinion.objects.get(current=True)  # the same entry
    assert ListOpinion.objects.count() == 2
    client = signed_in(lead)
    for page in (f"/matches/{match.pk}/entry/", f"/matches/lists/{match.hash_list_id}/"):
        assert "it may not be what the list says" in client.get(page).content.decode()
    again()
    assert found() == NAMES
    lines = LogLine.objects.filter(action="list.opinion")
    assert [(each.actor_id, each.case_id) for each in lines] == [(lead.pk, None), (second.pk, None)]


def test_the_feedback_file_is_for_the_source_and_says_nothing_of_a_case(scanned, lead, second, signed_in) -> None:
    match = the("blur-a-lot.jpg")
    give_opinion(actor=lead, match=match, opinion="disputed", note="a bridge")
    page = f"/matches/lists/{match.hash_list_id}/feedback/"
    client = signed_in(lead)
    assert client.get(page).status_code == 405
    answer = client.post(page)
    data = b"".join(answer.streaming_content)
    (line,) = csv.DictReader(io.StringIO(data.decode()))
    digests = {name: line[name] for name in ("sha256", "pdq")}
    assert digests == ListOpinion.objects.get().digests
    assert (line["row"], line["label"], line["opinion"], line["seen"]) == ("2", "bridge", "disputed", "3")
    assert line["note"] == "a bridge"
    for word in (match.case.number, match.case.title, "DCIM", lead.username, match.item.sha256):
        assert word.encode() not in data
    log = LogLine.objects.get(action="list.feedback")
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" in log.line
    assert signed_in(second).post(page).status_code == 403


def test_opinions_by_the_page(scanned, second, lead, person, signed_in) -> None:
    match = the("aaa-orig.jpg")
    client = signed_in(second)
    page = f"/matches/{match.pk}/entry/"
    assert client.post(page, {"opinion": "withdrawn", "note": ""}).status_code == 400
    assert client.post(page, {"opinion": "confirmed", "note": "seen"}).status_code == 302
    assert match.entry_value in client.get(page).content.decode()
    assert signed_in(person("investigator")).get(page).status_code == 404
    with pytest.raises(NotAllowed):
        give_opinion(actor=person("prosecutor"), match=match, opinion="confirmed")


@pytest.fixture
def rejected(scanned, lead, second) -> Match:
    match = the("blur-a-lot.jpg")
    for actor in (lead, second):
        review(actor=actor, match=match, decision="reject")
    return the("blur-a-lot.jpg")


def test_two_persons_put_a_rejected_picture_into_the_negative_bank(rejected, again, lead, second) -> None:
    made = propose_negative(actor=lead, match=rejected, reason="another bridge")
    with pytest.raises(NegativeRefused):
        agree_to_negative(actor=lead, negative=made)
    with pytest.raises(NegativeRefused):
        propose_negative(actor=second, match=rejected, reason="twice")
    again_before = again()
    assert (found(), again_before.negative) == (NAMES, "")  # one person is not enough
    agree_to_negative(actor=second, negative=made)
    later = again()
    assert found() == {"DCIM/aaa-orig.jpg"}  # an exact copy is always found; the others are no nearer to the list
    assert later.dropped["negative-bank"] == 2
    end_negative(actor=lead, negative=made)
    again()
    assert found() == NAMES
    actions = LogLine.objects.filter(action__startswith="negative.").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["negative.proposed", "negative.agreed", "negative.ended"]


def test_a_recipe_made_beside_the_bank_runs_again_with_it(rejected, again, lead, second, agency) -> None:
    made = propose_negative(actor=lead, match=rejected, reason="another bridge")
    agree_to_negative(actor=second, negative=made)
    scan = again()
    match = the("aaa-orig.jpg")
    recipe = Recipe.from_dict(match.recipe)
    lists = {str(each): index_folder(each) for each in scan.lists.all()}
    bank = _folder(agency, scan.negative)
    blob = item_blob(match.exhibit, match.item.path)
    assert recipe.inputs.keys() == {"blob", "negative", *(f"list:{name}" for name in lists)}
    assert rerun_scan(blob, lists, recipe.parameters, negative=bank) == recipe.output


def test_only_what_was_rejected_and_only_with_a_reason(scanned, rejected, lead, person) -> None:
    with pytest.raises(NegativeRefused):
        propose_negative(actor=lead, match=the("aaa-orig.jpg"), reason="no")
    with pytest.raises(NegativeRefused):
        propose_negative(actor=lead, match=rejected, reason=" ")
    with pytest.raises(NotAllowed):
        propose_negative(actor=person("prosecutor"), match=rejected, reason="no")


def test_the_bank_by_hand_and_by_its_page(scanned, again, lead, second, signed_in, person, other_agency) -> None:
    client = signed_in(lead)
    for bad in ({"pdq": "xyz"}, {}, {"sha256": "a" * 63}):
        assert client.post("/matches/negatives/", {"reason": "r", **bad}).status_code == 400
    digest = the("square-512x512.jpg").item.sha256
    assert client.post("/matches/negatives/", {"sha256": digest.upper(), "reason": "a square"}).status_code == 302
    made = NegativeEntry.objects.get()
    assert made.sha256 == digest
    stranger = signed_in(person("investigator", at=other_agency))
    assert digest not in stranger.get("/matches/negatives/").content.decode()
    assert stranger.post(f"/matches/negatives/{made.pk}/agree/").status_code == 404
    assert client.post(f"/matches/negatives/{made.pk}/agree/").status_code == 400
    assert signed_in(second).post(f"/matches/negatives/{made.pk}/agree/").status_code == 302
    assert "in force" in client.get("/matches/negatives/").content.decode()
    again()
    assert found() == NAMES - {"DCIM/square-512x512.jpg"}
    assert client.post(f"/matches/negatives/{made.pk}/end/").status_code == 302


@pytest.fixture
def flooding(scanned, again, agency) -> Scan:
    """One entry is allowed one picture; it matches two nearly."""
    agency.policy["flood_limit"] = 1
    agency.save()
    return again()


def states() -> dict[str, str]:
    return {each.item.display.removeprefix("DCIM/"): each.state for each in Match.objects.select_related("item")}


HELD = {"aaa-orig.jpg": "possible", "blur-a-lot.jpg": "held", "square-512x512.jpg": "held"}


def test_an_entry_that_matches_too_much_is_held_back_until_a_person_decides(flooding, lead, second, signed_in) -> None:
    assert states() == HELD
    waiting = Quarantine.objects.get()
    assert (waiting.pictures, waiting.state) == (2, "held")
    client = signed_in(second)
    page = f"/matches/scans/{flooding.pk}/"
    assert "It matches 2 different pictures of this exhibit." in client.get(page).content.decode()
    assert client.post(f"/matches/quarantine/{waiting.pk}/", {"decision": "lift"}).status_code == 400
    lifted = client.post(f"/matches/quarantine/{waiting.pk}/", {"decision": "lift", "reason": "few enough"})
    assert lifted["Location"] == page
    assert set(states().values()) == {"possible"}
    assert "few enough" in client.get(page).content.decode()
    with pytest.raises(QuarantineRefused):
        decide_quarantine(actor=lead, quarantine=waiting, decision="close", reason="late")
    line = LogLine.objects.get(action="quarantine.decided")
    assert '"decision":"lift"' in line.line


def test_once_closed_later_matches_of_the_entry_wait_too_once_lifted_they_do_not(
    flooding, lead, at_once, taken_in, photos
) -> None:
    for decision, state in (("close", "held"), ("lift", "possible")):
        Quarantine.objects.update(state="held", decided=None)
        decide_quarantine(actor=lead, quarantine=Quarantine.objects.get(), decision=decision, reason="r")
        Match.objects.all().delete()
        with at_once():
            start_scan(actor=lead, exhibit=flooding.exhibit, lists=flooding.lists.all())
        assert states()["blur-a-lot.jpg"] == state
        assert states()["aaa-orig.jpg"] == "possible"


def test_harmless_files_are_compared_by_digest_only(scanned, lead, at_once, imported, tmp_path, photos) -> None:
    path = tmp_path / "good.txt"
    named = [photos[f"DCIM/{name}"] for name in ("blur-a-lot.jpg", "aaa-orig.jpg")]
    path.write_text("".join(f"{hashlib.md5(data).hexdigest()}  /usr/share/x.jpg\n" for data in named))
    good = import_list(actor=lead, path=path, name="System", version="1", purpose="known-good", source="made up")
    assert (good.format, good.is_known_good) == ("md5sum", True)
    Match.objects.all().delete()
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all(), known_good=[good])
    made.refresh_from_db()
    assert found() == NAMES - {"DCIM/blur-a-lot.jpg"}
    assert made.dropped == {"known-good": 2}
    match = the("aaa-orig.jpg")
    recipe = Recipe.from_dict(match.recipe)
    lists = {str(each): index_folder(each) for each in made.lists.all()}
    assert rerun_scan(item_blob(match.exhibit, match.item.path), lists, recipe.parameters) == recipe.output


def test_a_list_of_harmless_files_is_never_matched(scanned, lead, imported, signed_in) -> None:
    good = imported(lead, name="System", purpose="known-good")
    with pytest.raises(NothingToScan):
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=[good])
    page = signed_in(lead).get(f"/matches/scan/{scanned.exhibit.pk}/").content.decode()
    assert f'name="known_good" value="{good.pk}"' in page
    assert f'name="lists" value="{good.pk}"' not in page


def test_what_the_source_has_taken_back_is_kept_and_matches_nothing(scanned, lead, tmp_path, at_once) -> None:
    path = tmp_path / "list.json"
    records = [
        {"signalType": "ImagePDQ", "hashValue": the("blur-a-lot.jpg").entry_value, "hashStatus": "Withdrawn"},
        {"signalType": "ImagePDQ", "hashValue": "ab" * 32, "hashStatus": "Active"},
    ]
    path.write_text(json.dumps({"count": 2, "hasMoreRecords": False, "hashRecords": records}))
    about = {"name": "NCII", "version": "1", "purpose": "intimate-images", "source": "made up"}
    made = import_list(actor=lead, path=path, **about)
    assert (made.format, made.entries, made.taken_back) == ("stopncii", 2, 1)
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=[made])
    assert not made.matches.exists()
