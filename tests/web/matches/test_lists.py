"""Lists come in with their purpose; bad lines are left out, counted and shown; the walls hold."""

import contextlib
import os
import shutil
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from amparo.media import Index, NotAHashList
from amparo.media.lists.known_good import KNOWN_GOOD
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.common.home import folder
from amparo.web.common.jobs import run_job
from amparo.web.common.models import Job
from amparo.web.exhibits.inbox import entries as inbox_entries
from amparo.web.exhibits.inbox import inbox_of
from amparo.web.matches import harmless
from amparo.web.matches.actions import import_list, index_folder, withdraw_list
from amparo.web.matches.actions.lists import begin_import, incoming_folder
from amparo.web.matches.errors import ListMayNotMeet, ListRefused
from amparo.web.matches.models import HashList, ListImport


def indexes() -> list[str]:
    return [path.name for path in folder("index").glob("*/*")]


def test_bad_lines_are_left_out_counted_and_shown(imported, lead, signed_in) -> None:
    made = imported(lead, "xyz,,bad digest", ",,no digest", "a" * 64 + ",,fine")
    assert (made.entries, made.skipped, made.skipped_total) == (2, {"bad-digest": 1, "no-digest": 1}, 2)
    page = signed_in(lead).get(f"/matches/lists/{made.pk}/").content.decode()
    assert "line 3" in page
    assert "a digest of the wrong length" in page
    line = LogLine.objects.get(action="list.imported")
    assert (line.case_id, line.actor_id) == (None, lead.pk)


@pytest.mark.parametrize("purpose", ["training", "curiosity", ""])
def test_a_real_agency_takes_no_training_list_and_none_without_a_purpose(imported, lead, purpose) -> None:
    with pytest.raises(ListMayNotMeet):
        imported(lead, purpose=purpose)
    assert not HashList.objects.exists()


def test_an_exercise_takes_training_lists_only(imported, exercise_agency, person) -> None:
    trainer = person("trainer", at=exercise_agency)
    with pytest.raises(ListMayNotMeet):
        imported(trainer)
    assert imported(trainer, purpose="training").agency == exercise_agency


def test_the_same_version_comes_in_once(imported, lead) -> None:
    imported(lead)
    with pytest.raises(ListRefused):
        imported(lead)
    assert imported(lead, version="2").version == "2"
    assert len(indexes()) == 2


def test_what_is_no_list_leaves_nothing(lead, home, in_agency, tmp_path) -> None:
    path = tmp_path / "list.csv"
    about = {"name": "n", "version": "1", "purpose": "csam", "source": "s"}
    path.write_bytes(b"\xff\xd8 a picture")
    with pytest.raises(NotAHashList):
        import_list(actor=lead, path=path, **about)
    path.write_text("sha256,label\nzz,bad\n")
    with pytest.raises(ListRefused):
        import_list(actor=lead, path=path, **about)
    assert not HashList.objects.exists()
    assert indexes() == []


def test_an_analyst_imports_no_list(imported, person, case) -> None:
    with pytest.raises(NotAllowed):
        imported(person("analyst"))


def test_lists_of_another_agency_are_not_there(imported, lead, other_agency, person, signed_in) -> None:
    made = imported(lead)
    stranger = signed_in(person("investigator", at=other_agency))
    foreign = stranger.get(f"/matches/lists/{made.pk}/")
    missing = stranger.get(f"/matches/lists/{case_free_id()}/")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert made.name not in stranger.get("/matches/lists/").content.decode()


def case_free_id() -> str:
    return "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def sent(lead, home, in_agency, list_file, signed_in, at_once) -> Callable[..., HttpResponse]:
    """sent("bad,,line", version="2"): the answer of the import form, its job done."""
    client = signed_in(lead)

    def send(*lines: str, **more: str) -> HttpResponse:
        fields = {"name": "Known", "version": "1", "source": "x", "purpose": "csam", "format": "", **more}
        with list_file(*lines).open("rb") as upload, at_once():
            answer = client.post("/matches/lists/import/", {"file": upload, **fields})
        return client.get(answer["Location"], follow=True) if answer.status_code == 302 else answer

    return send


