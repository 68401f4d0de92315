"""What closes an item: the restricted class by digest, the authorisation, files that no provider viewed."""

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest

from amparo.web.accounts.models import Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.actions import authorise
from amparo.web.cases.models import Authorisation, Case
from amparo.web.exhibits import rules
from amparo.web.exhibits.actions import mark_restricted, open_item, take_item
from amparo.web.exhibits.catalogue import item_row, items_page, unsaved_row
from amparo.web.exhibits.errors import ItemClosed, NoSuchItem
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.sources import open_places

pytestmark = pytest.mark.usefixtures("in_agency")


def packed(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", data)
    return buffer.getvalue()


def test_an_item_is_opened_and_read_at_its_path(deposited: Callable[..., Exhibit], lead: Person) -> None:
    exhibit = deposited({"a.txt": b"hello", "b.txt": b"world"})
    item, blob = open_item(actor=lead, exhibit=exhibit, path="1")
    assert (item.display, blob.read(99)) == ("b.txt", b"world")
    _, before = open_item(actor=lead, exhibit=exhibit, path="0")
    assert before.read(99) == b"hello"  # it lies before the one that was read last
    assert LogLine.objects.filter(action="item.opened", object="EX1/1").count() == 1


def test_restricted_bytes_are_closed_wherever_they_lie(deposited: Callable[..., Exhibit], lead: Person) -> None:
    first = deposited({"a.bin": b"\x00bad", "b.txt": b"fine"})
    second = deposited({"copy.bin": b"\x00bad", "in.zip": packed(b"\x00bad"), "fine.txt": b"fine"})
    other = item_row(second, "0")
    mark_restricted(actor=lead, item=item_row(first, "0"), why="known material")
    other.refresh_from_db()
    assert other.is_restricted
    assert rules.why_closed(unsaved_row(second, "0")) == rules.RESTRICTED
    assert rules.why_closed(unsaved_row(second, "1|0")) == rules.RESTRICTED
    assert rules.why_closed(unsaved_row(second, "1")) == rules.HOLDS_RESTRICTED
    assert rules.why_closed(unsaved_row(second, "@0")) == rules.HOLDS_RESTRICTED
    assert rules.readable(lead, unsaved_row(second, "2"))
    for path in ("0", "1", "@0"):
        with pytest.raises(ItemClosed):
            take_item(actor=lead, exhibit=second, path=path, reason="r")
    assert LogLine.objects.filter(action="item.stopped").count() == 3


def test_a_job_gets_no_bytes_of_closed_items(deposited: Callable[..., Exhibit], lead: Person) -> None:
    exhibit = deposited({"a.bin": b"\x00bad", "b.txt": b"fine"})
    mark_restricted(actor=lead, item=item_row(exhibit, "0"), why="known material")
    places = {each.path: each for each in open_places(exhibit, rules.allowance(exhibit))}
    assert (places["0"].blob, places["0"].closed) == (None, "restricted")
    found = {
        each.path: each.blob.read(9)
        for each in open_places(exhibit, rules.allowance(exhibit), with_restricted=True)
        if each.blob and each.path != "@0"
    }
    assert found == {"0": b"\x00bad", "1": b"fine"}


def test_the_walk_goes_on_after_any_place(deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({f"{n}.txt": b"%d" % n for n in range(5)})
    everything = [each.path for each in open_places(exhibit, rules.allowance(exhibit))]
    for after in range(len(everything) + 1):
        rest = [each.path for each in open_places(exhibit, rules.allowance(exhibit), after=after)]
        assert rest == everything[after:]


def test_dates_of_the_authorisation_close_items_and_count_them(
    deposited: Callable[..., Exhibit], case: Case, lead: Person
) -> None:
    exhibit = deposited({"a.txt": b"hello"})
    assert items_page(exhibit, rules.allowance(exhibit)).outside == 0
    Authorisation.objects.filter(case=case).update(items_from=date(2026, 1, 1), items_to=date(2026, 12, 31))
    page = items_page(exhibit, rules.allowance(exhibit))
    # A zip knows no zone, so its times are no instants: an unknown date is outside.
    assert (page.total, page.outside) == (0, 2)
    with pytest.raises(ItemClosed):
        open_item(actor=lead, exhibit=exhibit, path="0")


def test_an_authorisation_for_another_exhibit_opens_nothing(deposited: Callable[..., Exhibit], case: Case) -> None:
    exhibit = deposited({"a.txt": b"hello"})
    Authorisation.objects.filter(case=case).update(exhibits=["EX9"])
    assert rules.why_closed(unsaved_row(exhibit, "0")) == rules.OUTSIDE
    assert items_page(exhibit, rules.allowance(exhibit)).outside == 2


def test_files_no_provider_viewed_stay_closed_until_allowed(
    deposited: Callable[..., Exhibit], case: Case, lead: Person
) -> None:
    exhibit = deposited({"a.txt": b"hello"}, provider="unviewed")
    assert rules.why_closed(unsaved_row(exhibit, "0")) == rules.UNVIEWED
    authorise(
        actor=lead, case=case, kind="court-order", reference="W-1", issuer="Court", valid_from=date(2026, 1, 1),
        data_kinds=["files"], unviewed_files=True,
    )  # fmt: skip
    assert rules.why_closed(unsaved_row(exhibit, "0")) is None


def test_somebody_outside_the_case_reads_nothing(
    deposited: Callable[..., Exhibit], person: Callable[..., Person]
) -> None:
    exhibit = deposited({"a.txt": b"hello"})
    assert not rules.readable(person("investigator"), unsaved_row(exhibit, "0"))


def test_an_unknown_path_is_no_item(deposited: Callable[..., Exhibit]) -> None:
    with pytest.raises(NoSuchItem):
        unsaved_row(deposited({"a.txt": b"hello"}), "9")


def test_the_page_filters_and_counts(deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"Notes.TXT": b"hello", "b_%.txt": b"x", "p.png": b"\x89PNG\r\n\x1a\n"})
    allowed = rules.allowance(exhibit)
    assert [row.display for row in items_page(exhibit, allowed, text="notes").rows] == ["Notes.TXT"]
    assert [row.display for row in items_page(exhibit, allowed, text="_%").rows] == ["b_%.txt"]
    assert [row.display for row in items_page(exhibit, allowed, kind="pictures").rows] == ["p.png"]
    assert items_page(exhibit, allowed, number=99).number == 1


def test_a_row_is_saved_once(deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"a.txt": b"hello"})
    assert item_row(exhibit, "0") == item_row(exhibit, "0")
    assert Item.objects.count() == 1
