"""Lists come in with their purpose; bad lines are left out, counted and shown; the walls hold."""

import pytest

from amparo.media import NotAHashList
from amparo.web.audit.models import LogLine
from amparo.web.common.errors import NotAllowed
from amparo.web.common.home import folder
from amparo.web.matches.actions import import_list, withdraw_list
from amparo.web.matches.errors import ListMayNotMeet, ListRefused
from amparo.web.matches.models import HashList


def indexes() -> list[str]:
    return [path.name for path in folder("index").glob("*/*")]


def test_bad_lines_are_left_out_counted_and_shown(imported, lead, signed_in) -> None:
    made = imported(lead, "xyz,,bad digest", ",,no digest", "a" * 64 + ",,fine")
    assert (made.entries, made.skipped, made.skipped_total) == (2, {"bad-digest": 1, "no-digest": 1}, 2)
    page = signed_in(lead).get(f"/matches/lists/{made.pk}/").content.decode()
    assert "line 3" in page
    assert "bad-digest" in page
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


def test_import_by_the_form(lead, home, list_file, signed_in) -> None:
    client = signed_in(lead)
    with list_file("bad,,line").open("rb") as upload:
        fields = {"name": "Known", "version": "1", "source": "x", "purpose": "csam", "format": "csv", "file": upload}
        answer = client.post("/matches/lists/import/", fields)
    assert answer.status_code == 302
    assert "1" in client.get(answer["Location"]).content.decode()
    with list_file().open("rb") as upload:
        again = client.post("/matches/lists/import/", {**fields, "file": upload})
    assert again.status_code == 400
    assert "W701" in again.content.decode()


def test_a_withdrawn_list_is_not_used_again(imported, lead, signed_in) -> None:
    made = imported(lead)
    assert signed_in(lead).post(f"/matches/lists/{made.pk}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.withdrawn is not None
    withdraw_list(actor=lead, hash_list=made)  # a second time changes nothing
    assert LogLine.objects.filter(action="list.withdrawn").count() == 1