def test_import_by_the_form(sent) -> None:
    answer = sent("bad,,line", "a" * 64 + ",,one", "a" * 64 + ",,two", licence="For this unit only")
    made = HashList.objects.get()
    assert answer.redirect_chain[-1][0] == f"/matches/lists/{made.pk}/"
    page = answer.content.decode()
    for words in ("a digest of the wrong length", "For this unit only", made.source_sha256, "one, two", "csv"):
        assert words in page
    assert (made.entries, made.skipped_total, made.conflicts) == (3, 1, 1)
    manifest = Index.open(index_folder(made)).facts
    assert manifest == {
        "list": "Known", "version": "1", "purpose": "csam", "source": "x", "licence": "For this unit only",
        "source_sha256": made.source_sha256,
    }  # fmt: skip
    again = sent()
    assert again.status_code == 400
    assert "W701" in again.content.decode()
    assert not list(folder("index").rglob("list.csv"))


def test_a_new_version_stands_beside_the_older_one(sent) -> None:
    sent()
    page = sent(version="2").content.decode()
    older = HashList.objects.get(version="1")
    assert f"/matches/lists/{older.pk}/" in page
    assert set(indexes()) == {str(pk) for pk in HashList.objects.values_list("pk", flat=True)}


@pytest.fixture
def begun(lead, home, in_agency, list_file) -> Callable[..., ListImport]:
    def begin(*lines: str, **more: str) -> ListImport:
        about = {"name": "Known", "version": "1", "source": "x", "purpose": "csam", **more}
        return begin_import(actor=lead, path=list_file(*lines), **about)

    return begin


class Killed(BaseException):
    """What kill -9 looks like from inside: no handler of ours sees it."""


@pytest.mark.parametrize("where", ["read_in", "keep_list", "shutil.rmtree"])
def test_a_killed_import_starts_over_and_makes_one_list(begun, at_once, monkeypatch, where) -> None:
    """Killed before, between and after the index and its row; what was left in its place is cleared away."""
    asked = begun()

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        name = f"amparo.web.matches.jobs.imports.{where}"
        patched.setattr(name, dies)
        with contextlib.suppress(Killed):
            run_job.call(str(asked.job_id))
    Job.objects.filter(pk=asked.job_id).update(lease_until=timezone.now() - timedelta(seconds=1))
    run_job.call(str(asked.job_id))
    made = HashList.objects.get()
    assert (made.pk, made.entries, Job.objects.get().state) == (asked.pk, 1, "done")
    assert Index.open(index_folder(made), check=True).digest == made.index_digest
    assert LogLine.objects.filter(action="list.imported").count() == 1


def test_a_file_that_breaks_off_leaves_no_list_and_keeps_the_older_version(begun, lead, tmp_path, at_once) -> None:
    with at_once():
        begun()
    (older,) = indexes()[:1]
    start = '{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media","value":['
    record = '{"MediaID":%d,"Category":1,"MD5":"%032x"}'
    path = tmp_path / "cut.json"
    path.write_text(start + ",".join(record % (each, each) for each in range(90)) + "]}")
    about = {"name": "Known", "version": "2", "source": "x", "purpose": "csam", "format": "vics-1.3"}
    with at_once():
        asked = begin_import(actor=lead, path=path, **about)
        os.truncate(incoming_folder(asked) / "cut.json", 5000)
    job = Job.objects.get(pk=asked.job_id)
    assert (job.state, job.error_code) == ("failed", "M011")
    assert [each.version for each in HashList.objects.all()] == ["1"]
    assert not list(folder("index").rglob("cut.json"))
    assert older in indexes()


def test_an_import_of_another_agency_is_not_there(begun, other_agency, person, signed_in) -> None:
    asked = begun()
    stranger = signed_in(person("investigator", at=other_agency))
    assert stranger.get(f"/matches/lists/coming/{asked.pk}/").status_code == 404
    assert "Known" not in stranger.get("/matches/lists/").content.decode()


