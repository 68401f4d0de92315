"""A list that comes later meets what was scanned before: no byte is read, every rule is asked again."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from amparo.base import Recipe
from amparo.media import rerun_scan
from amparo.media.signatures import FILE, read_signatures
from amparo.web.accounts.models import Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import remove_member
from amparo.web.cases.models import Authorisation
from amparo.web.common import jobs as running
from amparo.web.common.errors import NotAllowed
from amparo.web.common.jobs import take_up_stale_jobs
from amparo.web.common.models import Job
from amparo.web.exhibits import sources
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches.actions import index_folder, start_scan, withdraw_list
from amparo.web.matches.actions.scans import match_later
from amparo.web.matches.errors import NothingToScan
from amparo.web.matches.models import HashList, Match, Scan
from amparo.web.matches.seen import seen_folder


@pytest.fixture
def newer(scanned: Scan, lead: Person, imported: Callable[..., HashList]) -> HashList:
    """The same list in a version that came after the scan; no match was made with it."""
    return imported(lead, version="2")


def found(known: HashList) -> dict[str, tuple[str, int]]:
    of_list = Match.objects.filter(hash_list=known).select_related("item")
    return {each.item.display: (each.signal, each.distance) for each in of_list}


def no_reading(*_: object, **__: object) -> None:
    raise AssertionError("the exhibit was opened")


@pytest.fixture
def later(newer: HashList, scanned: Scan, lead: Person, at_once: Any, monkeypatch: pytest.MonkeyPatch) -> Scan:
    with monkeypatch.context() as blind, at_once():
        blind.setattr(sources, "opened", no_reading)
        blind.setattr(sources, "_open", no_reading)
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    return Scan.objects.get(pk=made.pk)


def test_signatures_of_every_item_read_are_kept_and_their_digest_is_in_the_log(scanned: Scan) -> None:
    kept = list(read_signatures(seen_folder(scanned), sha256=scanned.signatures_sha256))
    assert kept[0].path == "@0"
    assert len(kept) == scanned.read == 6
    line = LogLine.objects.get(action="scan.done")
    assert f'"after":"sha256:{scanned.signatures_sha256}"' in line.line
    assert [path.name for path in seen_folder(scanned).iterdir()] == [FILE]


def test_it_finds_what_a_scan_finds_without_opening_the_exhibit(scanned: Scan, later: Scan, newer: HashList) -> None:
    assert found(newer) == found(scanned.lists.get())
    assert (later.retro_of, later.read, later.is_later) == (scanned, 6, True)
    assert later.finished is not None


def test_its_recipes_run_again_over_the_bytes_give_the_same_digest(later: Scan, newer: HashList) -> None:
    assert newer.matches.count() == 3
    for match in newer.matches.all():
        recipe = Recipe.from_dict(match.recipe)
        blob = item_blob(match.exhibit, match.item.path)
        assert recipe.inputs == {"blob": match.item.sha256, f"list:{newer}": newer.index_digest}
        assert rerun_scan(blob, {str(newer): index_folder(newer)}, recipe.parameters) == recipe.output


def test_the_custody_log_and_the_page_say_that_it_came_later(later: Scan, lead: Person, signed_in) -> None:
    started = LogLine.objects.get(action="scan.started", object=f"scan:{later.pk}")
    assert '"later":true' in started.line
    assert LogLine.objects.filter(action="scan.done", object=f"scan:{later.pk}").count() == 1
    page = signed_in(lead).get(f"/matches/scans/{later.pk}/").content.decode()
    assert "from what was seen before" in page
    assert "the media were not read again" in page


@pytest.mark.parametrize(
    ("limit", "read", "outside"),
    [
        pytest.param({"data_kinds": ["pictures"]}, 4, 2, id="pictures-only"),
        pytest.param({"items_to": date(2026, 3, 3)}, 0, 6, id="before-they-were-made"),
    ],
)
def test_what_the_authorisation_covers_is_asked_again(
    newer: HashList, scanned: Scan, lead, at_once, limit, read, outside
) -> None:
    Authorisation.objects.update(**limit)
    with at_once():
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    made.refresh_from_db()
    assert (made.read, made.outside, len(found(newer))) == (read, outside, 3 if read else 0)
    assert made.examples.get("outside-authorisation", []) == []


def test_an_exhibit_no_authorisation_covers_any_more_is_not_offered(newer, scanned: Scan, lead, signed_in) -> None:
    client = signed_in(lead)
    assert "Match against what was scanned before" in client.get(f"/matches/lists/{newer.pk}/").content.decode()
    Authorisation.objects.update(valid_to=date(2026, 1, 2))
    assert "Match against what was scanned before" not in client.get(f"/matches/lists/{newer.pk}/").content.decode()
    with pytest.raises(NothingToScan):
        match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])


def test_an_authorisation_that_ends_while_it_waits_stops_it(newer, scanned: Scan, lead, at_once) -> None:
    with at_once():
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
        Authorisation.objects.update(valid_to=date(2026, 1, 2))
    assert Job.objects.get(pk=made.job_id).error_code == "W301"
    assert found(newer) == {}
    Authorisation.objects.update(valid_to=None)
    with at_once():  # what failed may be asked for again
        match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    assert len(found(newer)) == 3


def test_by_the_button_and_only_for_the_reader_s_own_cases(
    newer, scanned: Scan, lead, person, signed_in, at_once
) -> None:
    stranger: Client = signed_in(person("investigator"))
    assert "Match against" not in stranger.get(f"/matches/lists/{newer.pk}/").content.decode()
    assert stranger.post(f"/matches/lists/{newer.pk}/later/").status_code == 400
    client = signed_in(lead)
    with at_once():
        answer = client.post(f"/matches/lists/{newer.pk}/later/")
    made = Scan.objects.get(retro_of=scanned)
    assert answer["Location"] == f"/matches/scans/{made.pk}/"
    assert "finished" in client.get(answer["Location"]).content.decode()
    assert stranger.get(answer["Location"]).status_code == 404
    remove_member(actor=lead, case=scanned.exhibit.case, person=lead)
    assert client.get(answer["Location"]).status_code == 404


def test_an_analyst_a_withdrawn_list_or_one_that_met_it_starts_nothing(newer, scanned: Scan, second, lead) -> None:
    case = scanned.exhibit.case
    with pytest.raises(NotAllowed):
        match_later(actor=second, hash_list=newer, cases=[case])
    with pytest.raises(NothingToScan):
        match_later(actor=lead, hash_list=scanned.lists.get(), cases=[case])
    withdraw_list(actor=lead, hash_list=newer)
    newer.refresh_from_db()
    with pytest.raises(NothingToScan):
        match_later(actor=lead, hash_list=newer, cases=[case])


def test_where_the_agency_wishes_so_every_new_list_meets_what_was_scanned(
    scanned: Scan, lead, agency, imported, at_once
) -> None:
    agency.policy["match_later"] = "always"
    agency.save()
    with at_once():
        newer = imported(lead, version="2")
    later = Scan.objects.get(retro_of=scanned)
    assert (later.by_policy, len(found(newer))) == (True, 3)
    line = LogLine.objects.get(action="scan.started", object=f"scan:{later.pk}")
    assert line.actor_id is None
    with at_once():
        imported(lead, version="harmless", purpose="known-good")
    assert Scan.objects.filter(retro_of=scanned).count() == 1


def test_nothing_happens_by_itself_otherwise(newer: HashList) -> None:
    assert not Scan.objects.exclude(retro_of=None).exists()


def test_changed_signatures_are_refused(newer, scanned: Scan, lead, at_once) -> None:
    path: Path = seen_folder(scanned) / FILE
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with at_once():
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    assert Job.objects.get(pk=made.job_id).error_code == "M070"
    assert found(newer) == {}


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


def test_killed_at_its_commit_it_goes_on_with_no_match_lost_and_none_twice(
    newer, scanned: Scan, lead, at_once, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying, at_once():
        dying.setattr(running.Run, "commit", lambda *_, **__: (_ for _ in ()).throw(Killed))
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    assert Job.objects.get(pk=made.job_id).state == "running"
    assert found(newer) == {}
    Job.objects.filter(pk=made.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    with at_once():
        assert take_up_stale_jobs() == 1
    made.refresh_from_db()
    assert (made.read, len(found(newer))) == (6, 3)
    assert LogLine.objects.filter(action="scan.done", object=f"scan:{made.pk}").count() == 1


def test_what_was_not_read_then_is_counted_now(scanned: Scan, lead, imported, at_once) -> None:
    """The first scan was allowed pictures only; by now all is allowed, but nobody read the rest."""
    Scan.objects.all().update(signatures_sha256="")
    Authorisation.objects.update(data_kinds=["pictures"])
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    Authorisation.objects.update(data_kinds=["pictures", "files"])
    newer = imported(lead, version="3")
    with at_once():
        (made,) = match_later(actor=lead, hash_list=newer, cases=[scanned.exhibit.case])
    made.refresh_from_db()
    assert (made.read, made.skipped) == (4, {"not-seen-before": 2, "picture-too-plain": 1})


def test_a_list_of_another_agency_meets_nothing(newer, other_agency, person, signed_in, scanned: Scan) -> None:
    stranger = person("investigator", at=other_agency)
    assert signed_in(stranger).post(f"/matches/lists/{newer.pk}/later/").status_code == 404
