"""Every writable list: what is read, written and read again is equal, fields that Amparo does not know included."""

import json
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import Skipped
from amparo.media import LISTS, Entry
from amparo.media.index import layout
from amparo.media.lists import EntryBatch, ListFormat, detect
from amparo.media.signals import SIGNALS

WRITABLE = [pytest.param(form, id=form.name) for form in LISTS if form.writable]
MD5 = "900150983cd24fb0d6963f7d28e17f72"
PDQ = SIGNALS["pdq"].examples()[0].digest


def entries(found: Iterable[Any]) -> list[Entry]:
    out: list[Entry] = []
    for each in found:
        if isinstance(each, EntryBatch):
            out += [layout.entry_from_json(line) for line in each.lines.splitlines(keepends=True)]
        elif not isinstance(each, Skipped):
            out.append(each)
    return out


def written(form: ListFormat, given_: Iterable[Entry], **facts: Any) -> bytes:
    sink = BytesIO()
    count = form.write(given_, sink, facts)
    assert count == len(entries(form.read(BytesIO(sink.getvalue()))))
    return sink.getvalue()


def without_rows(found: Iterable[Entry]) -> list[Entry]:
    """A list is numbered anew where a skipped line was left out."""
    return [replace(entry, row=0) for entry in found]


@pytest.mark.parametrize("form", WRITABLE)
def test_examples_come_back_equal(form: ListFormat) -> None:
    for example in form.examples():
        read = [
            e for e in entries(form.read(BytesIO(example.data))) if e.status == "active" or form.name in KEEP_WITHDRAWN
        ]
        again = entries(form.read(BytesIO(written(form, read))))
        assert without_rows(again) == without_rows(read)


#: Forms with a place for what was taken back.
KEEP_WITHDRAWN = {"csv", "ncmec-v2", "stopncii"}

words = st.text(st.characters(codec="utf-8"), max_size=10)
hexes = {signal.name: st.sampled_from([f"{seed:02x}" * signal.octets for seed in (0, 127, 255)]) for signal in SIGNALS}
names = st.one_of(
    st.sampled_from(
        ["filename", "size", "MediaID", "MediaSize", "Series", "IsDistributed", "case", "kind", "id", "member_id",
         "status", "timestamp", "lastModtimestamp", "label", "SHA-1", "tiger", "video"]
    ),
    words,
)  # fmt: skip
extras = st.dictionaries(
    names, st.one_of(words, st.sampled_from(["true", "video", "deletedImage", "7", '{"CaseID":"1"}'])), max_size=4
)
made = st.builds(
    Entry,
    st.just(1),
    st.fixed_dictionaries({}, optional=hexes),
    st.one_of(st.none(), words, st.sampled_from(["0", "1", "007"])),
    st.one_of(st.none(), words),
    extras,
    st.one_of(st.none(), words, st.sampled_from(['{"MD5":"x"}', "<image/>", f'{{"MD5":"{MD5}","X":1}}'])),
    st.sampled_from(["active", "active", "withdrawn"]),
)


@pytest.mark.parametrize("form", WRITABLE)
@settings(max_examples=30, deadline=None)
@given(st.lists(made, max_size=4))
def test_what_was_written_comes_back_equal(form: ListFormat, given_: list[Entry]) -> None:
    """Entries of any other list may be written: what is read from that is stable, and no digest changes."""
    once = entries(form.read(BytesIO(written(form, given_))))
    assert entries(form.read(BytesIO(written(form, once)))) == once
    listed = {(name, digest) for entry in given_ for name, digest in entry.digests.items()}
    assert {(name, digest) for entry in once for name, digest in entry.digests.items()} <= listed


@pytest.mark.parametrize("form", WRITABLE)
def test_digests_that_a_form_has_a_place_for_are_all_written(form: ListFormat) -> None:
    digests = {signal.name: signal.examples()[1].digest for signal in SIGNALS}
    found = {
        name for entry in entries(form.read(BytesIO(written(form, [Entry(1, digests, "1")])))) for name in entry.digests
    }
    places = {
        "csv": set(digests), "vics-1.3": set(digests), "vics-2.0": set(digests), "ncmec-v2": set(digests),
        "stopncii": {"md5", "pdq"}, "hashdeep": {"md5", "sha1", "sha256"}, "md5sum": {"md5"}, "sha1sum": {"sha1"},
        "sha256sum": {"sha256"},
    }  # fmt: skip
    assert found == places[form.name]


@pytest.mark.parametrize("form", WRITABLE)
def test_the_form_is_seen_in_the_first_bytes(form: ListFormat) -> None:
    for example in form.examples():
        assert detect(example.data[:8192]) == form.name
    assert (
        detect(written(form, [Entry(1, {"md5": MD5, "pdq": PDQ, "sha1": "a" * 40, "sha256": "b" * 64})])[:8192])
        == form.name
    )


@pytest.mark.parametrize(
    "head", [b"", b"hello\n", b"{}", b"<html>", b"\x00" * 100, b"PK\x03\x04", b"\x89PNG\r\n", b'{"value":1}']
)
def test_what_is_no_list_has_no_form(head: bytes) -> None:
    assert detect(head) is None


def test_cases_are_written_around_their_media() -> None:
    case = '{"CaseNumber":"7","Contact":{"Phone":"1"}}'
    given_ = [Entry(1, {"md5": MD5}, "1", None, {"case": case}), Entry(2, {"pdq": PDQ}, "2", None, {"case": case})]
    document = json.loads(written(LISTS["vics-2.0"], given_, profile="UK"))
    assert document["@odata.context"].endswith("/UK/$metadata#Cases")
    assert [(each["CaseNumber"], len(each["Media"])) for each in document["value"]] == [("7", 2)]


def test_a_record_as_received_is_not_written_where_the_entry_was_changed() -> None:
    source = f'{{"MD5":"{MD5}","Category":1,"Own":"x"}}'
    same, changed = Entry(1, {"md5": MD5}, "1", None, {}, source), Entry(2, {"md5": MD5}, "2", None, {}, source)
    document = json.loads(written(LISTS["vics-1.3"], [same, changed]))
    assert [record.get("Own") for record in document["value"]] == ["x", None]
    assert [record["Category"] for record in document["value"]] == [1, 2]


def test_a_csv_holds_all_that_an_entry_has_but_its_source() -> None:
    entry = Entry(2, {"md5": MD5}, "a, b", "known", {"kind": "video", "label": "x"}, "{}", "withdrawn")
    (read,) = entries(LISTS["csv"].read(BytesIO(written(LISTS["csv"], [entry]))))
    assert read == replace(entry, source=None, extra={"kind": "video", "own label": "x"})
