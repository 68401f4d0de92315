"""Pictures made by rule from a seed: scenes with sky, ground, things and grain, and near-flat and blank ones.

Meaning: they stand in for photographs where none may be shipped. Real ones are more alike in some ways (series of one
         scene) and less in others, so a measurement should hold some of both.
Source:  amplitudes fall with frequency as in photographs: Field (1987), doi 10.1364/JOSAA.4.002379.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Generator = np.random.Generator
Plane = npt.NDArray[np.float64]
SIZES: Final = ((640, 480), (800, 600), (480, 640), (720, 720), (960, 540))
#: So that a scene and a near-flat picture of one number differ.
_SCENE, _FLAT = 1, 2
_FINE: Final = 256  # points along a side of a surface, before it is spread over the picture


def made_scenes(count: int, seed: int, first: int = 0) -> Iterator[Image.Image]:
    """Yield `count` different RGB pictures; the same seed and number give the same picture."""
    for number in range(first, first + count):
        yield _scene(np.random.default_rng([seed, _SCENE, number]))


def made_flats(count: int, seed: int) -> Iterator[Image.Image]:
    """Yield `count` pictures with little in them: dark frames, walls, mist; most are too plain to compare."""
    for number in range(count):
        yield _flat(np.random.default_rng([seed, _FLAT, number]))


def _scene(rng: Generator) -> Image.Image:
    width, height = SIZES[rng.integers(len(SIZES))]
    picture = Image.composite(
        _surface(rng, width, height, grain=rng.uniform(30, 90)),
        _surface(rng, width, height, grain=rng.uniform(5, 50)),
        _below(rng, width, height),
    )
    for _ in range(rng.integers(3, 12)):
        mask = _shape(rng, width, height)
        picture.paste(_surface(rng, width, height, grain=rng.uniform(5, 80)), (0, 0), mask)
    return _with_grain(rng, picture, rng.uniform(1, 5))


def _flat(rng: Generator) -> Image.Image:
    width, height = SIZES[rng.integers(len(SIZES))]
    if rng.random() < 0.1:  # blank: a black frame, an empty page
        return Image.new("RGB", (width, height), tuple(rng.integers(0, 256, 3).tolist()))
    clouds = rng.uniform(1, 8) if rng.random() < 0.5 else 0  # without: a lit wall, a dark frame
    picture = _surface(rng, width, height, grain=clouds, shade=rng.uniform(0, 60))
    if rng.random() < 0.3:  # one thing on a wall
        thing = _shape(rng, width, height).filter(ImageFilter.GaussianBlur(width / 40))
        picture.paste(_surface(rng, width, height, grain=5, shade=10), (0, 0), thing)
    # A camera's picture has grain, which parts even plain ones; a drawn, scanned or smoothed one has none.
    return _with_grain(rng, picture, 1) if rng.random() < 0.5 else picture


def _with_grain(rng: Generator, picture: Image.Image, spread: float) -> Image.Image:
    grain = rng.standard_normal((picture.height, picture.width, 1), np.float32) * np.float32(spread)
    return _image(np.asarray(picture, np.float32) + grain)


def _surface(rng: Generator, width: int, height: int, grain: float, shade: float = 120) -> Image.Image:
    """One colour that changes over the picture, with clouds of all sizes in it."""
    down, across = np.mgrid[0 : 1 : _FINE * 1j, 0 : 1 : _FINE * 1j]
    slope = rng.normal(size=2)
    ramp = (slope[0] * down + slope[1] * across) / (np.abs(slope).sum() + 1e-9)
    light = ramp * rng.uniform(0, shade) + (_clouds(rng) * grain if grain else 0)
    colour = rng.uniform(30, 225) + rng.normal(0, 25, 3)
    made = _image(colour + light[..., None] * rng.uniform(0.8, 1.2, 3))
    return made.resize((width, height), Image.Resampling.BICUBIC)


def _clouds(rng: Generator) -> Plane:
    """Noise whose amplitude falls with frequency; its spread is 1."""
    across = np.fft.rfftfreq(_FINE) * _FINE
    waves = np.hypot((np.fft.fftfreq(_FINE) * _FINE)[:, None], across[None, :])
    waves[0, 0] = 1
    noise = rng.normal(size=waves.shape) + 1j * rng.normal(size=waves.shape)
    noise[0, 0] = 0
    plane: Plane = np.fft.irfft2(noise / waves ** rng.uniform(1.2, 2.2), (_FINE, _FINE))
    plane /= plane.std() + 1e-12
    return plane


def _below(rng: Generator, width: int, height: int) -> Image.Image:
    """A mask of what lies below an uneven horizon."""
    steps = np.linspace(0, width, 9)
    line = height * rng.uniform(0.25, 0.75) + rng.normal(0, height * rng.uniform(0, 0.12), 9)
    mask = Image.new("L", (width, height), 0)
    outline = [*zip(steps.tolist(), line.tolist(), strict=True), (width, height), (0, height)]
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    return mask


def _shape(rng: Generator, width: int, height: int) -> Image.Image:
    """A mask: an ellipse, a box or a crooked figure somewhere in the picture."""
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    wide, high = width * rng.uniform(0.04, 0.35), height * rng.uniform(0.04, 0.35)
    kind = rng.integers(3)
    if kind == 0:
        draw.ellipse((x - wide, y - high, x + wide, y + high), fill=255)
    elif kind == 1:
        draw.rectangle((x - wide, y - high, x + wide, y + high), fill=255)
    else:
        around = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
        reach = rng.uniform(0.4, 1, len(around))
        corners = zip(x + wide * reach * np.cos(around), y + high * reach * np.sin(around), strict=True)
        draw.polygon([(float(across), float(down)) for across, down in corners], fill=255)
    return mask


def _image(values: npt.NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8), "RGB")
