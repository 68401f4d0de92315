"""What lists of the world have wrong, against every form at once: case, marks, doubles, lengths, one endless line."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from amparo.base import AmparoError, Skipped
from amparo.media import LISTS, Entry
from amparo.media.lists import detect, opened

BOM = b"\xef\xbb\xbf"
ROOT = Path(__file__).resolve().parents[3]
#: The digest that each form is about.
SIGNAL = {"sha1sum": ("sha1", 40), "sha256sum": ("sha256", 64), "stopncii": ("pdq", 64)}


class Listed:
    """Two entries written in a form, and the digests they have."""

    def __init__(self, form: str) -> None:
        self.form = LISTS[form]
        self.signal, width = SIGNAL.get(form, ("md5", 32))
        self.good, self.other = "f0" * (width // 2), ("0123456789abcdef" * 4)[:width]
        sink = BytesIO()
        entries = [Entry(row, {self.signal: each}, "1") for row, each in enumerate((self.good, self.other), start=1)]
        self.form.write(entries, sink, {})
        self.data = sink.getvalue()

    def with_other(self, text: str) -> bytes:
        """The list with another text in place of the second digest, however the form spells it."""
        data = self.data.replace(self.other.encode(), text.encode()).replace(self.other.upper().encode(), text.encode())
        assert text.encode() in data
        return data

    def read(self, data: bytes) -> tuple[list[str], list[str]]:
        """The digests of the entries, and the reasons of what was skipped."""
        digests, reasons = [], []
        for each in self.form.read(BytesIO(data)):
            if isinstance(each, Skipped):
                reasons.append(each.reason)
            else:
                digests += [entry.digests[self.signal] for entry in opened(each)]
        return digests, reasons


@pytest.fixture(params=LISTS.names())
def listed(request: pytest.FixtureRequest) -> Listed:
    return Listed(request.param)


def test_digests_in_any_case_are_one_digest(listed: Listed) -> None:
    mixed = "".join(sign.upper() if at % 2 else sign for at, sign in enumerate(listed.other))
    for text in (listed.other.upper(), mixed, listed.other):
        assert listed.read(listed.with_other(text)) == ([listed.good, listed.other], [])


def test_a_byte_order_mark_is_no_content(listed: Listed) -> None:
    assert detect(BOM + listed.data) == detect(listed.data) == listed.form.name
    assert listed.read(BOM + listed.data) == ([listed.good, listed.other], [])


def test_rows_that_are_there_twice_are_two_entries(listed: Listed) -> None:
    assert listed.read(listed.with_other(listed.good)) == ([listed.good, listed.good], [])


@pytest.mark.parametrize("wrong", ["short", "long", "other-signs"])
def test_a_digest_that_is_none_costs_its_record_alone(listed: Listed, wrong: str) -> None:
    other = listed.other
    text = {"short": other[:-1], "long": other + "ab", "other-signs": "zx" + other[2:]}[wrong]
    assert listed.read(listed.with_other(text)) == ([listed.good], ["bad-digest"])


@pytest.mark.parametrize("form", ["vics-1.3", "vics-2.0"])
def test_texts_for_booleans(form: str) -> None:
    start = LISTS[form].examples()[0].data.split(b"[", 1)[0]
    given = [True, "true", "True", "TRUE", 1, "1", False, "false", "False", 0, "0", None, "", "no", "yes", [], {}]
    records = [{"MediaID": 1, "MD5": "ab" * 16, "VictimIdentified": value} for value in given]
    data = start + json.dumps(records).encode() + b"}"
    entries = [
        entry for each in LISTS[form].read(BytesIO(data)) if not isinstance(each, Skipped) for entry in opened(each)
    ]
    said = [entry.extra.get("VictimIdentified") for entry in entries]
    assert said == ["true"] * 6 + [None] * 11
    assert [json.loads(str(entry.source))["VictimIdentified"] for entry in entries] == given


# ---- one line of gigabytes ------------------------------------------------------------------------------------------

STARTS = {
    "in the middle of the second digest": lambda each: each.data[: each.data.lower().index(each.other.encode()) + 9],
    "after all": lambda each: each.data.rstrip(b"\n"),
    "from the first byte": lambda each: b"",
}


class OneLine:
    """A start, and so many bytes of one letter after it; made as they are asked for."""

    def __init__(self, start: bytes, size: int) -> None:
        self._start, self._left, self._block = BytesIO(start), size, b"a" * (1 << 20)

    def read(self, size: int = -1) -> bytes:
        if data := self._start.read(size):
            return data
        given = self._block[: min(self._left, size if size >= 0 else self._left)]
        self._left -= len(given)
        return given

    readline = read


def read_one_line(form: str, size: int) -> dict[str, float]:
    """Read it from each start; the peak of memory in MB that this took beyond what a small list takes, per start."""
    import resource

    listed = Listed(form)
    listed.read(listed.data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = {}
    for name, start in STARTS.items():
        try:
            for each in listed.form.read(OneLine(start(listed), size)):  # type: ignore[arg-type]
                assert isinstance(each, Skipped) or len(list(opened(each))) < 3
        except AmparoError:
            pass  # refused as a whole: as good
        grown[name] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    return grown


def bounded(form: str, size: int) -> None:
    code = "import json, sys\nfrom tests.media.bad_input.test_lists import read_one_line\n"
    code += "print(json.dumps(read_one_line(sys.argv[1], int(sys.argv[2]))))"
    command = [sys.executable, "-c", code, form, str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    grown = json.loads(done.stdout)
    assert set(grown) == set(STARTS)
    assert max(grown.values()) < 32, grown


@pytest.mark.parametrize("form", LISTS.names())
def test_one_endless_line_costs_bounded_memory(form: str) -> None:
    bounded(form, 100_000_000)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("form", LISTS.names())
def test_three_gigabytes_of_one_line_cost_no_more(form: str) -> None:
    bounded(form, 3_000_000_000)
