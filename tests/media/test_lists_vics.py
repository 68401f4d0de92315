"""VICS-shaped lists: what a record may be, however it is cut, and each way in which a document may be wrong."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import vics as oracle

from amparo import _kernels
from amparo.base import Skipped, canonical
from amparo.media import LISTS, NotAHashList
from amparo.media.index import layout
from amparo.media.lists import BrokenList, Entry, EntryBatch, TruncatedList, records

V13 = '{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#%s","value":[%s]}'
V20 = '{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#%s","value":[%s]}'
MD5 = "900150983cd24fb0d6963f7d28e17f72"
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
PDQ = "d4d5fcd51000f4d50410d77d22aa0502d0f5dcd55264dedd55c1dcf534c4f4ff"
PHOTODNA = base64.b64encode(bytes(range(144))).decode()


class Chunked:
    """A stream that gives `size` bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._stream, self._size = BytesIO(data), size

    def read(self, _: int) -> bytes:
        return self._stream.read(self._size)


def read(data: bytes, size: int = 1 << 20) -> list[Entry | Skipped]:
    """All entries and skips, batches opened; skips by their place and reason."""
    found: list[Entry | Skipped] = []
    for each in LISTS["vics-2.0"].read(Chunked(data, size)):  # type: ignore[arg-type]
        found += opened(each) if isinstance(each, EntryBatch) else [each]
    return found


def opened(batch: EntryBatch) -> list[Entry]:
    """The entries of a batch, each checked against its columns and its canonical line."""
    lines = [
        batch.lines[start:end] for start, end in zip([0, *batch.ends[:-1].tolist()], batch.ends.tolist(), strict=True)
    ]
    entries = [layout.entry_from_json(line) for line in lines]
    assert len(entries) == batch.count
    for entry, line in zip(entries, lines, strict=True):
        assert line.decode() == canonical(layout.entry_to_json(entry)) + "\n"
    columns = {
        (int(number), signal, digest.tobytes().hex())
        for signal, (digests, numbers) in batch.digests.items()
        for digest, number in zip(digests, numbers, strict=True)
    }
    assert columns == {
        (k, signal, digest) for k, entry in enumerate(entries) for signal, digest in entry.digests.items()
    }
    return entries


def ordered(found: list[Entry | Skipped]) -> list[Any]:
    """Entries by row, then skips: a batch gives its skips before its entries."""
    entries = [each for each in found if isinstance(each, Entry)]
    return [*entries, *sorted(each[:2] for each in found if isinstance(each, Skipped))]


def media(*parts: object, model: str = V20) -> bytes:
    texts = [part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in parts]
    return (model % ("Media", ",".join(texts))).encode()


def test_worked_example() -> None:
    record = (
        f'{{"MediaID":7,"Category":1,"MD5":"{MD5.upper()}","SHA1":"{SHA1.upper()}","PhotoDNA":"{PHOTODNA}",'
        f'"AlternativeHash":[{{"MD5":"{MD5}","HashName":"PDQ","HashValue":"{PDQ}"}}],"VictimIdentified":"True",'
        '"IsSuspected":false,"Series":" a\\\\b ","DateUpdated":"/Date(1400000000000)/","Own":{"n":[1.50,null]}}'
    )
    digests = {"md5": MD5, "sha1": SHA1, "photodna": bytes(range(144)).hex(), "pdq": PDQ}
    extra = {
        "MediaID": "7", "VictimIdentified": "true", "Series": "a\\b", "DateUpdated": "/Date(1400000000000)/",
    }  # fmt: skip
    assert read(b"\xef\xbb\xbf" + media(record.replace(",", " ,\r\n"), model=V13)) == [
        Entry(1, digests, "1", None, extra, record)
    ]


def test_category_nought_is_a_category_and_null_is_none() -> None:
    given = [{"MD5": MD5, "Category": value} for value in (0, "0", None, "", 3, "A1")]
    labels = [each.label for each in read(media(*given)) if isinstance(each, Entry)]
    assert labels == ["0", "0", None, None, "3", "A1"]


def test_records_that_share_a_file_or_disagree_are_all_kept() -> None:
    found = read(media({"MD5": MD5, "Category": 1}, {"MD5": MD5.upper(), "Category": 2}, {"MD5": MD5, "Category": 1}))
    assert [(each.row, each.label) for each in found if isinstance(each, Entry)] == [(1, "1"), (2, "2"), (3, "1")]


