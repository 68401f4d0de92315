"""The pages as a person uses them: deposit, read, filter, mark, take out; and what others get."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from amparo.web.accounts.models import Agency, Person
from amparo.web.audit.models import LogLine
from amparo.web.cases.models import Case
from amparo.web.exhibits.inbox import inbox_of
from amparo.web.exhibits.models import Exhibit

NOTES = b"pay 1BoatSLRHtKNngkdXEeobR76b53LETtpyT <b>now</b> http://pay.example/x"


@pytest.fixture
def client(lead: Person, signed_in: Callable[[Person], Client]) -> Client:
    return signed_in(lead)


def form(data: bytes, **more: object) -> dict[str, object]:
    upload = SimpleUploadedFile("a.zip", data)
    return {"label": "Phone", "provider": "not-provider", "token": str(uuid.uuid4()), "files": upload, **more}


def test_the_empty_room_teaches_and_offers_the_first_step(client: Client, case: Case) -> None:
    page = client.get(reverse("exhibits:case", args=[case.pk])).content.decode()
    assert "An exhibit is what was seized or handed in" in page
    assert reverse("exhibits:deposit", args=[case.pk]) in page


def test_an_upload_becomes_an_exhibit_with_its_items(
    client: Client, case: Case, zipped: Callable[..., bytes], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    sent = form(zipped({"notes.txt": NOTES}))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("exhibits:deposit", args=[case.pk]), sent)
    page = client.get(answer["Location"]).content.decode()
    assert "EX1" in page
    assert "notes.txt" in page
    assert "sealed the exhibit" in page
    listed = client.get(reverse("exhibits:case", args=[case.pk])).content.decode()
    assert "Phone" in listed


def test_posting_the_form_twice_makes_one_exhibit(
    client: Client, case: Case, zipped: Callable[..., bytes], in_agency: None
) -> None:
    for _ in range(2):
        sent = form(zipped({"a.txt": b"a"}), token="6c8b9b1e-3f0f-4a39-8f6d-0d6a4a1c2f11")
        assert client.post(reverse("exhibits:deposit", args=[case.pk]), sent).status_code == 302
    assert Exhibit.objects.count() == 1


def test_a_wrong_receipt_is_said_at_the_form(client: Client, case: Case, in_agency: None) -> None:
    answer = client.post(reverse("exhibits:deposit", args=[case.pk]), form(b"abc", declared_sha256="0" * 64))
    assert answer.status_code == 400
    assert "E201" in answer.content.decode()
    assert not Exhibit.objects.exists()


def test_the_form_refuses_no_file_and_a_day_to_come(client: Client, case: Case) -> None:
    sent = form(b"", acquired_on="2999-01-01")
    del sent["files"]
    answer = client.post(reverse("exhibits:deposit", args=[case.pk]), sent)
    assert answer.status_code == 400
    assert "in the future" in answer.content.decode()


def test_the_inbox_is_offered_and_taken_from(
    client: Client, case: Case, in_agency: None, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    url = reverse("exhibits:inbox", args=[case.pk])
    assert "The inbox is empty" in client.get(url).content.decode()
    stick: Path = inbox_of(case.agency) / "stick"
    stick.mkdir()
    (stick / "a.txt").write_bytes(NOTES)
    shown = client.get(url)
    key = shown.context["entries"][0].key
    sent = {"label": "Stick", "provider": "not-provider", "token": str(uuid.uuid4()), "entry": key}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url, sent, follow=True)
    assert answer.status_code == 200
    assert Exhibit.objects.get().state == "sealed"
    assert client.post(url, {**sent, "entry": "../../etc"}).status_code == 400


def test_a_text_item_is_shown_escaped_and_the_look_is_recorded(
    client: Client, deposited: Callable[..., Exhibit]
) -> None:
    exhibit = deposited({"notes.txt": NOTES})
    page = client.get(reverse("exhibits:item", args=[exhibit.pk]), {"path": "0"}).content.decode()
    assert "&lt;b&gt;now&lt;/b&gt;" in page
    assert 'href="http://pay.example' not in page
    assert "opened the item" in page


def test_a_picture_is_not_shown_here(client: Client, deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"p.png": b"\x89PNG\r\n\x1a\n0000"})
    page = client.get(reverse("exhibits:item", args=[exhibit.pk]), {"path": "0"}).content.decode()
    assert "blurred" in page
    assert not LogLine.objects.filter(action="item.opened").exists()


def test_taking_out_needs_a_reason_and_is_recorded(client: Client, deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"notes.txt": NOTES})
    url = reverse("exhibits:take", args=[exhibit.pk])
    assert client.post(url, {"path": "0", "reason": ""}).status_code == 400
    answer = client.post(url, {"path": "0", "reason": "for the expert"})
    assert b"".join(answer.streaming_content) == NOTES
    assert answer["Content-Disposition"].startswith('attachment; filename="EX1-')
    line = LogLine.objects.get(action="item.taken-out").line
    assert "for the expert" in line
    assert '"auth":"A1"' in line


def test_a_marked_item_is_a_placeholder_everywhere(client: Client, deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"secret-name.txt": NOTES})
    marked = client.post(reverse("exhibits:restrict", args=[exhibit.pk]), {"path": "0", "reason": "seen"}, follow=True)
    page = marked.content.decode() + client.get(reverse("exhibits:exhibit", args=[exhibit.pk])).content.decode()
    assert "secret-name" not in page
    assert "1BoatSLR" not in page
    assert "Restricted item" in page
    assert client.post(reverse("exhibits:take", args=[exhibit.pk]), {"path": "0", "reason": "x"}).status_code == 400


def test_the_filter_is_in_the_address(client: Client, deposited: Callable[..., Exhibit]) -> None:
    exhibit = deposited({"a.txt": b"a", "b.txt": b"b"})
    page = client.get(reverse("exhibits:exhibit", args=[exhibit.pk]), {"q": "a.t"}).content.decode()
    assert "a.txt" in page
    assert "b.txt" not in page


@pytest.mark.parametrize("who", ["colleague", "foreigner"])
def test_others_get_the_same_404(
    who: str,
    deposited: Callable[..., Exhibit],
    person: Callable[..., Person],
    other_agency: Agency,
    signed_in: Callable[[Person], Client],
) -> None:
    exhibit = deposited({"a.txt": b"a"})
    one = person("investigator", at=other_agency if who == "foreigner" else None)
    other = signed_in(one)
    missing = other.get(reverse("exhibits:exhibit", args=[uuid.uuid4()]))
    for url in (
        reverse("exhibits:exhibit", args=[exhibit.pk]),
        reverse("exhibits:item", args=[exhibit.pk]) + "?path=0",
        reverse("exhibits:case", args=[exhibit.case_id]),
        reverse("exhibits:deposit", args=[exhibit.case_id]),
    ):
        answer = other.get(url)
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert other.post(reverse("exhibits:take", args=[exhibit.pk]), {"path": "0", "reason": "x"}).status_code == 404


def test_a_prosecutor_reads_and_takes_nothing_out(
    deposited: Callable[..., Exhibit],
    case: Case,
    lead: Person,
    person: Callable[..., Person],
    signed_in: Callable[[Person], Client],
) -> None:
    from amparo.web.cases.actions import add_member

    exhibit = deposited({"a.txt": b"a"})
    add_member(actor=lead, case=case, username=person("prosecutor", username="pros").username)
    client = signed_in(Person.objects.get(username="pros"))
    assert client.get(reverse("exhibits:exhibit", args=[exhibit.pk])).status_code == 200
    assert client.get(reverse("exhibits:deposit", args=[case.pk])).status_code == 403
    assert client.post(reverse("exhibits:take", args=[exhibit.pk]), {"path": "0", "reason": "x"}).status_code == 403
