"""Pictures for the media benches: the real photos beside the checkout, or made ones where they are absent."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "pdq"


def jpegs(scale: float) -> list[bytes]:
    """Whole JPEG files; at least two, all at scale 1."""
    found = [path.read_bytes() for path in sorted(SHARED.glob("*/*.jp*g")) if path.stat().st_size > 100_000]
    files = [data for data in found if Image.open(BytesIO(data)).mode == "RGB"] or [_made(seed) for seed in range(20)]
    return files[: max(2, round(len(files) * scale))]


def is_progressive(data: bytes) -> bool:
    return bool(Image.open(BytesIO(data)).info.get("progressive"))


def pixels(data: bytes) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(Image.open(BytesIO(data)).convert("RGB")))


def _made(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (50, 70, 3), np.uint8)).resize((1680, 1200), Image.Resampling.BICUBIC)
    out = BytesIO()
    coarse.save(out, "JPEG", quality=90)
    return out.getvalue()
