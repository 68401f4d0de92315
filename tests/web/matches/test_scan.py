"""A scan finds exact and near copies, reads nothing outside the authorisation, and survives the death of its worker."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from amparo.base import Recipe
from amparo.media import rerun_scan
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import open_case
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.cases.models import Authorisation
from amparo.web.common import jobs as running
from amparo.web.common.errors import NotAllowed
from amparo.web.common.jobs import take_up_stale_jobs
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Item
from amparo.web.exhibits.sources import item_blob
from amparo.web.matches import jobs
from amparo.web.matches.actions import index_folder, start_scan, withdraw_list
from amparo.web.matches.errors import NothingToScan
from amparo.web.matches.models import Match, Scan


def found() -> dict[str, tuple[str, int]]:
    return {each.item.display: (each.signal, each.distance) for each in Match.objects.select_related("item")}


def test_exact_and_near_copies_are_found_and_nothing_else(scanned: Scan) -> None:
    assert found() == {
        "DCIM/aaa-orig.jpg": ("sha256", 0),
        "DCIM/blur-a-lot.jpg": ("pdq", 4),
        "DCIM/square-512x512.jpg": ("pdq", 8),
    }
    assert scanned.finished is not None
    assert (scanned.read, scanned.outside, scanned.authorisations) == (6, 0, "A1")  # the zip itself is an item too
    actions = list(LogLine.objects.filter(action__startswith="scan.").order_by("seq").values_list("action", flat=True))
    assert actions == ["scan.started", "scan.done"]


def test_a_match_carries_the_recipe_that_finds_it_again(scanned: Scan) -> None:
    match = Match.objects.get(item__display="DCIM/blur-a-lot.jpg")
    recipe = Recipe.from_dict(match.recipe)
    blob = item_blob(match.exhibit, match.item.path)
    indexes = {str(each): index_folder(each) for each in scanned.lists.all()}
    assert rerun_scan(blob, indexes, recipe.parameters) == recipe.output


def test_threshold_zero_finds_exact_copies_only(scanned: Scan, lead, at_once) -> None:
    Match.objects.all().delete()
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all(), threshold=0)
    assert found() == {"DCIM/aaa-orig.jpg": ("sha256", 0)}


def test_a_second_scan_finds_nothing_twice(scanned: Scan, lead, at_once) -> None:
    before = set(Match.objects.values_list("pk", flat=True))
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    assert set(Match.objects.values_list("pk", flat=True)) == before


def test_a_withdrawn_list_or_none_scans_nothing(scanned: Scan, lead) -> None:
    withdraw_list(actor=lead, hash_list=scanned.lists.get())
    for lists in (scanned.lists.all(), []):
        with pytest.raises(NothingToScan):
            start_scan(actor=lead, exhibit=scanned.exhibit, lists=lists)


def test_an_analyst_starts_no_scan(scanned: Scan, second) -> None:
    with pytest.raises(NotAllowed):
        start_scan(actor=second, exhibit=scanned.exhibit, lists=scanned.lists.all())


@pytest.mark.parametrize(
    ("limit", "read", "outside"),
    [
        pytest.param({"data_kinds": ["pictures"]}, 4, 2, id="pictures-only"),
        pytest.param({"items_to": date(2026, 3, 3)}, 0, 6, id="before-they-were-made"),
        pytest.param({"exhibits": ["EX9"]}, None, None, id="another-exhibit"),
        pytest.param({"data_kinds": ["files"]}, None, None, id="no-pictures"),
    ],
)
def test_nothing_is_read_outside_the_authorisation(scanned: Scan, lead, at_once, limit, read, outside) -> None:
    Match.objects.all().delete()
    Authorisation.objects.update(**limit)
    if read is None:
        with pytest.raises(OutsideAuthorisation):
            start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
        return
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    made.refresh_from_db()
    assert (made.read, made.outside, len(found())) == (read, outside, 3 if read else 0)


def test_an_authorisation_that_ends_while_the_scan_waits_stops_it(scanned: Scan, lead, at_once) -> None:
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
        Authorisation.objects.update(valid_to=date(2026, 1, 2))
    job = Job.objects.get(pk=made.job_id)
    assert (job.state, job.error_code) == ("failed", "W301")


def test_a_scan_of_another_agency_can_not_use_this_list(scanned: Scan, other_agency, person, taken_in) -> None:
    stranger = person("investigator", at=other_agency)
    known = list(scanned.lists.all())
    with scope(agency=other_agency):
        terms = {"kind": "consent", "reference": "1", "issuer": "x", "valid_from": date(2026, 1, 1)}
        case = open_case(actor=stranger, title="t", authorisation={**terms, "data_kinds": ["files", "pictures"]})
        exhibit = taken_in(stranger, case, {"a.txt": b"a"})
        with pytest.raises(NothingToScan):
            start_scan(actor=stranger, exhibit=exhibit, lists=known)


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """killed_at(n): the worker dies when it commits its n-th batch, once; batches hold one item."""
    monkeypatch.setattr(jobs.scans, "ITEMS", 1)
    real = running.Run.commit
    left: list[int] = []

    def commit(self: running.Run, **fields: Any) -> None:
        if left:
            left[0] -= 1
            if left[0] == 0:
                left.clear()
                raise Killed
        real(self, **fields)

    monkeypatch.setattr(running.Run, "commit", commit)
    return left.append


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 6, 7])
def test_a_killed_scan_goes_on_with_no_match_lost_and_none_twice(
    scanned: Scan, lead, at_once, killed_at: Callable[[int], None], batch: int
) -> None:
    expected = found()
    Match.objects.all().delete()
    killed_at(batch)
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    job = Job.objects.get(pk=made.job_id)
    assert (job.state, job.done) == ("running", batch - 1)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with at_once():
        assert take_up_stale_jobs() == 1
    made.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, job.error, made.read) == ("done", "", 6)
    assert found() == expected
    assert Match.objects.count() == len(expected)
    assert LogLine.objects.filter(action="scan.done", object=f"scan:{made.pk}").count() == 1


def test_several_decoders_find_the_same_killed_or_not(
    scanned: Scan, lead, at_once, killed_at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, sha256 = found(), scanned.signatures_sha256
    Match.objects.all().delete()
    monkeypatch.setattr(jobs.scans, "workers_for", lambda items: 2)
    killed_at(3)
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    Job.objects.filter(pk=made.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    with at_once():
        assert take_up_stale_jobs() == 1
    made.refresh_from_db()
    assert (made.read, found()) == (6, expected)
    assert made.signatures_sha256 == sha256  # what it saw is kept byte for byte as by one undisturbed process


def test_a_large_exhibit_gets_a_decoder_for_each_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert [jobs.scans.workers_for(items) for items in (0, 150, 250, 10**6)] == [1, 1, 2, 4]
    monkeypatch.setattr(jobs.scans, "config", lambda: {"scan_workers": 3})
    assert jobs.scans.workers_for(10**6) == 3


def test_the_page_says_what_was_not_read_and_why(scanned: Scan, lead, signed_in) -> None:
    page = signed_in(lead).get(f"/matches/scans/{scanned.pk}/").content.decode()
    assert "too plain to compare by what it shows; compared by its digests" in page
    assert "DCIM/other.jpg" in page
    assert scanned.signatures_sha256 in page
    assert scanned.skipped == {"picture-too-plain": 1}


def test_nothing_outside_the_authorisation_is_named(scanned: Scan, lead, at_once, signed_in) -> None:
    Authorisation.objects.update(data_kinds=["pictures"])
    with at_once():
        made = start_scan(actor=lead, exhibit=scanned.exhibit, lists=scanned.lists.all())
    page = signed_in(lead).get(f"/matches/scans/{made.pk}/").content.decode()
    assert "outside the authorisation: not read" in page
    assert "notes.txt" not in page


def test_restricted_items_are_still_compared_but_never_shown(scanned: Scan, lead, at_once, imported) -> None:
    Item.objects.update(item_class=Item.Class.RESTRICTED)
    with at_once():
        start_scan(actor=lead, exhibit=scanned.exhibit, lists=[imported(lead, name="Second")])
    assert Match.objects.filter(hash_list__name="Second").count() == 3
    with scopes_disabled():
        assert all(each.item.is_restricted for each in Match.objects.select_related("item"))
