"""PDQ in plain NumPy: the slow twin of native/pdq.cpp, sum for sum in the same order. Used as the oracle.

Source: the closed form of the reference's two box passes, `A = Wy . luma . Wx^T`; then a DCT of 16 frequencies an
axis and one bit a frequency, set above the lower median. float32 where the reference is float, double where it is.
"""

import math

import numpy as np
import numpy.typing as npt

VARIANTS = ("original", "rot90", "rot180", "rot270", "flipx", "flipy", "plus1", "minus1")
F32 = np.float32


def window(o: int, n: int) -> tuple[int, int]:
    w = (n + 127) // 128
    h = (w + 2) // 2
    return max(0, o - (w - h)), min(n, o + h)


def weights(n: int) -> npt.NDArray[np.float32]:
    """The 64 x n matrix that blurs and samples one axis; summed in double, kept as float32."""
    made = np.zeros((64, n))
    for j in range(64):
        left, right = window(int(((j + 0.5) * n) / 64), n)
        for m in range(left, right):
            inner_left, inner_right = window(m, n)
            made[j, inner_left:inner_right] += 1 / ((right - left) * (inner_right - inner_left))
    return made.astype(F32)


def luma(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    plane = pixels.astype(F32)
    if plane.ndim == 2:
        return plane
    return F32(0.299) * plane[..., 0] + F32(0.587) * plane[..., 1] + F32(0.114) * plane[..., 2]


def samples(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    height, width = pixels.shape[:2]
    wy, wx, plane = weights(height), weights(width), luma(pixels)
    rows = np.zeros((64, width), F32)
    for r in range(height):
        for i in np.nonzero(wy[:, r])[0]:
            rows[i] += wy[i, r] * plane[r]
    sums = np.zeros((64, 64))
    for x in range(width):
        for j in np.nonzero(wx[:, x])[0]:
            sums[:, j] += (wx[j, x] * rows[:, x]).astype(np.float64)
    return sums.astype(F32)


def quality(a: npt.NDArray[np.float32]) -> int:
    total = 0
    for u, v in ((a[:-1], a[1:]), (a[:, :-1], a[:, 1:])):
        total += int(np.abs(np.trunc((u - v) * F32(100) / F32(255)).astype(int)).sum())
    return min(100, total // 90)


def frequencies(a: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    d = np.array(
        [[math.sqrt(2 / 64) * math.cos(math.pi / 128 * (i + 1) * (2 * j + 1)) for j in range(64)] for i in range(16)]
    ).astype(F32)
    half = np.zeros((16, 64), F32)
    b = np.zeros((16, 16), F32)
    for k in range(64):
        half += d[:, k : k + 1] * a[k]
    for k in range(64):
        b += half[:, k : k + 1] * d[:, k]
    return b


def bits(b: npt.NDArray[np.float32]) -> str:
    median = np.sort(b.ravel())[127]
    return f"{sum(1 << k for k, value in enumerate(b.ravel()) if value > median):064x}"


def turned(b: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """B of the eight turned and mirrored pictures, in the order of VARIANTS."""
    s = np.where(np.arange(16) % 2 == 1, 1, -1).astype(F32)
    row, column = b * s[:, None], b * s[None, :]
    both = b * -np.where(np.add.outer(np.arange(16), np.arange(16)) % 2 == 1, 1, -1).astype(F32)
    return [b, column.T, both, row.T, row, column, b.T, both.T]


def pdq(pixels: npt.NDArray[np.uint8]) -> tuple[tuple[str, ...], int]:
    """The eight hashes (64 hex signs each) and the quality of uint8 pixels, grey or RGB."""
    if min(pixels.shape[:2]) < 5:
        return ("0" * 64,) * 8, 0
    a = samples(pixels)
    return tuple(bits(each) for each in turned(frequencies(a))), quality(a)
