"""Bad hash lists, block files and addresses through the desk's forms."""

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.ledger.made_blocks import chain, genesis_block, record

from amparo.web.cases.models import Case
from amparo.web.common.home import folder
from amparo.web.common.skips import in_words
from amparo.web.matches.models import HashList
from amparo.web.traces.models import ChainWindow, Trace

pytestmark = pytest.mark.usefixtures("in_agency")
GOOD = "900150983cd24fb0d6963f7d28e17f72"


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_bad_lines_are_left_out_counted_and_shown(desk: Client, listed: Callable[..., Any]) -> None:
    lines = ["md5,label", f"{GOOD},fine", "zz,bad", ",empty", f"{GOOD}00,long", f'{GOOD},"open', f"{GOOD},a,b,c"]
    data = "\n".join(lines).encode() + b"\n" + GOOD.encode() + b",\xff\xfe\n" + b"\x00\x00,nul\n"
    answer = listed(data)
    assert answer.status_code == 302
    made = HashList.objects.get()
    assert made.entries == 1
    assert made.skipped == {
        "bad-digest": 2, "no-digest": 1, "broken-quoting": 1, "too-many-columns": 1, "not-utf8": 1, "nul-byte": 1,
    }  # fmt: skip
    page = words(desk.get(answer["Location"], follow=True))
    assert "Lines left out, and why" in page
    for reason in made.skipped:
        assert in_words(reason) in page
    assert "line 3" in page


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"\xff\xd8\xff a picture", "(M010)", id="no-list"),
        pytest.param(b"name,date\na,b\n", "(M010)", id="no-column"),
        pytest.param(b"md5\nzz\n", "(W701)", id="no-good-line"),
    ],
)
def test_what_is_no_list_is_refused_and_what_was_typed_stays(
    listed: Callable[..., Any], data: bytes, code: str
) -> None:
    answer = listed(data, name="The list of May")
    assert answer.status_code == 400
    assert code in words(answer)
    assert "The list of May" in words(answer)
    assert not HashList.objects.exists()
    assert not [path for path in folder("index").rglob("*") if path.is_file()]


def load(desk: Client, at_once: Callable[[], Any], data: bytes, name: str = "blk00000.dat") -> Any:
    fields = {"file": SimpleUploadedFile(name, data), "name": "Made-up blocks", "window": ""}
    with at_once():
        answer = desk.post(reverse("traces:load"), fields)
    return desk.get(answer["Location"])  # the page of the job that loaded them


@pytest.fixture
def blocks() -> list[bytes]:
    return [genesis_block(), *chain([[] for _ in range(4)])]


def test_a_block_file_with_a_gap_names_the_block_that_is_missing(
    desk: Client, at_once: Callable[[], Any], blocks: list[bytes]
) -> None:
    answer = load(desk, at_once, b"".join(record(each) for each in blocks[:2] + blocks[3:]))
    assert "failed" in words(answer)
    assert "which is not in the files given" in words(answer)
    assert "(L006)" in words(answer)
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        pytest.param(60, 80, "The header at byte {header} of blk00000.dat carries no proof of work.", id="in-a-header"),
        pytest.param(120, 160, "blk00000.dat has no block record at byte {following}", id="in-a-block"),
    ],
)
def test_a_block_file_cut_in_the_middle_names_the_byte(
    desk: Client, at_once: Callable[[], Any], blocks: list[bytes], start: int, end: int, said: str
) -> None:
    records = [record(each) for each in blocks]
    data, third = b"".join(records), len(records[0]) + len(records[1])
    answer = load(desk, at_once, data[: third + start] + data[third + end :])
    assert "failed" in words(answer)
    assert said.format(header=third + 8, following=third + len(records[2])) in words(answer)
    assert "(L0" in words(answer)
    assert_nothing_stored()


def test_a_block_file_cut_at_its_end_keeps_the_blocks_before(
    desk: Client, at_once: Callable[[], Any], blocks: list[bytes]
) -> None:
    answer = load(desk, at_once, b"".join(record(each) for each in blocks)[:-30])
    assert "finished" in words(answer)
    assert ChainWindow.objects.get().blocks == 4
    assert "Made-up blocks" in words(desk.get(reverse("traces:chains")))


def assert_nothing_stored() -> None:
    assert not ChainWindow.objects.exists()
    assert not [path for path in folder("ledger").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("seed", "code"),
    [
        pytest.param("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "(L201)", id="one-wrong-sign"),
        pytest.param("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "(L201)", id="one-wrong-sign-bech32"),
        pytest.param("9:77777", "(L111)", id="not-there"),
        pytest.param("9:x", "(L110)", id="no-number"),
        pytest.param("f" * 64, "(L111)", id="unknown-transaction"),
        pytest.param("١:٠", "(L11", id="other-digits"),
        pytest.param("a\x00b", "Null characters are not allowed.", id="nul"),
    ],
)
def test_a_wrong_seed_is_said_at_once_and_starts_no_trace(
    desk: Client, case: Case, at_once: Callable[[], Any], blocks: list[bytes], seed: str, code: str
) -> None:
    load(desk, at_once, b"".join(record(each) for each in blocks))
    fields = {"chain": str(ChainWindow.objects.get().pk), "seed": seed, "rules": ["fifo"]}
    answer = desk.post(reverse("traces:new", args=[case.pk]), fields)
    assert answer.status_code == 400
    assert code in words(answer)
    assert seed.replace("\x00", "\ufffd") in words(answer) or "\x00" in seed
    assert not Trace.objects.exists()


def test_a_file_that_is_no_tag_pack_is_refused(desk: Client, tmp_path: Path) -> None:
    for data, code in ((b"a: &x [1]\nb: *x\n", "(L210)"), (b"just: words\n", "(L213)"), (b"\x00\xff", "(L21")):
        answer = desk.post(reverse("traces:tags"), {"file": SimpleUploadedFile("a.yaml", data)})
        assert answer.status_code == 400
        assert code in words(answer)