def test_a_file_whose_import_is_over_is_swept_away_and_one_that_is_gone_is_said(begun, at_once) -> None:
    with at_once():
        first = begun()
    place = incoming_folder(first)
    place.mkdir()
    (place / "list.csv").write_text("left by a worker that died at the very end")
    second = begun(version="2")
    assert not place.exists()
    assert incoming_folder(second).exists()
    shutil.rmtree(incoming_folder(second))
    run_job.call(str(second.job_id))
    job = Job.objects.get(pk=second.job_id)
    assert (job.state, job.error_code) == ("failed", "W701")


def test_imports_on_their_way_stand_on_the_page(begun, lead, signed_in, at_once) -> None:
    asked = begun()
    page = signed_in(lead).get("/matches/lists/").content.decode()
    assert f"/jobs/{asked.job_id}/" in page


def test_illegal_material_is_no_list_of_harmless_files(lead, home, in_agency, tmp_path) -> None:
    path = tmp_path / "list.json"
    start = '{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media","value":['
    path.write_text(start + '{"MediaID":1,"MD5":"' + "0" * 32 + '"}]}')
    with pytest.raises(ListRefused, match="never harmless"):
        begin_import(actor=lead, path=path, name="n", version="1", source="s", purpose="known-good", format="vics-1.3")
    assert path.exists()


def test_a_withdrawn_list_is_not_used_again(imported, lead, signed_in) -> None:
    made = imported(lead)
    assert signed_in(lead).post(f"/matches/lists/{made.pk}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.withdrawn is not None
    withdraw_list(actor=lead, hash_list=made)  # a second time changes nothing
    assert LogLine.objects.filter(action="list.withdrawn").count() == 1


@pytest.mark.parametrize("form", list(KNOWN_GOOD), ids=lambda form: form.name)
def test_a_list_of_harmless_files_is_kept_as_it_came_and_looked_up(form, lead, home, in_agency, tmp_path) -> None:
    example = form.examples()[0]
    path = tmp_path / "system.bin"
    path.write_bytes(example.data)
    about = {"actor": lead, "path": path, "name": "System", "version": "1", "source": "s"}
    with pytest.raises(ListRefused, match="harmless"):
        import_list(**about, purpose="csam")
    made = import_list(**about, purpose="known-good")
    assert (made.format, made.is_known_good, made.index_digest) == (form.name, True, made.source_sha256)
    assert made.entries > 0
    nothing = {"md5": "0" * 32, "sha1": "0" * 40, "sha256": "0" * 64}
    with harmless.opened([(made, index_folder(made))]) as known:
        assert known.holds(**{**nothing, **example.listed})
        assert not known.holds(**{**nothing, **example.unlisted})


def test_a_list_may_lie_in_the_unit_s_inbox_on_the_server(sent, lead, agency, other_agency, list_file, at_once) -> None:
    for unit in (agency, other_agency):
        shutil.copy(list_file(), inbox_of(unit) / f"{unit.slug}.csv")
    assert sent(file="").status_code == 400
    (entry,) = inbox_entries(agency)
    (foreign,) = inbox_entries(other_agency)
    assert sent(file="", inbox=foreign.key).status_code == 400
    assert sent(inbox=entry.key).status_code == 400  # one of the two
    sent(file="", inbox=entry.key)
    assert HashList.objects.get().entries == 1
    assert (inbox_of(agency) / "north.csv").exists()


def test_no_purpose_stands_chosen(lead, home, in_agency, signed_in) -> None:
    """A list of illegal material that somebody takes in as harmless by not looking would hide what it knows."""
    page = signed_in(lead).get("/matches/lists/import/").content.decode()
    options = page.split('name="purpose"')[1].split("</select>")[0]
    assert options.index('value=""') < options.index('value="csam"')
    assert "selected" not in options.replace('<option value="" selected', "")


def test_a_list_without_a_purpose_is_refused_by_the_form(sent) -> None:
    assert sent("a" * 64 + ",,one", purpose="").status_code == 400
    assert not HashList.objects.exists()
