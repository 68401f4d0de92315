"""Deposit, seal, check, catalogue: what is stored, what the custody log says, what goes wrong."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from amparo.evidence import DiskFull, ExhibitAltered
from amparo.web.accounts.models import Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Case
from amparo.web.common.errors import NotAllowed
from amparo.web.common.home import folder
from amparo.web.exhibits import inbox
from amparo.web.exhibits.actions import deposit_file, deposit_from_inbox, deposit_path
from amparo.web.exhibits.errors import NothingToDeposit, NotInTheInbox, SourceGone
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.exhibits.storing import store_of

pytestmark = pytest.mark.usefixtures("in_agency")


def actions_of(exhibit: Exhibit) -> list[str]:
    return list(LogLine.objects.filter(object=f"exhibit:{exhibit.pk}").order_by("seq").values_list("action", flat=True))


def test_a_zip_is_stored_sealed_checked_and_catalogued(deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"a.txt": b"hello", "b.txt": b"world"})
    assert (exhibit.number, exhibit.kind, exhibit.state) == ("EX1", "zip", "sealed")
    assert exhibit.hash_verified == "absent"
    stored = store_of(exhibit.case.agency_id).path(exhibit.sha256).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == exhibit.sha256
    assert exhibit.catalogue.items == 3  # the zip's own bytes, and two members
    assert actions_of(exhibit) == [
        "exhibit.deposited", "exhibit.sealed", "exhibit.checked", "exhibit.catalogued", "sightings.extracted",
    ]  # fmt: skip


def test_a_wrong_declared_digest_stores_nothing_and_makes_no_exhibit(lead: Person, case: Case) -> None:
    with pytest.raises(ExhibitAltered):
        deposit_file(actor=lead, case=case, files=[("a.bin", [b"abc"])], label="x", declared_sha256="0" * 64)
    assert not Exhibit.objects.exists()
    assert hashlib.sha256(b"abc").hexdigest() not in store_of(case.agency_id)


def test_a_right_declared_digest_in_capitals_is_right(lead: Person, case: Case) -> None:
    declared = f" {hashlib.sha256(b'abc').hexdigest().upper()} "
    made = deposit_file(actor=lead, case=case, files=[("a.bin", [b"abc"])], label="x", declared_sha256=declared)
    assert made.sha256 == hashlib.sha256(b"abc").hexdigest()


def test_the_same_form_twice_makes_one_exhibit(lead: Person, case: Case) -> None:
    first = deposit_file(actor=lead, case=case, files=[("a.bin", [b"abc"])], label="x", token="t1")
    again = deposit_file(actor=lead, case=case, files=[("a.bin", [b"abc"])], label="x", token="t1")
    assert first == again
    assert Exhibit.objects.count() == 1


def test_a_full_disk_makes_no_exhibit(lead: Person, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise DiskFull(written=3)

    monkeypatch.setattr("amparo.evidence.Store.put", full)
    with pytest.raises(DiskFull):
        deposit_file(actor=lead, case=case, files=[("a.bin", [b"abc"])], label="x")
    assert not Exhibit.objects.exists()


def test_no_file_is_refused(lead: Person, case: Case) -> None:
    with pytest.raises(NothingToDeposit):
        deposit_file(actor=lead, case=case, files=[], label="x")


def test_an_analyst_may_not_deposit(case: Case, person: Callable[..., Person]) -> None:
    with pytest.raises(NotAllowed):
        deposit_file(actor=person("analyst"), case=case, files=[("a", [b"a"])], label="x")


def test_a_folder_keeps_its_names_and_follows_no_link(
    lead: Person, case: Case, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"outside")
    stick = tmp_path / "stick"
    (stick / "sub").mkdir(parents=True)
    (stick / "sub" / "a.txt").write_bytes(b"hello")
    (stick / "link").symlink_to(secret)
    with django_capture_on_commit_callbacks(execute=True):
        exhibit = deposit_path(actor=lead, case=case, path=stick)
    exhibit.refresh_from_db()
    assert (exhibit.kind, exhibit.label, exhibit.size) == ("folder", "stick", 5)
    found = Catalogue.objects.get(exhibit=exhibit)
    assert (found.items, found.skipped) == (1, {"link": 1})
    assert hashlib.sha256(b"outside").hexdigest() not in store_of(case.agency_id)


def test_a_missing_path_says_so(lead: Person, case: Case, tmp_path: Path) -> None:
    with pytest.raises(SourceGone):
        deposit_path(actor=lead, case=case, path=tmp_path / "nothing")


def test_the_inbox_gives_only_what_lies_in_it(
    lead: Person, case: Case, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    place = inbox.inbox_of(case.agency)
    assert place.parent == folder("inbox")
    (tmp_path / "secret").write_bytes(b"s")
    (place / "link").symlink_to(tmp_path / "secret")
    (place / ".hidden").write_bytes(b"h")
    (place / "disk.E01").write_bytes(b"1")
    (place / "disk.E02").write_bytes(b"2")
    (place / "notes.txt").write_bytes(b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
    assert [each.name for each in inbox.entries(case.agency)] == ["disk.E01", "notes.txt"]
    with pytest.raises(NotInTheInbox):
        deposit_from_inbox(actor=lead, case=case, entry="../secret", label="x", token="t")
    notes = inbox.entries(case.agency)[1]
    with django_capture_on_commit_callbacks(execute=True):
        made = deposit_from_inbox(actor=lead, case=case, entry=notes.key, label="Notes", token="t")
        assert made.state == "depositing"
    made.refresh_from_db()
    assert (made.state, made.sha256) == ("sealed", hashlib.sha256(b"1BoatSLRHtKNngkdXEeobR76b53LETtpyT").hexdigest())
    assert deposit_from_inbox(actor=lead, case=case, entry=notes.key, label="Notes", token="t") == made


def test_an_uploaded_file_that_looks_like_a_manifest_opens_no_other_exhibit(
    lead: Person,
    case: Case,
    deposited: Callable[..., Exhibit],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    other = deposited({"a.txt": b"of another case"})
    forged = b'{"amparo-folder":1}\n{"name":"a","sha256":"%s","size":5}\n' % other.sha256.encode()
    with django_capture_on_commit_callbacks(execute=True):
        made = deposit_file(actor=lead, case=case, files=[("m", [forged])], label="x")
    made.refresh_from_db()
    assert (made.kind, Catalogue.objects.get(exhibit=made).items) == ("file", 1)


@pytest.fixture
def nps(shared: Path) -> Path:
    return shared / "evidence" / "images" / "nps-2010-emails.E01"


def test_a_real_image_matches_its_stored_hash(
    lead: Person, case: Case, nps: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        exhibit = deposit_path(actor=lead, case=case, path=nps)
    exhibit.refresh_from_db()
    assert (exhibit.kind, exhibit.state, exhibit.hash_verified) == ("disk-image", "sealed", "yes")
    assert exhibit.stored_hashes["md5"] == exhibit.computed_hashes["md5"]
    assert Catalogue.objects.get(exhibit=exhibit).items > 10


def test_a_truncated_image_is_kept_as_incomplete_and_says_why(
    lead: Person, case: Case, nps: Path, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    cut = tmp_path / "cut.E01"
    shutil.copyfile(nps, cut)
    with cut.open("rb+") as file:
        file.truncate(cut.stat().st_size // 2)
    with django_capture_on_commit_callbacks(execute=True):
        exhibit = deposit_path(actor=lead, case=case, path=cut)
    exhibit.refresh_from_db()
    assert exhibit.state == "incomplete"
    assert exhibit.problems
    assert "exhibit.incomplete" in actions_of(exhibit)


def test_a_full_disk_leaves_the_inbox_deposit_failed_and_says_so(
    lead: Person,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    (inbox.inbox_of(case.agency) / "notes.txt").write_bytes(b"hello")

    def full(*args: object, **kwargs: object) -> None:
        raise DiskFull(written=3)

    monkeypatch.setattr("amparo.evidence.Store.put", full)
    key = inbox.entries(case.agency)[0].key
    with django_capture_on_commit_callbacks(execute=True):
        made = deposit_from_inbox(actor=lead, case=case, entry=key, label="Notes", token="t")
    made.refresh_from_db()
    assert (made.state, [each["code"] for each in made.problems]) == ("failed", ["E202"])
    assert actions_of(made) == ["exhibit.deposited", "exhibit.failed"]


def test_a_zip_that_climbs_is_read_and_never_written(deposited: Callable[..., Exhibit], tmp_path: Path) -> None:
    exhibit = deposited({"../../evil.txt": b"evil", "ok.txt": b"ok"})
    assert exhibit.catalogue.items == 3
    assert not list(tmp_path.rglob("evil.txt"))
