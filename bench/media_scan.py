"""Scan 100,000 mixed files (20,000 distinct photos of two megapixels, the rest small) on two cores, killed and not.

`python -m bench.media_scan work …` is the scanning process that is killed with signal 9 and continued; it keeps what it
has found in signature parts, as the desk's job does.
"""

import hashlib
import json
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
import simplejpeg
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

from amparo import _kernels
from amparo.base import Blob, canonical
from amparo.media import Index, Scanned, build_index, scan
from amparo.media.index.layout import entry_to_json
from amparo.media.lists import Entry, EntryBatch
from amparo.media.signatures import Signature, SignatureWriter
from bench.result import Result

FILES, PHOTOS, ENTRIES = 100_000, 20_000, 10_000_000
HEIGHT, WIDTH = 1224, 1632  # two megapixels
#: A photo is a crop of a scene, which is so much larger each way.
MARGIN = 400
WORKERS = 2
KILLS = 3
#: One photo in so many is on the list, some bits away; one small file in so many by its MD5.
PLANTED = 50
#: Results that go into one part.
PART = 500


def run(scale: float) -> Iterator[Result]:
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as folder:
        place = Path(folder)
        planted = _make_files(place / "files", max(20, round(PHOTOS * scale)), max(80, round((FILES - PHOTOS) * scale)))
        _make_index(place / "index", max(10_000, round(ENTRIES * scale)), planted)
        whole = _work(place, "whole", kills=0)
        photos = _work(place, "photos", kills=0)
        yield from _speeds(place, whole, photos)
        broken = _work(place, "killed", kills=KILLS)
        yield Result(
            target=f"the same scan killed with signal 9 {broken['kills']} times and continued: {broken['hits']} hits",
            ours=round(broken["seconds"], 1),
            unit="seconds",
            peer="the scan that was not killed",
            peer_version=None,
            ratio=round(whole["seconds"] / broken["seconds"], 2),
            goal=None,
            equal=broken["digest"] == whole["digest"] and whole["hits"] >= len(planted),
            cpu=_kernels.cpu(),
        )


def _speeds(place: Path, whole: dict, photos: dict) -> Iterator[Result]:
    hours = 1e6 * photos["seconds"] / photos["files"] / 3600
    processor = 1e6 * photos["processor"] / photos["files"] / 3600 / WORKERS
    peer_hours = 1e6 * _peer_seconds(place) / WORKERS / 3600
    facts = {"cpu": _kernels.cpu(), "peer_version": version("threatexchange")}
    yield Result(
        target=f"{whole['files']} mixed files against {whole['entries']} entries, {WORKERS} decoder processes",
        ours=round(whole["files"] / whole["seconds"], 1),
        unit="files a second",
        peer=None,
        ratio=None,
        goal=None,
        equal=None,
        **{**facts, "peer_version": None},
    )
    yield Result(
        target="hours for 1,000,000 photos of two megapixels, 8 ways each; two hours or less are the goal",
        ours=round(hours, 2),
        unit="hours",
        peer="two hours",
        ratio=round(2 / hours, 2),
        goal=1.0,
        equal=None,
        **{**facts, "peer_version": None},
    )
    yield Result(
        target="the same in processor time, shared by two cores: what other work on the machine does not disturb",
        ours=round(processor, 2),
        unit="hours",
        peer="two hours",
        ratio=round(2 / processor, 2),
        goal=1.0,
        equal=None,
        **{**facts, "peer_version": None},
    )
    yield Result(
        target="the same photos, against hashing them with the peer alone on two cores (no digests, no search)",
        ours=round(hours, 2),
        unit="hours",
        peer="threatexchange pdq_from_bytes",
        ratio=round(peer_hours / hours, 2),
        goal=None,
        equal=None,
        **facts,
    )
    yield Result(
        target="memory at its peak: the scanning process (the mapped index counts) + its decoder processes",
        ours=round(whole["rss"] / 1024),
        unit="MiB",
        peer=None,
        ratio=None,
        goal=None,
        equal=None,
        **{**facts, "peer_version": None},
    )


