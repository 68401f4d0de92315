"""Importing deliveries: kept as they came, read once, nothing lost, nothing doubled."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope
from made_reports import ABOUT, a_zip, picture, report, with_file

from amparo.evidence import DiskFull
from amparo.exchange.tips import Tip as Read
from amparo.exchange.tips import TipFile as ReadFile
from amparo.exchange.tips import write_tip
from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.actions import agency_log
from amparo.web.audit.history import history, verify_log
from amparo.web.audit.models import LogLine
from amparo.web.common import jobs as running
from amparo.web.common.errors import NotAllowed
from amparo.web.common.jobs import take_up_stale_jobs
from amparo.web.common.models import Job
from amparo.web.exhibits.inbox import entries, inbox_of
from amparo.web.exhibits.storing import store_of
from amparo.web.matches.actions import import_list
from amparo.web.tips import importing, known
from amparo.web.tips.actions import import_from_inbox, import_upload, read_again
from amparo.web.tips.errors import DeliveryHereAlready, NothingDelivered
from amparo.web.tips.models import Delivery, Tip, TipFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_agency")]


def summary() -> list[tuple[Any, ...]]:
    """All that an import writes, without what differs between two runs."""
    return [
        (
            tip.position,
            tip.provider_report_id,
            tip.state,
            tip.rank,
            tip.reasons,
            tip.content_key,
            tip.known_files,
            sorted((file.name, file.sha256, file.pdq, file.compared) for file in tip.files.all()),
            sorted(tip.keys.values_list("purpose", "keyed_hash")),
        )
        for tip in Tip.objects.order_by("position").prefetch_related("files")
    ]


def test_one_tip_with_its_file_becomes_rows(delivered: Callable[..., Delivery], agency: Agency) -> None:
    made = delivered({"91/report.json": with_file("91", "a.png"), "91/a.png": picture(1)})
    assert (made.state, made.tips_read, made.files_read, made.skipped) == ("done", 1, 1, {})
    tip = Tip.objects.get()
    assert (tip.esp, tip.provider_report_id, tip.incident_kind) == ("ZapChat", "91", "enticement")
    file = tip.files.get()
    assert file.sha256 == hashlib.sha256(picture(1)).hexdigest()
    assert (file.viewed_by_provider, file.mime, len(file.pdq)) == (True, "image/png", 64)
    assert store_of(agency.pk).open(file.sha256).read() == picture(1)


def test_the_delivery_is_kept_as_it_came_and_recorded(delivered: Callable[..., Delivery], agency: Agency) -> None:
    made = delivered({"91.json": report("91")})
    assert store_of(agency.pk).open(made.sha256).read() == a_zip({"91.json": report("91")})
    said = [each.sentence for each in history(agency_id=agency.pk, object=f"delivery:{made.pk}")]
    assert said == [
        "had the delivery of tips read, compared and ranked",
        "took a delivery of tips in: every byte is stored and hashed",
    ]
    assert verify_log(agency_log(agency.pk)).ok


def test_hundreds_in_one_zip_are_one_row_each(delivered: Callable[..., Delivery]) -> None:
    inner = {f"{number}.zip": a_zip({"r.json": report(str(number))}) for number in range(100, 130)}
    made = delivered(inner)
    assert made.tips_read == Tip.objects.count() == 30
    assert sorted(Tip.objects.values_list("position", flat=True)) == list(range(1, 31))


def test_what_is_missing_unnamed_or_different_is_said(delivered: Callable[..., Delivery]) -> None:
    made = delivered(
        {
            "1/r.json": with_file("1001", "gone.png"),
            "2/r.json": with_file("1002", "b.png", md5="0" * 32),
            "2/b.png": picture(2),
            "2/more.png": picture(3),
        }
    )
    gone, differs = (Tip.objects.get(provider_report_id=number) for number in ("1001", "1002"))
    assert (gone.missing_files, gone.files.get().is_missing) == (1, True)
    assert [reason for _, reason, _ in differs.files.get(name="b.png").problems] == ["digest-differs"]
    assert differs.files.filter(name="more.png").exists()
    assert {"missing-file", "digest-differs"} <= made.skipped.keys()
    assert {reason for _, reason, _ in made.examples} == made.skipped.keys()


def test_the_report_in_a_second_form_is_no_file_that_nobody_viewed(delivered: Callable[..., Delivery]) -> None:
    tip = Read(provider_report_id="7100", esp="ZapChat", files=(ReadFile(name="a.png", viewed_by_provider=False),))
    same = b'{"reportId": "7100", "reporter": {"companyName": "ZapChat"}, "uploadedFiles": [{"fileName": "a.png"}]}'
    delivered({"7100/r.xml": write_tip(tip), "7100/r.json": same, "7100/a.png": picture(1)})
    viewed = dict(Tip.objects.get().files.values_list("name", "viewed_by_provider"))
    assert viewed == {"a.png": False, "r.json": True}


def test_a_bad_report_stops_nobody_else(delivered: Callable[..., Delivery]) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><report><reportId>&a;</reportId></report>'
    made = delivered({"bad.xml": bomb, "good/r.json": report("7007"), "cut.json": report("7008")[:80]})
    assert made.state == "done"
    assert list(Tip.objects.values_list("provider_report_id", flat=True)) == ["7007"]
    assert made.skipped_total >= 2


def test_a_delivery_without_any_tip_fails_and_stays(delivered: Callable[..., Delivery], agency: Agency) -> None:
    made = delivered({"holiday.png": picture(9)})
    assert made.state == "failed"
    assert "Z303" in made.error
    assert store_of(agency.pk).open(made.sha256).read()
    assert Job.objects.get(pk=made.job_id).error_code == "Z303"


def test_the_same_bytes_are_taken_in_once(delivered: Callable[..., Delivery]) -> None:
    delivered({"91.json": report("91")})
    with pytest.raises(DeliveryHereAlready):
        delivered({"91.json": report("91")})
    assert Delivery.objects.count() == 1


def test_one_form_posted_twice_makes_one_delivery(worker: Person, home: Path, at_once: Callable[[], Any]) -> None:
    data = a_zip({"91.json": report("91")})
    made = []
    for _ in range(2):
        with at_once():
            made.append(import_upload(actor=worker, files=[("d.zip", [data])], token="t" * 36, **ABOUT))
    assert made[0] == made[1]
    assert Tip.objects.count() == 1


def test_nothing_is_no_delivery(worker: Person, home: Path) -> None:
    for files in ([], [("empty.zip", [b""])]):
        with pytest.raises(NothingDelivered):
            import_upload(actor=worker, files=files, **ABOUT)


def test_a_report_and_its_files_uploaded_together(worker: Person, home: Path, at_once: Callable[[], Any]) -> None:
    files = [("r.json", [with_file("91", "a.png")]), ("a.png", [picture(1)])]
    with at_once():
        import_upload(actor=worker, files=files, **ABOUT)
    assert Tip.objects.get().files.get().sha256 == hashlib.sha256(picture(1)).hexdigest()


def test_a_manifest_somebody_uploads_opens_nothing_of_the_store(
    delivered: Callable[..., Delivery], worker: Person, at_once: Callable[[], Any]
) -> None:
    """Its lines could name files of another case by their digests."""
    stored = delivered({"91.json": report("91")})
    forged = b'{"amparo-folder":1}\n{"name":"r.zip","sha256":"' + stored.sha256.encode() + b'","size":9}\n'
    with at_once():
        made = import_upload(actor=worker, files=[("list.json", [forged])], **ABOUT)
    assert Delivery.objects.get(pk=made.pk).state == "failed"
    assert Tip.objects.count() == 1


def test_a_folder_from_the_inbox(worker: Person, agency: Agency, home: Path, at_once: Callable[[], Any]) -> None:
    place = inbox_of(agency) / "batch"
    for number in ("501", "502"):
        (place / number).mkdir(parents=True)
        (place / number / "r.json").write_bytes(with_file(number, "a.png"))
        (place / number / "a.png").write_bytes(picture(int(number)))
    with at_once():
        made = import_from_inbox(actor=worker, entry=entries(agency)[0].key, **ABOUT)
    made.refresh_from_db()
    assert (made.state, made.tips_read, made.files_read, made.name) == ("done", 2, 2, "batch")
    assert {each.sha256 for each in TipFile.objects.all()} == {
        hashlib.sha256(picture(number)).hexdigest() for number in (501, 502)
    }
    assert [each for each in (home / "inbox").iterdir() if each.name.startswith(".tips-")] == []


def test_files_are_compared_with_the_units_lists(
    delivered: Callable[..., Delivery], worker: Person, tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "list.csv"
    digest = hashlib.md5(picture(77)).hexdigest()
    path.write_text(f"md5,sha256,label\n,{hashlib.sha256(picture(5)).hexdigest()},B\n{digest},,A\n")
    import_list(actor=worker, path=path, name="Known", version="1", purpose="csam", source="Made up")
    delivered(
        {
            "1/r.json": with_file("1", "five.png"), "1/five.png": picture(5),
            "2/r.json": with_file("2", "six.png"), "2/six.png": picture(6),
            "3/r.json": with_file("3", "gone.png", md5=digest),
        }
    )  # fmt: skip
    known = {each.tip.provider_report_id: each.known for each in TipFile.objects.select_related("tip")}
    assert [(each["label"], each["signal"], each["distance"]) for each in known["1"]] == [("B", "sha256", 0)]
    assert known["2"] == []
    # It did not come, but what the report declares of it is known.
    assert [(each["label"], each["declared"]) for each in known["3"]] == [("A", True)]
    assert Tip.objects.get(provider_report_id="1").known_files == 1


def test_a_new_list_meets_the_tips_that_came_before_it(
    delivered: Callable[..., Delivery], worker: Person, tmp_path: Path, at_once: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    delivered(
        {
            "1/r.json": with_file("1", "five.png"), "1/five.png": picture(5),
            "2/r.json": with_file("2", "six.png"), "2/six.png": picture(6),
        }
    )  # fmt: skip
    before = Tip.objects.get(provider_report_id="1").rank
    path = tmp_path / "list.csv"
    path.write_text(f"pdq,label\n{TipFile.objects.get(name='five.png').pdq},A\n")
    monkeypatch.setattr(known, "scan", None)  # no file is read again
    with at_once():
        import_list(actor=worker, path=path, name="Late", version="1", purpose="csam", source="Made up")
    (found,) = TipFile.objects.get(name="five.png").known
    assert (found["name"], found["signal"], found["distance"]) == ("Late 1", "pdq", 0)
    tip = Tip.objects.get(provider_report_id="1")
    assert (tip.known_files, "known-severe" in tip.reasons) == (1, True)
    assert tip.rank != before
    assert TipFile.objects.get(name="six.png").known == []
    assert LogLine.objects.filter(action="tips.compared").count() == 1


@pytest.mark.parametrize("viewed", [False, None])
def test_the_policy_keeps_files_nobody_viewed_from_being_compared(
    delivered: Callable[..., Delivery], agency: Agency, viewed: bool | None
) -> None:
    agency.policy = {**agency.policy, "tips_compare_unviewed": False}
    agency.save()
    delivered({"1/r.json": with_file("1", "a.png", viewed=viewed), "1/a.png": picture(5)})
    file = TipFile.objects.get()
    assert (file.compared, file.pdq, file.known) == (False, "", [])
    assert file.sha256, "it is stored all the same"


def test_equal_bytes_are_hashed_once(
    delivered: Callable[..., Delivery], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    hashed: list[str] = []

    def counting(blobs: Any, *rest: Any, **more: Any) -> Any:
        listed = list(blobs)
        hashed.extend(each.name for each in listed)
        return real(listed, *rest, **more)

    real = known.scan
    monkeypatch.setattr(known, "scan", counting)
    delivered({f"{n}/{name}": data for n in (1, 2) for name, data in tip_of(n, picture(1)).items()})
    delivered(tip_of(3, picture(1)))
    assert len(hashed) == 1
    assert len(set(TipFile.objects.values_list("pdq", flat=True))) == 1


def tip_of(number: int, data: bytes) -> dict[str, bytes]:
    return {"r.json": with_file(str(number), "a.png"), "a.png": data}


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """killed_at(n): the worker dies when it commits its n-th batch, once; batches hold three tips."""
    monkeypatch.setattr(importing, "TIPS", 3)
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


@pytest.mark.parametrize("batch", [1, 2, 4, 5, 6])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    delivered: Callable[..., Delivery], killed_at: Callable[[int], None], at_once: Callable[[], Any], batch: int
) -> None:
    files = {f"{n}/{name}": data for n in range(12) for name, data in tip_of(n, picture(n % 5)).items()}
    files["no-report.txt"] = b"belongs to nobody"
    whole = delivered(files)
    expected, counts = summary(), (whole.tips_read, whole.files_read, whole.skipped, whole.examples)
    forget_all()
    killed_at(batch)
    cut = delivered(files)
    assert (cut.state, Tip.objects.count()) == ("ranking" if batch == 6 else "reading", min(12, 3 * (batch - 1)))
    Job.objects.filter(pk=cut.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    with at_once():
        assert take_up_stale_jobs() == 1
    cut.refresh_from_db()
    assert (cut.state, cut.tips_read, cut.files_read, cut.skipped, cut.examples) == ("done", *counts)
    assert summary() == expected
    assert LogLine.objects.filter(action="tips.imported", object=f"delivery:{cut.pk}").count() == 1


def test_a_reading_that_failed_goes_on_where_it_was(
    delivered: Callable[..., Delivery], worker: Person, at_once: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another job goes on: the delivery says how much of it has rows."""
    monkeypatch.setattr(importing, "TIPS", 3)
    real, calls = importing.Importer._write, []

    def full(self: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise DiskFull(written=0)
        real(self)

    monkeypatch.setattr(importing.Importer, "_write", full)
    made = delivered({f"{number}.json": report(str(number)) for number in range(100, 112)})
    assert (made.state, made.tips_read, "E" in made.error) == ("failed", 6, True)
    with at_once():
        read_again(actor=worker, delivery=made)
    made.refresh_from_db()
    assert (made.state, made.tips_read, made.error, Tip.objects.count()) == ("done", 12, "", 12)
    with at_once():
        read_again(actor=worker, delivery=made)
    assert Job.objects.filter(kind="tips.import").count() == 2


def forget_all() -> None:
    Tip.objects.update(incident=None, duplicate_of=None, version_of=None)
    Tip.objects.all().delete()
    Delivery.objects.all().delete()


def test_who_may_import(person: Callable[..., Person], home: Path) -> None:
    for role in ("analyst", "prosecutor", "overseer", "administrator"):
        with pytest.raises(NotAllowed):
            import_upload(actor=person(role), files=[("d.zip", [b"x"])], **ABOUT)
        with pytest.raises(NotAllowed):
            import_from_inbox(actor=person(role), entry="0", **ABOUT)


def test_another_agency_shares_nothing(
    delivered: Callable[..., Delivery], person: Callable[..., Person], other_agency: Agency
) -> None:
    """The same report in two agencies is no duplicate: neither learns of the other's."""
    delivered({"91.json": report("91")})
    stranger = person("investigator", username="zoe", at=other_agency)
    delivered({"91.json": report("91")}, actor=stranger)
    with scope(agency=other_agency):
        tip = Tip.objects.get()
        assert (tip.state, tip.number[-4:]) == ("new", "0001")
        assert tip.incident_id is None
