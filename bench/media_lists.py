"""Lists in: VICS-shaped records a second against ijson, and 13 million of them through the index in bounded memory.

The reader makes columns of digests and the stored line of each record, its source included; ijson (yajl2_c) makes
tuples of five fields in a first line, and nothing but its own objects in a second. Every fourth record has a PDQ hash.
"""

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import ijson
import numpy as np

from amparo import _kernels
from amparo.media import LISTS
from amparo.media.lists import EntryBatch
from bench.result import Result, best_of

TIMED, IMPORTED = 200_000, 13_000_000
BLOCK = 10_000
MEMORY_MB = 300
PEER = f"ijson {ijson.backend}"
HEAD = b'{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media","value":['
#: The signs N, M, S and Q stand for the number, MD5, SHA-1 and PDQ of each record.
PLAIN = (
    '{"MediaID":%s,"Category":1,"MD5":"%s","SHA1":"%s","MediaSize":204800,"MimeType":"image/jpeg",'
    '"DateUpdated":"2024-05-01T00:00:00Z","IsDistributed":true,"VictimIdentified":"false","RelativeFilePath":"%s"%s},\n'
)
PDQ = ',"AlternativeHash":[{"HashName":"PDQ","HashValue":"%s"}]'
PATH = "Users\\\\somebody\\\\Pictures\\\\2019\\\\holiday\\\\IMG_0001 and a rather long name of a folder.jpg"
CHILD = """
import sys, time
from pathlib import Path
from amparo.media import LISTS, build_index
start = time.perf_counter()
with open(sys.argv[1], "rb") as stream:
    report = build_index(LISTS["vics-2.0"].read(stream), Path(sys.argv[2]), {"name": "bench"})
seconds = time.perf_counter() - start
# Not ru_maxrss: that begins with what the parent held at the fork.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(report.entries, report.skipped.total, seconds, int(peak) / 1024)
"""


def run(scale: float) -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as scratch:
        yield from _timed(max(BLOCK, round(TIMED * scale / BLOCK) * BLOCK))
        yield _imported(Path(scratch), max(BLOCK, round(IMPORTED * scale / BLOCK) * BLOCK))


def _timed(count: int) -> Iterator[Result]:
    sink = io.BytesIO()
    make_list(sink, count)
    data = sink.getvalue()
    seconds = best_of(5, lambda: _ours(data))
    ours, theirs = _our_tuples(data), _their_tuples(data)
    for peer, work in ((PEER, _their_tuples), (f"{PEER}, its objects only", _their_objects)):
        peer_seconds = best_of(3, lambda work=work: work(data))
        yield Result(
            target=f"VICS-shaped JSON, {count} records of {len(data) // count} bytes, to columns and stored lines",
            ours=round(count / seconds),
            unit="records/s",
            peer=peer,
            peer_version=ijson.__version__,
            ratio=round(peer_seconds / seconds, 2),
            goal=5.0 if work is _their_tuples else None,
            equal=ours == theirs and len(ours) == count,
            cpu=_kernels.cpu(),
        )


def _imported(scratch: Path, count: int) -> Result:
    path = scratch / "list.json"
    with path.open("wb") as sink:
        make_list(sink, count)
    command = [sys.executable, "-c", CHILD, str(path), str(scratch / "index")]
    entries, skipped, seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Result(
        target=f"{count} VICS-shaped records ({path.stat().st_size >> 20} MiB) into an index, {float(seconds):.1f} s, "
        f"{round(count / float(seconds))} records/s",
        ours=round(float(peak), 1),
        unit="MB peak",
        peer=f"{MEMORY_MB} MB",
        peer_version=None,
        ratio=round(MEMORY_MB / float(peak), 2),
        goal=1.0,
        equal=int(entries) == count and int(skipped) == 0,
        cpu=_kernels.cpu(),
    )


def make_list(sink: BinaryIO, count: int) -> None:
    """Write a list of `count` (a multiple of BLOCK) made-up records, block by block, the same each time."""
    rng = np.random.default_rng(1)
    sink.write(HEAD)
    for start in range(0, count, BLOCK):
        block = b"".join(_block(rng, start + np.arange(BLOCK)))
        sink.write(block.removesuffix(b",\n") if start + BLOCK == count else block)
    sink.write(b"]}\n")
    sink.flush()


def _block(rng: np.random.Generator, numbers: np.ndarray) -> Iterator[bytes]:
    """Yield records; those with a PDQ hash, a quarter, come first."""
    cut = len(numbers) // 4
    yield _filled(PLAIN % ("N" * 9, "M" * 32, "S" * 40, PATH, PDQ % ("Q" * 64)), rng, numbers[:cut])
    yield _filled(PLAIN % ("N" * 9, "M" * 32, "S" * 40, PATH, ""), rng, numbers[cut:])


def _filled(template: str, rng: np.random.Generator, numbers: np.ndarray) -> bytes:
    rows = np.tile(np.frombuffer(template.encode(), np.uint8), (len(numbers), 1))
    for sign, width, digits in (
        ("M", 32, b"0123456789ABCDEF"),
        ("S", 40, b"0123456789ABCDEF"),
        ("Q", 64, b"0123456789abcdef"),
    ):
        at = template.find(sign * width)
        if at >= 0:
            rows[:, at : at + width] = np.frombuffer(digits, np.uint8)[rng.integers(0, 16, (len(numbers), width))]
    at = template.find("N" * 9)
    rows[:, at : at + 9] = ord("0") + (100_000_000 + numbers[:, None]) // 10 ** np.arange(8, -1, -1) % 10
    return rows.tobytes()


def _ours(data: bytes) -> int:
    return sum(each.count for each in LISTS["vics-2.0"].read(io.BytesIO(data)) if isinstance(each, EntryBatch))


def _our_tuples(data: bytes) -> list[tuple[str | None, ...]]:
    found = []
    for batch in LISTS["vics-2.0"].read(io.BytesIO(data)):
        for line in batch.lines.splitlines():
            entry = json.loads(line)
            digests = entry["digests"]
            own = dict(entry["extra"])["MediaID"]
            found.append((own, digests["md5"], digests["sha1"], entry["label"], digests.get("pdq")))
    return found


def _their_tuples(data: bytes) -> list[tuple[str | None, ...]]:
    found = []
    for record in ijson.items(io.BytesIO(data), "value.item"):
        named = record.get("AlternativeHash", ())
        pdq = next((each["HashValue"].lower() for each in named if each["HashName"] == "PDQ"), None)
        numbers = str(record["MediaID"]), str(record["Category"])
        found.append((numbers[0], record["MD5"].lower(), record["SHA1"].lower(), numbers[1], pdq))
    return found


def _their_objects(data: bytes) -> int:
    return sum(1 for _ in ijson.items(io.BytesIO(data), "value.item"))


if __name__ == "__main__":
    started = time.perf_counter()
    for result in run(float(sys.argv[1]) if len(sys.argv) > 1 else 0.01):
        print(result.line(), round(time.perf_counter() - started, 1))