def test_cases_keep_what_stands_before_their_media() -> None:
    one = {"CaseID": "{A}", "Contact": {"Phone": "1, 2"}, "Media": [{"MD5": MD5}, {"MD5": MD5}], "TotalMediaFiles": 2}
    two = {"media": [{"SHA1": SHA1}], "CaseNumber": "9"}
    data = (V20 % ("Cases", json.dumps(one) + "," + json.dumps(two))).encode()
    found = read(data)
    case = '{"CaseID":"{A}","Contact":{"Phone":"1, 2"}}'
    assert [each.extra for each in found if isinstance(each, Entry)] == [{"case": case}, {"case": case}, {}]
    assert [each.reason for each in found if isinstance(each, Skipped)] == ["case-field-too-late"] * 2


@pytest.mark.parametrize(
    ("record", "reasons", "digests"),
    [
        ({"MD5": "abc"}, ["bad-digest"], None),
        ({"MD5": ""}, ["no-digest"], None),
        ({"MD5": MD5[:-1] + "g", "SHA1": SHA1}, ["digest-left-out"], {"sha1": SHA1}),
        ({"MD5": MD5, "PhotoDNA": PHOTODNA.lower()}, [], {"md5", "photodna"}),  # another value: base64 keeps its case
        ({"MD5": MD5, "PhotoDNA": PHOTODNA[:-4]}, ["digest-left-out"], {"md5": MD5}),
        ({"MD5": MD5, "AlternativeHash": {"HashName": "sha-256", "HashValue": "a" * 64}}, [], {"md5", "sha256"}),
        (
            {"MD5": MD5, "AlternativeHash": [{"HashName": "MD5", "HashValue": "b" * 32}]},
            ["digest-left-out"],
            {"md5": MD5},
        ),
        ({"MD5": MD5, "AlternativeHash": "PDQ"}, [], {"md5": MD5}),
        ({"Exifs": [{"MD5": MD5}]}, ["no-digest"], None),
    ],
)
def test_digests(record: dict[str, Any], reasons: list[str], digests: Any) -> None:
    found = read(media(record))
    entries = [each for each in found if isinstance(each, Entry)]
    assert [each.reason for each in found if isinstance(each, Skipped)] == reasons
    assert len(entries) == (digests is not None)
    if digests:
        assert (set(entries[0].digests) if isinstance(digests, set) else dict(entries[0].digests)) == digests


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"MD5":"x","Path":"a\tb"}', "control-character"),
        ('{"MD5":"x","Path":"C:\\Users"}', "broken-escape"),
        ('{"MD5":"x","Path":"\\u12"}', "broken-escape"),
        ('"text"', "not-a-record"),
        ("null", "not-a-record"),
        ('[{"MD5":"x"}]', "not-a-record"),
    ],
)
def test_a_record_that_cannot_be_kept_is_said_and_the_next_is_read(text: str, reason: str) -> None:
    found = ordered(read(media(text, {"MD5": MD5})))
    assert found[0].row == 2
    assert found[1:] == [("record 1", reason)]


def test_bad_utf8_is_said() -> None:
    data = media({"MD5": MD5, "Path": "~"}).replace(b"~", b"\xff")
    assert [each.reason for each in read(data) if isinstance(each, Skipped)] == ["not-utf8"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1 << 20])
