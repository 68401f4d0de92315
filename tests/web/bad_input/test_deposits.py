"""Bad files through the deposit form: each is taken or refused with its words, and no byte handed in is lost."""

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.media.helpers import png_claiming
from tests.web.bad_input.conftest import sha256

from amparo.web.accounts.models import Person
from amparo.web.cases.models import Case
from amparo.web.common.models import Job
from amparo.web.exhibits.models import Exhibit
from amparo.web.exhibits.storing import store_of
from amparo.web.matches.models import HashList, Match

pytestmark = pytest.mark.usefixtures("in_agency")


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def page_of(desk: Client, answer: Any) -> str:
    assert answer.status_code == 302, html.unescape(answer.content.decode())[-1500:]
    return html.unescape(desk.get(answer["Location"]).content.decode())


def stored(exhibit: Exhibit) -> bytes:
    return store_of(exhibit.case.agency_id).path(exhibit.sha256).read_bytes()


def test_a_truncated_image_is_kept_whole_as_incomplete(desk: Client, sent: Callable[..., Any], shared: Path) -> None:
    data = (shared / "evidence/images/nps-2010-emails.E01").read_bytes()[:-200_000]
    page = page_of(desk, sent("disk.E01", data))
    exhibit = Exhibit.objects.select_related("case").get()
    assert exhibit.state == "incomplete"
    assert f"The disk image disk.E01 cannot be read: disk.E01 ends at byte {len(data)}, before the end of" in page
    assert "(E110)" in page
    assert exhibit.hash_verified != "yes"
    assert stored(exhibit) == data


def test_an_image_cut_in_its_first_bytes_is_kept_as_a_file(
    desk: Client, sent: Callable[..., Any], shared: Path
) -> None:
    data = (shared / "evidence/images/nps-2010-emails.E01").read_bytes()[:40]
    page = page_of(desk, sent("disk.E01", data))
    exhibit = Exhibit.objects.select_related("case").get()
    assert exhibit.state == "incomplete"
    assert "(E1" in page
    assert stored(exhibit) == data


def test_a_damaged_image_with_a_tricky_name_turns_no_text_around(
    desk: Client, sent: Callable[..., Any], shared: Path
) -> None:
    data = (shared / "evidence/images/nps-2010-emails.E01").read_bytes()[:-200_000]
    page = page_of(desk, sent("a\u202egpj.E01", data))
    assert "(E110)" in page
    assert "\u202e" not in page


def test_a_zip_bomb_is_kept_unopened_and_said(desk: Client, sent: Callable[..., Any]) -> None:
    bomb = packed({"zeros": bytes(80 * 1024 * 1024), "notes.txt": b"still read"})
    assert len(bomb) < 200_000
    page = page_of(desk, sent("a.zip", bomb))
    assert "It unpacks to far more than it may: 1" in page
    assert "times its size" in page
    assert "notes.txt" in page
    assert stored(Exhibit.objects.select_related("case").get()) == bomb


def test_a_zip_that_climbs_is_listed_and_written_nowhere(
    desk: Client, sent: Callable[..., Any], tmp_path: Path
) -> None:
    page = page_of(desk, sent("a.zip", packed({"../../../evil.txt": b"evil", "ok.txt": b"ok"})))
    assert "evil.txt" in page
    assert "ok.txt" in page
    assert not list(tmp_path.rglob("evil.txt"))
    assert not list(tmp_path.parent.glob("evil.txt"))


def test_a_broken_zip_is_kept_as_a_file_and_said(desk: Client, sent: Callable[..., Any]) -> None:
    data = packed({"a.txt": b"a" * 500})[:-10]
    page = page_of(desk, sent("a.zip", data))
    assert "The archive is damaged" in page
    assert "a.zip</span>: the archive is damaged" in page
    assert "@0" not in page
    assert stored(Exhibit.objects.select_related("case").get()) == data


def test_a_picture_of_60000_by_60000_is_counted_and_the_next_one_compared(
    desk: Client, sent: Callable[..., Any], listed: Callable[..., Any], at_once: Callable[[], Any], shared: Path
) -> None:
    photo = (shared / "pdq/bridge-mods/square-256x256.jpg").read_bytes()
    text = b"a text, whatever its name says"
    huge = png_claiming(60_000, 60_000)
    page = page_of(desk, sent("a.zip", packed({"huge.png": huge, "text.jpg": text, "z.jpg": photo})))
    assert "text/plain" in page
    assert listed(f"sha256\n{sha256(photo)}\n{sha256(text)}\n".encode()).status_code == 302
    exhibit = Exhibit.objects.get()
    fields = {"lists": [str(HashList.objects.get().pk)], "threshold": "31"}
    with at_once():
        answer = desk.post(reverse("matches:scan", args=[exhibit.pk]), fields)
    job = page_of(desk, answer)
    assert "The picture is too large to open; compared by its digests only: 1" in job
    assert "finished" in job
    assert Job.objects.get(kind="matches.scan").skipped == {"picture-too-large": 1}
    found = dict(Match.objects.values_list("item_value", "signal"))
    assert found == {sha256(photo): "sha256", sha256(text): "sha256"}


def test_a_text_named_jpg_has_no_preview_and_breaks_no_page(
    desk: Client, sent: Callable[..., Any], lead: Person, case: Case
) -> None:
    page_of(desk, sent("photo.jpg", b"only words here"))
    exhibit = Exhibit.objects.get()
    answer = desk.get(reverse("exhibits:item", args=[exhibit.pk]), {"path": "@0"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "only words here" in page
    assert "<img" not in page


def test_a_form_posted_twice_is_one_exhibit_with_all_its_bytes(desk: Client, sent: Callable[..., Any]) -> None:
    token = "6c8b9b1e-3f0f-4a39-8f6d-0d6a4a1c2f11"
    first, second = (sent("a.txt", b"once", token=token) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert stored(Exhibit.objects.select_related("case").get()) == b"once"
    assert Job.objects.filter(kind="exhibits.catalogue").count() == 1


def test_nul_in_a_label_is_said_at_the_field_and_nothing_is_made(desk: Client, sent: Callable[..., Any]) -> None:
    answer = sent("a.txt", b"x", label="Phone\x00 of P1")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 400
    assert "Null characters are not allowed." in page
    assert not Exhibit.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [("a\x00b.txt", "b.txt"), ("../../up.txt", "up.txt"), ("\u202etxt.exe", "exe"), ("a" * 400 + ".txt", "aaa")],
)
def test_strange_file_names_are_kept_as_names_only(
    desk: Client, sent: Callable[..., Any], tmp_path: Path, name: str, kept: str
) -> None:
    answer = sent(name, b"x")
    assert answer.status_code == 302
    file = Exhibit.objects.get().files.get()
    assert kept in file.name
    assert "\x00" not in file.name
    assert "\u202e" not in desk.get(answer["Location"]).content.decode()
    assert not list(tmp_path.rglob("up.txt"))


def test_an_empty_file_is_an_exhibit_too(desk: Client, sent: Callable[..., Any]) -> None:
    page = page_of(desk, sent("empty.bin", b""))
    assert sha256(b"")[:16] in page
