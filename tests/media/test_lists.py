"""Hash lists: what a line may be, and each way in which it may be wrong."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from amparo.base import Skipped
from amparo.media import LISTS, Entry, NotAHashList
from amparo.media.lists import EntryBatch
from amparo.media.lists.lines import bounded_lines

MD5 = "900150983cd24fb0d6963f7d28e17f72"
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def read(data: bytes) -> list[Entry | Skipped]:
    return list(LISTS["csv"].read(BytesIO(data)))


def number_of(each: Entry | EntryBatch | Skipped) -> int:
    return each.count if isinstance(each, EntryBatch) else int(isinstance(each, Entry))


@pytest.mark.parametrize("form", list(LISTS), ids=lambda form: form.name)
def test_published_examples(form: Any) -> None:
    assert form.examples()
    for example in form.examples():
        got = list(form.read(BytesIO(example.data)))
        assert sum(number_of(each) for each in got) == example.entries
        assert tuple(each.reason for each in got if isinstance(each, Skipped)) == example.skipped


def test_worked_example() -> None:
    data = (
        b"\xef\xbb\xbfMD5,SHA-256,Label,purpose,source\r\n"
        + f'{MD5.upper()},{SHA256},"a, b",known-abuse,hotline\r\n'.encode()
        + b"\r\n"
        + f",{SHA256},,,\r\n".encode()
    )
    assert read(data) == [
        Entry(2, {"sha256": SHA256, "md5": MD5}, "a, b", "known-abuse", {"source": "hotline"}),
        Entry(4, {"sha256": SHA256}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    assert read(f"label{delimiter}md5\nx{delimiter}{MD5}".encode()) == [Entry(2, {"md5": MD5}, "x")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"abc,", "bad-digest", id="short"),
        pytest.param(MD5[:-1].encode() + b"g,", "bad-digest", id="not-hex"),
        pytest.param(SHA256.encode() + b",", "bad-digest", id="of-another-kind"),
        pytest.param(b",only a label", "no-digest", id="no-digest"),
        pytest.param(MD5.encode() + b",a,b", "too-many-columns", id="too-many"),
        pytest.param(MD5.encode() + b',"a', "broken-quoting", id="quote-left-open"),
        pytest.param(MD5.encode() + b",a\0b", "nul-byte", id="nul"),
        pytest.param(MD5.encode() + b",\xff\xfe", "not-utf8", id="not-utf8"),
        pytest.param(MD5.encode() + b"," + b"x" * 70_000, "line-too-long", id="too-long"),
    ],
)
def test_a_bad_line_is_skipped_with_its_number_and_the_next_is_read(line: bytes, reason: str) -> None:
    good = f"{MD5},good".encode()
    got = read(b"md5,label\n" + good + b"\n" + line + b"\n" + good)
    assert [type(each) for each in got] == [Entry, Skipped, Entry]
    assert got[1][:2] == ("line 3", reason)  # type: ignore[index]
    assert got[2].row == 4  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "none of the columns"),
        (b"name,label\n", "none of the columns"),
        (b"md5,MD5\n", "twice"),
        (b"\xff\xfem\0d\0005\0", "cannot be read"),
        (b"x" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(NotAHashList, match=why):
        read(data)


def test_an_endless_line_costs_bounded_memory() -> None:
    class Endless:
        given = 0

        def readline(self, size: int) -> bytes:
            self.given += size
            assert size <= 1 << 17
            return b"x" * size if self.given < 50_000_000 else b""

    assert list(bounded_lines(Endless())) == [(1, None)]  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_after_the_header_end_as_entries_or_skips(data: bytes) -> None:
    for each in read(b"md5,label\n" + data):
        assert isinstance(each, Entry | Skipped)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=8), st.integers(1, 12))
def test_lines_are_those_of_split(parts: list[bytes], limit: int) -> None:
    data = b"\n".join(part.replace(b"\r", b"") for part in parts)
    assume(not data.startswith(b"\xef\xbb\xbf"))  # left out; see bad_input/test_lists.py
    wanted = data.split(b"\n") if data else []
    if wanted and not wanted[-1]:
        wanted.pop()
    got = [line for _, line in bounded_lines(BytesIO(data), limit)]
    assert got == [line if len(line) <= limit else None for line in wanted]