@pytest.mark.parametrize(
    ("data", "error", "why"),
    [
        (b"", NotAHashList, "empty"),
        (b"\xef\xbbx", NotAHashList, "not JSON text"),
        (b"md5,label", NotAHashList, "JSON object"),
        (b'{"value":[]}', NotAHashList, "first name"),
        (b'{"odata.metadata":"x#Persons","value":[]}', NotAHashList, "neither #Media"),
        (b'{"odata.metadata":["x#Media"],"value":[]}', NotAHashList, "neither #Media"),
        (b'{"odata.metadata":"x#Media","n":1}', NotAHashList, "no list"),
        (media({"MD5": MD5})[:-1], TruncatedList, "1 records"),
        (media({"MD5": MD5})[:-9], TruncatedList, "0 records"),
        (media({"MD5": MD5}) + b"{}", BrokenList, "follows the end"),
        (media({"MD5": MD5}, "") , BrokenList, "comma stands before the end"),
        (media(f'{{"MD5":"{MD5}",}}'), BrokenList, "quoted text"),
        (media(f'{{"MD5":"{MD5}" "SHA1":1}}'), BrokenList, "comma is missing"),
        (media('{"MD5":[1,]}'), BrokenList, "value is missing"),
        (media('{"MD5":01}'), BrokenList, "number"),
        (media('{"MD5":tru}'), BrokenList, "value is missing"),
        (media('{"MD5":[1}]'), BrokenList, "brackets"),
        (media("[" * 70 + "]" * 70), BrokenList, "nested"),
        (media({"MD5": MD5}).replace(b"}]}", b"}{}]}"), BrokenList, "comma is missing"),
        (media({"MD5": MD5}).replace(b'"value":', b'"value"'), BrokenList, "colon"),
        (media({"MD5": MD5})[:-1] + b',"value":[]}', BrokenList, "twice"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_says_where(data: bytes, error: Any, why: str, size: int) -> None:
    with pytest.raises(error, match=why):
        read(data, size)


def test_an_error_names_the_place_in_the_file() -> None:
    data = media({"MD5": MD5}, {"MD5": MD5}, '{"MD5":}')
    with pytest.raises(BrokenList) as caught:
        read(data)
    assert caught.value.facts["records"] == 2
    assert caught.value.facts["offset"] == data.index(b'{"MD5":}') + 7


def test_a_record_larger_than_the_limit_is_skipped_in_bounded_memory() -> None:
    reader = _kernels.RecordReader("value", 1000)
    reader.feed(media({"MD5": MD5})[:-2] + b',{"MD5":"')
    for _ in range(64):
        reader.feed(b"x" * (1 << 20))
    reader.feed(b'","a":{"b":"}]"}},{"MD5":"' + MD5.encode() + b'"}]}')
    reader.finish()
    taken = reader.take()
    assert reader.fault is None
    assert taken["count"] == 2
    assert [(number, reason) for number, reason, _ in taken["skipped"]] == [(2, "record-too-large")]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
digests_ = st.sampled_from([MD5, MD5.upper(), MD5[:-1], f" {MD5} ", SHA1, PDQ, PDQ.upper(), PHOTODNA, "", "zz"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.sampled_from([0.5, 1e300]),
    texts,
    digests_,
    st.sampled_from(["true", "FALSE", "1"]),
)
names = st.one_of(
    st.sampled_from(
        ["MD5", "md5", "SHA1", "SHA256", "PDQ", "PhotoDNA", "Category", "MediaID", "MediaSize", "Series", "DateUpdated",
         "IsDistributed", "VictimIdentified", "OffenderIdentified", "SelfGenerated", "IsSuspected", "AlternativeHash",
         "alternativehashes", "HashName", "HashValue"]
    ),
    texts,
)  # fmt: skip
alternatives = st.fixed_dictionaries(
    {
        "HashName": st.sampled_from(["PDQ", "sha-256", "MD5", "Photo DNA", "other", 1]),
        "HashValue": st.one_of(digests_, scalars),
    }
)
values = st.recursive(
    st.one_of(scalars, alternatives, st.lists(alternatives, max_size=2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=8,
)
members = st.lists(st.tuples(names, values), max_size=7)


def written(pairs: list[tuple[str, Any]], gap: str) -> str:
    body = f"{gap},".join(
        f"{json.dumps(name, ensure_ascii=False)}:{gap}{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for name, value in pairs
    )
    return "{" + gap + body + "}"


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(members, st.just([("MD5", MD5)])), max_size=4),
    st.sampled_from(["", " ", "\r\n\t"]),
    st.sampled_from([1, 2, 3, 5, 7, 40, 1 << 16]),
    st.booleans(),
)
def test_as_the_plain_reader_whatever_the_chunks(records_: Any, gap: str, size: int, cases: bool) -> None:
    listed = [written(pairs, gap) for pairs in records_]
    inner = '{"CaseNumber":"1","Media":[' + ",".join(listed) + "]}" if cases else ",".join(listed)
    data = (V20 % ("Cases" if cases else "Media", inner)).encode()
    assert ordered(read(data, size)) == ordered(oracle.read(data))


def test_escapes_are_undone_in_what_is_shown_and_kept_in_the_source() -> None:
    record = '{"MD5":"\\u0039' + MD5[1:] + '","S\\u0065ries":"\\ud83d\\ude00\\ud800x\\u0000\\n\\"","P":"\\/"}'
    (entry,) = read(media(record))
    assert isinstance(entry, Entry)
    assert entry.digests == {"md5": MD5}
    assert entry.extra == {"Series": '\U0001f600\ufffdx\ufffd\n"'}
    assert entry.source == record


def test_batches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BATCH_BYTES", 1000)
    monkeypatch.setattr(records, "CHUNK", 500)
    data = media(*[{"MD5": MD5, "MediaID": number} for number in range(100)])
    batches = [each for each in records.batches(BytesIO(data)) if isinstance(each, EntryBatch)]
    assert len(batches) > 10
    assert max(len(each.lines) for each in batches) < 3000
    assert [entry.row for batch in batches for entry in opened(batch)] == list(range(1, 101))
