"""Pictures: made-up landscapes, drawn pixel by pixel. Nothing in them is a photograph or shows a person.

Drawn with NumPy and Pillow's rectangles and ellipses only: Pillow's polygons differ between its versions.
"""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from amparo.academy.worlds.dice import Dice

WIDTH: Final = 480  # pixels
HEIGHT: Final = 360
QUALITY: Final = 88  # JPEG
Pixels = NDArray[np.float64]


def landscape(dice: Dice) -> Image.Image:
    """Return one made-up landscape: sky, sun, hills, houses, each from the dice."""
    canvas = _sky(dice)
    for depth in range(dice.between(2, 4)):
        _hill(canvas, dice, depth)
    grain = np.frombuffer(dice.data(WIDTH * HEIGHT // 64), dtype=np.uint8).reshape(HEIGHT // 8, WIDTH // 8)
    canvas += (np.kron(grain, np.ones((8, 8)))[:, :, None] - 127.5) * 0.12
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8), "RGB")
    _furnish(ImageDraw.Draw(picture), dice)
    return picture


def jpeg(picture: Image.Image, quality: int = QUALITY) -> bytes:
    """Return the picture as a JPEG file without any metadata."""
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=2)
    return file.getvalue()


def near_copy(picture: Image.Image, dice: Dice) -> bytes:
    """Return the picture as somebody would send it on: smaller, compressed harder, a little lighter."""
    scale = dice.between(55, 85)
    small = picture.resize((WIDTH * scale // 100, HEIGHT * scale // 100), Image.Resampling.BICUBIC)
    more = dice.between(2, 8)
    lighter = small.point([min(255, value + more) for value in range(256)] * 3)
    return jpeg(lighter, dice.between(45, 65))


def _sky(dice: Dice) -> Pixels:
    top, bottom = _colour(dice, 60, 200), _colour(dice, 140, 250)
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    sky = np.broadcast_to(top * (1 - down) + bottom * down, (HEIGHT, WIDTH, 3)).copy()
    x, y = dice.below(WIDTH), dice.below(HEIGHT // 2)
    across, along = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    glow = np.exp(-((across - x) ** 2 + (along - y) ** 2) / (2.0 * dice.between(25, 70) ** 2))
    return np.asarray(sky + glow[:, :, None] * dice.between(40, 110), dtype=np.float64)


def _hill(canvas: Pixels, dice: Dice, depth: int) -> None:
    """Paint one chain of hills: three waves added up, darker the nearer it is."""
    across = np.arange(WIDTH)
    line = np.full(WIDTH, HEIGHT * (0.45 + 0.14 * depth) + dice.between(-25, 25), dtype=np.float64)
    for size in (46, 20, 8):
        wave = dice.between(1, 9) * np.pi * across / WIDTH + dice.below(628) / 100
        line += np.round(np.sin(wave) * size * dice.between(40, 100) / 100)
    below = np.arange(HEIGHT)[:, None] >= line[None, :]
    canvas[below] = _colour(dice, 30, 150 - 25 * depth)


def _furnish(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    for _ in range(dice.between(2, 6)):
        x, y = dice.below(WIDTH - 60), dice.between(HEIGHT // 2, HEIGHT - 70)
        wide, high = dice.between(24, 70), dice.between(20, 60)
        draw.rectangle((x, y, x + wide, y + high), fill=_ink(dice, 90, 240), outline=_ink(dice, 0, 80))
        draw.rectangle((x + wide // 3, y + high // 2, x + wide // 2, y + high), fill=_ink(dice, 10, 110))
    for _ in range(dice.between(3, 9)):
        x, y, size = dice.below(WIDTH), dice.between(HEIGHT // 3, HEIGHT), dice.between(8, 34)
        draw.ellipse((x - size, y - size, x + size, y + size), fill=_ink(dice, 20, 200))


def _colour(dice: Dice, low: int, high: int) -> Pixels:
    return np.array(_ink(dice, low, high), dtype=np.float64)


def _ink(dice: Dice, low: int, high: int) -> tuple[int, int, int]:
    return (dice.between(low, high), dice.between(low, high), dice.between(low, high))
