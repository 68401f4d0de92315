"""A worker killed anywhere while cataloguing: continued, the catalogue is byte for byte what one run makes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.common.jobs import run_job
from amparo.web.common.models import Job
from amparo.web.exhibits import cataloguing
from amparo.web.exhibits.actions import CHECK, check_again, deposit_file
from amparo.web.exhibits.models import Catalogue, Exhibit
from amparo.web.exhibits.storing import store_of

pytestmark = pytest.mark.usefixtures("in_agency")


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is tidied up in the database."""


@pytest.mark.parametrize("dies_at", [1, 3, 4, 7, 8])
def test_killed_and_continued_equals_one_run(
    lead: Person, case: Case, zipped: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(cataloguing, "ROWS", 2)
    data = zipped({f"{n}.txt": b"%d" % n for n in range(7)})
    exhibit = deposit_file(actor=lead, case=case, files=[("a.zip", [data])], label="x")
    job = Job.objects.get(kind="exhibits.catalogue")
    calls = 0
    real = cataloguing.catalogue_row

    def dying(found: object) -> object:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise Killed
        return real(found)

    monkeypatch.setattr(cataloguing, "catalogue_row", dying)
    with pytest.raises(Killed):
        run_job.call(str(job.pk))
    Job.objects.filter(pk=job.pk).update(lease_until="2026-01-01T00:00:00Z")  # the lease ran out
    run_job.call(str(job.pk))
    made = Catalogue.objects.get(exhibit=exhibit)
    assert (made.items, made.rows) == (8, 8)
    rows = list(cataloguing.read_catalogue(folder("catalogues") / made.path))
    assert [row.path for row in rows] == ["@0", *map(str, range(7))]
    assert rows[0].display == Exhibit.objects.get().files.get().name
    assert not cataloguing.parts_of(exhibit).exists()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 8)


def test_a_store_file_that_changed_is_found_and_said(
    deposited: Callable[..., Exhibit], lead: Person, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    exhibit = deposited({"a.txt": b"hello"})
    path = store_of(exhibit.case.agency_id).path(exhibit.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"hello", b"hullo"))
    with django_capture_on_commit_callbacks(execute=True):
        check_again(actor=lead, exhibit=exhibit)
    exhibit.refresh_from_db()
    assert exhibit.state == "incomplete"
    assert [each["code"] for each in exhibit.problems] == ["E203"]
    assert Job.objects.filter(kind=CHECK).count() == 2


def test_segments_uploaded_in_any_order_are_one_image(lead: Person, case: Case, shared: Path) -> None:
    images = shared / "evidence" / "images"
    files = [(name, [(images / name).read_bytes()]) for name in ("email_test.E03", "email_test.E01", "email_test.E04")]
    files.append(("email_test.E02", [(images / "email_test.E02").read_bytes()]))
    exhibit = deposit_file(actor=lead, case=case, files=files, label="Mail")
    assert [each.name[-3:] for each in exhibit.files.all()] == ["E01", "E02", "E03", "E04"]
    run_job.call(str(Job.objects.get(kind=CHECK).pk))
    exhibit.refresh_from_db()
    assert (exhibit.kind, exhibit.state, exhibit.hash_verified) == ("disk-image", "sealed", "yes")
    assert exhibit.computed_hashes["md5"] == "b817ed2590eeeb39f42445088d369f6c"


def test_a_missing_segment_is_said(lead: Person, case: Case, shared: Path) -> None:
    images = shared / "evidence" / "images"
    files = [(name, [(images / name).read_bytes()]) for name in ("email_test.E01", "email_test.E02", "email_test.E04")]
    exhibit = deposit_file(actor=lead, case=case, files=files, label="Mail")
    assert exhibit.state == "incomplete"
    assert "segment 3 is missing" in exhibit.problems[0]["facts"]["problem"]