# ---- what is scanned ------------------------------------------------------------------------------------------------


def _make_files(folder: Path, photos: int, others: int) -> list[str]:
    """Write the files; return the PDQ hashes of the photos that are to be on the list."""
    rng = np.random.default_rng(6)
    scenes = [_scene(rng) for _ in range(4)]
    planted = []
    for number in range(photos):
        place = folder / f"{number // 500:03d}"
        place.mkdir(parents=True, exist_ok=True)
        pixels = _photo(rng, scenes)
        if number % PLANTED == 0:
            planted.append(_kernels.pdq(simplejpeg.decode_jpeg(_jpeg(pixels), "RGB"))[0][number // PLANTED % 8].hex())
        (place / f"photo-{number:06d}.jpg").write_bytes(_jpeg(pixels))
        for other in range(number * others // photos, (number + 1) * others // photos):
            (place / f"small-{other:06d}.{('txt', 'bin', 'log')[other % 3]}").write_bytes(_small(rng, other))
    return planted


def _scene(rng: np.random.Generator) -> np.ndarray:
    """A large picture with structure of all sizes, like a landscape, and a sensor's noise."""
    height, width = HEIGHT + MARGIN, WIDTH + MARGIN
    made = np.zeros((height, width, 3), np.float32)
    for cells in (3, 7, 15, 40, 110, 300):
        coarse = rng.normal(0, 1, (cells, cells * 4 // 3, 3)).astype(np.float32)
        rows, columns = np.arange(height) * cells // height, np.arange(width) * coarse.shape[1] // width
        made += coarse[rows][:, columns] * (60 / cells**0.4)
    made += rng.normal(0, 4, made.shape).astype(np.float32)
    return np.clip(made + 127, 0, 255).astype(np.uint8)


def _photo(rng: np.random.Generator, scenes: list[np.ndarray]) -> np.ndarray:
    """Two random crops of two scenes, one over the other."""
    crops = []
    for scene in rng.choice(len(scenes), 2, replace=False):
        top, left = rng.integers(0, MARGIN, 2)
        crops.append(scenes[scene][top : top + HEIGHT, left : left + WIDTH])
    return (crops[0] >> 1) + (crops[1] >> 1)


def _jpeg(pixels: np.ndarray) -> bytes:
    return simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=88, colorsubsampling="420")


def _small(rng: np.random.Generator, number: int) -> bytes:
    return f"{number}\n".encode() + rng.bytes(int(rng.integers(200, 30_000)))


def _make_index(folder: Path, size: int, planted: list[str]) -> None:
    """Random hashes, and those that are to be found, some bits away."""
    rng = np.random.default_rng(7)

    def entries() -> Iterator[Entry | EntryBatch]:
        for row, digest in enumerate(planted, start=2):
            bits = np.frombuffer(bytes.fromhex(digest), np.uint8).copy()
            bits[row % 32] ^= 0b101
            yield Entry(row, {"pdq": bits.tobytes().hex()}, "planted")
        row = 2 + len(planted)
        while row < size:
            count = min(100_000, size - row + 1)
            yield _batch(rng, row, count)
            row += count

    build_index(entries(), folder, {"name": "bench"})


def _batch(rng: np.random.Generator, row: int, count: int) -> EntryBatch:
    digests = rng.integers(0, 256, (count, 32), np.uint8)
    pattern = canonical(entry_to_json(Entry(0, {"pdq": "HASH"}))).replace('"row":0', '"row":%d').replace("HASH", "%s")
    lines = [(pattern % (each.tobytes().hex(), row + at) + "\n").encode() for at, each in enumerate(digests)]
    ends = np.cumsum([len(line) for line in lines], dtype=np.uint64)
    return EntryBatch(count, {"pdq": (digests, np.arange(count, dtype=np.uint32))}, b"".join(lines), ends)


def _peer_seconds(place: Path) -> float:
    """Seconds a photo takes the peer, on one core."""
    files = [path.read_bytes() for path in islice(_paths(place / "files", photos_only=True), 40)]
    start = time.perf_counter()
    for data in files:
        pdq_from_bytes(data)
    return (time.perf_counter() - start) / len(files)


# ---- the scanning process ------------------------------------------------------------------------------------------


def _work(place: Path, name: str, kills: int) -> dict:
    """Run the scan in a process of its own, kill it now and then, and return what it found."""
    state = place / name
    state.mkdir()
    total = sum(1 for _ in _paths(place / "files", photos_only=name == "photos"))
    start, killed = time.perf_counter(), 0
    while True:
        process = subprocess.Popen([sys.executable, "-m", "bench.media_scan", "work", str(place), name])
        while process.poll() is None:
            time.sleep(0.02)
            if killed < kills and _done(state) >= total * (killed + 1) // (kills + 2):
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
        if process.returncode == 0:
            break
        if process.returncode != -signal.SIGKILL:
            raise SystemExit(f"the scan ended with status {process.returncode}")
    result = json.loads((state / "result.json").read_bytes())
    return result | {"kills": killed} | ({"seconds": time.perf_counter() - start} if killed else {})


def _paths(folder: Path, *, photos_only: bool = False) -> Iterator[Path]:
    for below in sorted(folder.iterdir()):
        names = sorted(each.name for each in below.iterdir())
        yield from (below / name for name in names if not photos_only or name.startswith("photo-"))


def _done(state: Path) -> int:
    try:
        return json.loads((state / "place.json").read_bytes())["done"]
    except FileNotFoundError:
        return 0


def work(place: Path, name: str) -> None:
    state, index = place / name, Index.open(place / "index")
    try:
        at = json.loads((state / "place.json").read_bytes())
    except FileNotFoundError:
        at = {"done": 0, "parts": 0, "hits": 0}
    writer = SignatureWriter(state, at["parts"])
    hits = (state / "hits.jsonl").open("ab")
    hits.truncate(at["hits"])
    paths = islice(_paths(place / "files", photos_only=name == "photos"), at["done"], None)
    marks: dict[int, int] = {}
    start = time.perf_counter()
    results = scan((Blob.from_path(path, path.name) for path in paths), {"bench": index}, workers=WORKERS)
    while batch := list(islice(results, PART)):
        _keep(state, writer, hits, at, batch)
        marks |= {child: _most(child) for child in _children()}
    report = writer.finish()
    seconds = time.perf_counter() - start
    found = (state / "hits.jsonl").read_bytes()
    facts = {"seconds": seconds, "files": at["done"], "hits": found.count(b"\n"), "entries": len(index)}
    digest = hashlib.sha256(report.sha256.encode() + found).hexdigest()
    rss = _most("self") + sum(sorted(marks.values())[-WORKERS:])
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    facts["processor"] = sum(each.ru_utime + each.ru_stime for each in spent)
    (state / "result.json").write_text(json.dumps(facts | {"digest": digest, "rss": rss}))
    shutil.rmtree(state / "parts", ignore_errors=True)


def _children() -> list[int]:
    return [int(each) for path in Path("/proc/self/task").glob("*/children") for each in path.read_text().split()]


def _most(process: int | str) -> int:
    """KiB of memory a process held at most: its own mark, for ru_maxrss begins with what its parent held; 0 if gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _keep(state: Path, writer: SignatureWriter, hits, at: dict, batch: list[Scanned]) -> None:
    numbered = enumerate(batch, at["done"] + 1)
    at["parts"] = writer.write(Signature(number, each.name, each.hashes) for number, each in numbered)
    for each in batch:
        for hit in each.hits:
            line = {"name": each.name, "row": hit.entry.row, "distance": hit.distance, "variant": hit.variant}
            hits.write(json.dumps(line).encode() + b"\n")
    hits.flush()
    at["done"] += len(batch)
    at["hits"] = hits.tell()
    partial = state / "place.partial"
    partial.write_text(json.dumps(at))
    partial.replace(state / "place.json")


if __name__ == "__main__":
    work(Path(sys.argv[2]), sys.argv[3])
