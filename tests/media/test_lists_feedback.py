"""Opinions on entries, in the words of the list's source."""

import csv
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest

from amparo.media import LISTS, Entry
from amparo.media.lists.feedback import Opinion, suffix, write

MD5 = "900150983cd24fb0d6963f7d28e17f72"
PDQ = "d4d5fcd51000f4d50410d77d22aa0502d0f5dcd55264dedd55c1dcf534c4f4ff"
ENTRY = Entry(3, {"md5": MD5, "pdq": PDQ}, "A1", None, {"member_id": "42", "id": "image<1>"})
OPINIONS = [
    Opinion(ENTRY, "confirmed", 2),
    Opinion(ENTRY, "disputed", 0, "not a child, two\nofficers"),
    Opinion(ENTRY, "withdrawn"),
]


def said(form: str) -> bytes:
    sink = BytesIO()
    assert write(form, OPINIONS, sink) == 3
    return sink.getvalue()


def test_ncmec_votes_name_the_place_they_are_for() -> None:
    root = ElementTree.fromstring(said("ncmec-v2"))
    space = "{https://hashsharing.ncmec.org/hashsharing/v2}"
    votes = [(each.get("path"), each[0].tag.removeprefix(space)) for each in root]
    assert votes == [
        ("entries/42/image<1>/MD5/feedback", "affirmative"), ("entries/42/image<1>/PDQ/feedback", "affirmative"),
        ("entries/42/image<1>/MD5/feedback", "negative"), ("entries/42/image<1>/PDQ/feedback", "negative"),
    ]  # fmt: skip
    assert root[2].find(f"{space}negative/{space}note").text == "not a child, two officers"  # type: ignore[union-attr]


def test_stopncii_feedback_has_the_values_of_its_service() -> None:
    document = json.loads(said("stopncii"))
    assert document["count"] == 6
    assert [each["feedbackValue"] for each in document["hashFeedbacks"]] == [
        "Blocked", "Blocked", "NotBlocked", "NotBlocked", "None", "None",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "vics-2.0", "md5sum"])
def test_all_else_is_csv(form: str) -> None:
    assert form in LISTS
    rows = list(csv.DictReader(StringIO(said(form).decode())))
    assert [(row["md5"], row["opinion"], row["seen"]) for row in rows] == [
        (MD5, "confirmed", "2"), (MD5, "disputed", "0"), (MD5, "withdrawn", "0"),
    ]  # fmt: skip
    assert suffix(form) == "csv"
