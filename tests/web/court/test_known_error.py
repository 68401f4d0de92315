"""A near match says what was measured of its error, and the bundle holds the measurement."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amparo.bundle import verify
from amparo.media.robustness import known, known_error, table_digest
from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.court.compose import from_match
from amparo.web.court.jobs import bundle_folder
from amparo.web.court.models import Bundle, Finding
from amparo.web.exhibits.models import Exhibit
from amparo.web.matches.actions import import_list, review, start_scan
from amparo.web.matches.models import Match

#: The PDQ hash of bridge-mods/aaa-orig.jpg; the photo of these tests is that one, squeezed into a square.
BRIDGE = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


@pytest.fixture
def near(
    lead: Person, second: Person, case: Case, in_agency: None, photo: bytes, tmp_path: Path,
    taken_in: Callable[..., Exhibit], at_once: Callable[[], Any],
) -> Match:  # fmt: skip
    exhibit = taken_in(lead, case, {"DCIM/photo.jpg": photo})
    path = tmp_path / "list.csv"
    path.write_text(f"pdq,label\n{BRIDGE},bridge\n")
    made = import_list(actor=lead, path=path, name="Known", version="1", purpose="case-files", source="made up")
    with at_once():
        start_scan(actor=lead, exhibit=exhibit, lists=[made])
    match = Match.objects.get()
    for each in (lead, second):
        with at_once():
            review(actor=each, match=match, decision="confirm")
    return match


def test_the_finding_of_a_near_match_says_what_was_measured(near: Match) -> None:
    said = Finding.objects.get().value.known_error
    expected = known_error(31)
    assert said is not None
    assert expected is not None
    assert said.template == "pdq.measured-error"
    assert said.facts == expected._asdict()
    words = Finding.objects.get().against[-1]
    assert f"{expected.found} of {expected.copies} plain copies" in words
    assert expected.table in words


def test_where_nothing_was_measured_the_old_words_stand(near: Match) -> None:
    near.scan.threshold = 70
    said = from_match("F1", near, ["a", "b"], []).known_error
    assert said is not None
    assert (said.template, said.facts) == ("pdq.known-error", {"threshold": 70})


def test_the_bundle_holds_the_measurement(near: Match, built: Callable[..., Bundle]) -> None:
    folder = bundle_folder(built("en", "ar"))
    table = folder / "data/known-errors" / f"{table_digest()[:16]}.json"
    assert hashlib.sha256(table.read_bytes()).hexdigest() == table_digest()
    (finding,) = json.loads((folder / "data/findings.json").read_text())["findings"]
    assert finding["known_error"]["facts"]["table"] == table_digest()
    assert table_digest() in (folder / "data/report.en.html").read_text()
    assert table_digest() in (folder / "data/report.ar.html").read_text()
    assert verify(folder).ok


def test_a_measurement_that_is_no_longer_there_stops_no_bundle(
    near: Match, built: Callable[..., Bundle], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "measured.json"
    newer.write_text(json.dumps({"format": 1}))
    monkeypatch.setattr(known, "NEWEST", newer)
    folder = bundle_folder(built("en"))
    assert not (folder / "data/known-errors").exists()
    assert verify(folder).ok


def test_an_exact_match_has_no_such_error(confirmed: Callable[..., Match], built: Callable[..., Bundle]) -> None:
    confirmed()
    assert Finding.objects.get().value.known_error is None
    assert not (bundle_folder(built("en")) / "data/known-errors").exists()
