"""Measure what PDQ finds and what it mistakes: every picture changed in many ways, and every pair compared.

Pictures go through the decoder process, as in a scan. Kept of each are its hashes (256 bytes), not its pixels.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import PIL
from PIL import Image

import amparo
from amparo.base import Blob, Progress, Skipped, canonical_digest, silent
from amparo.media.decoder import Decoder, shared_decoder
from amparo.media.errors import BlobUnreadable, NoPreview
from amparo.media.hashes import PdqHash
from amparo.media.hashing import RULES, preview
from amparo.media.robustness.made import made_flats, made_scenes
from amparo.media.robustness.pairs import FURTHEST, THRESHOLDS, Pairs
from amparo.media.robustness.transforms import LISTED_QUALITY, TRANSFORMS, jpeg
from amparo.media.signals.pdq import MIN_QUALITY

#: Of the shape that `Measurement.as_dict` gives.
FORMAT: Final = 1
#: The longer side of a picture from a file; larger ones are made smaller before anything is done with them.
SIDE: Final = 1600


@dataclass(slots=True)
class Tally:
    """Of one transform: how far the copies lie. `left`: copies that were too plain to compare, so not found."""

    copies: int = 0
    left: int = 0
    as_listed: Counter[int] = field(default_factory=Counter)  # distance -> copies, compared as they lie
    in_all_ways: Counter[int] = field(default_factory=Counter)  # by the nearest of the eight ways to lay them

    def add(self, copy: PdqHash | Skipped, listed: bytes) -> None:
        self.copies += 1
        if isinstance(copy, Skipped) or copy.quality < MIN_QUALITY:
            self.left += 1
            return
        distances = [_differing(bytes.fromhex(each), listed) for each in copy.variants]
        self.as_listed[distances[0]] += 1
        self.in_all_ways[min(distances)] += 1

    def as_dict(self) -> dict[str, Any]:
        spread = sorted(self.in_all_ways.elements())
        middle, far = (spread[len(spread) // 2], spread[len(spread) * 9 // 10]) if spread else (None, None)
        return {
            "copies": self.copies,
            "too_plain": self.left,
            "median": middle,
            "nine_in_ten": far,
            "as_listed": {str(each): _within(self.as_listed, each) for each in THRESHOLDS},
            "in_all_ways": {str(each): _within(self.in_all_ways, each) for each in THRESHOLDS},
        }


class Measurement:
    """Takes pictures one after another, then says what was found. Use `measure`."""

    def __init__(self, decoder: Decoder | None = None, progress: Progress = silent) -> None:
        self._progress = progress
        self._decoder = decoder or shared_decoder()
        self.tallies = {each.name: Tally() for each in TRANSFORMS}
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.decoders: set[str] = set()
        self.seed: int | None = None
        self.changed = 0  # pictures of which copies were made
        self._hashes: list[bytes] = []  # the eight ways of each picture, joined
        self._qualities: list[int] = []
        self._files: set[str] = set()

    def take_blob(self, blob: Blob) -> None:
        """A picture from a file; a file that was taken before, or is none, is counted and left out."""
        try:
            digest = _sha256(blob)
            if digest in self._files:
                self.skipped["same-file"] += 1
                return
            png = preview(blob, SIDE, grey=False, blur=False, decoder=self._decoder)
        except NoPreview as error:
            self.skipped[str(error.facts["reason"])] += 1
            return
        except BlobUnreadable:
            self.skipped["unreadable"] += 1
            return
        self._files.add(digest)
        self.take(Image.open(io.BytesIO(png)).convert("RGB"), "files")  # a PNG our own decoder made

    def take(self, picture: Image.Image, source: str, *, changed: bool = True) -> None:
        """Hash a picture; with `changed`, each of its copies too, if it is not too plain to be compared."""
        made = self._decoder.pdq(jpeg(picture, LISTED_QUALITY))
        if isinstance(made, Skipped):
            self.skipped[made.reason] += 1
            return
        self.counts[source] += 1
        self.decoders.add(made.decoder)
        self._hashes.append(b"".join(bytes.fromhex(each) for each in made.variants[:8]))
        self._qualities.append(made.quality)
        if not changed:
            return
        if made.quality < MIN_QUALITY:
            self.counts["too_plain"] += 1
            return
        self.changed += 1
        for transform in TRANSFORMS:
            copy = self._decoder.pdq(transform.apply(picture))
            self.tallies[transform.name].add(copy, bytes.fromhex(made.hex))

    def as_dict(self) -> dict[str, Any]:
        """The whole measurement as canonical values: the same pictures give the same."""
        pairs = Pairs(self._hashes, self._qualities, self._progress)
        return {
            "format": FORMAT,
            "tool": f"amparo {amparo.__version__}",
            "kernel": f"amparo pdq, rules {RULES}",
            "decoders": sorted(self.decoders),
            "encoder": f"pillow {PIL.__version__}",
            "min_quality": MIN_QUALITY,
            "seed": self.seed,
            "files": canonical_digest(sorted(self._files)) if self._files else None,
            "changed": self.changed,
            "pictures": dict(sorted(self.counts.items())),
            "skipped": dict(sorted(self.skipped.items())),
            "transforms": {name: each.as_dict() for name, each in self.tallies.items()},
            "plain_copies": self._plain(),
            "different": pairs.comparable(),
            "quality_bands": pairs.bands(),
        }

    def _plain(self) -> dict[str, Any]:
        joined: Counter[int] = Counter()
        plain = [self.tallies[each.name] for each in TRANSFORMS if each.plain]
        for each in plain:
            joined += each.in_all_ways
        return {
            "of": sum(each.copies for each in plain),
            "within": [_within(joined, each) for each in range(FURTHEST + 1)],
        }


def _sha256(blob: Blob) -> str:
    try:
        digest = hashlib.sha256()
        with blob.open() as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()
    except OSError as error:
        raise BlobUnreadable(name=blob.name, why=error.strerror or str(error)) from error


def _differing(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _within(counted: Counter[int], limit: int) -> int:
    return sum(count for distance, count in counted.items() if distance <= limit)


def measure(
    blobs: Iterable[Blob] = (),
    *,
    scenes: int = 0,
    pairs_only: int = 0,
    flats: int = 0,
    seed: int = 1,
    decoder: Decoder | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Measure over pictures from files and made ones; see `Measurement.as_dict` for what comes back.

    `scenes`: made pictures, changed like those from files. `pairs_only`: further ones that are only compared with the
    others. `flats`: made near-flat ones, compared too. Pictures from files must be benign and all different: a copy
    among them counts as a false match. Memory: one picture, and 300 bytes for each that was seen.
    """
    made = Measurement(decoder, progress)
    made.seed = seed if scenes or pairs_only or flats else None
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        progress(done, None, "pictures")

    for blob in blobs:
        made.take_blob(blob)
        tell()
    for picture in made_scenes(scenes, seed):
        made.take(picture, "made")
        tell()
    for picture in made_scenes(pairs_only, seed, scenes):
        made.take(picture, "made_for_pairs", changed=False)
        tell()
    for picture in made_flats(flats, seed):
        made.take(picture, "made_flat", changed=False)
        tell()
    return made.as_dict()
