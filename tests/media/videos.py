"""Short benign clips, made of the shared ones with PyAV: cut together, changed in one way each, small and quick."""

import functools
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageOps

Pixels = npt.NDArray[np.uint8]
Change = Callable[[Image.Image], Image.Image]

RATE = 10
SIDE = (320, 240)


@functools.cache
def scene(folder: Path) -> tuple[Image.Image, ...]:
    """About 21 s at 10 pictures a second: three shared clips and a slow pan over a shared photo."""
    made = [image for name in CLIPS for image in _clip(folder / "pdq/video" / name)]
    photo = Image.open(folder / "pdq/bridge-mods/aaa-orig.jpg").convert("RGB").resize((640, 480))
    made += [photo.crop((4 * step, 2 * step, 4 * step + 320, 2 * step + 240)) for step in range(60)]
    return tuple(made)


CLIPS = ("pattern-sd-grey-bar.mp4", "doorknob-hd-no-bar.mp4", "test-padded-dimensions.mp4")


@functools.cache
def unrelated(folder: Path) -> tuple[Image.Image, ...]:
    """20 s of a pan over another shared photo."""
    photo = Image.open(folder / "pdq/modes/rgb.jpeg").convert("RGB").resize((800, 600))
    return tuple(photo.crop((2 * step, step, 2 * step + 320, step + 240)) for step in range(200))


def _clip(path: Path) -> Iterable[Image.Image]:
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 3 == 0:
                yield frame.reformat(*SIDE, "rgb24").to_image()


@contextmanager
def _same_urgency() -> Iterator[None]:
    """SVT-AV1 makes its caller a real-time thread where it runs as root, and all that is started later too."""
    before, at = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, before, at)


def encode(
    pictures: Iterable[Image.Image],
    *,
    kind: str = "mp4",
    codec: str = "libx264",
    rate: int = RATE,
    every: int = 20,
    times: Sequence[float] | None = None,
    sound: bool = False,
    movflags: str = "",
    **options: str,
) -> bytes:
    """Return a video file; `every`: pictures from key frame to key frame; `times`: when each is shown, in seconds."""
    rest = iter(pictures)
    first = next(rest)
    # A real file, because an index that is to come first makes the muxer read again what it wrote.
    with (
        _same_urgency(),
        tempfile.NamedTemporaryFile() as out,
        av.open(out.name, "w", format=kind, options={"movflags": movflags} if movflags else {}) as container,
    ):
        stream = container.add_stream(codec, rate=rate, options=_quick(codec) | options)
        stream.width, stream.height = first.size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = every
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        noise = _add_sound(container) if sound else None
        for number, picture in enumerate(chain([first], rest)):
            frame = av.VideoFrame.from_image(picture)
            seconds = times[number] if times is not None else number / rate
            frame.pts, frame.time_base = round(seconds * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if noise is not None:
            container.mux(noise.encode())
        container.close()
        return Path(out.name).read_bytes()


def _quick(codec: str) -> dict[str, str]:
    return {"preset": "ultrafast", "tune": "zerolatency"} if codec == "libx264" else {}


def sound_only() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        container.mux(_add_sound(container).encode())
    return out.getvalue()


def _add_sound(container: av.container.OutputContainer) -> av.AudioStream:
    stream = container.add_stream("aac", rate=8000, layout="mono")
    for number in range(8):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, number * 1024
        container.mux(stream.encode(frame))
    return stream


def grey(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).convert("RGB")


def sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), (40, 20, 0), (255, 240, 200))


def logo(share: float) -> Change:
    """A white box with letters in a corner, of that share of width and height."""

    def changed(image: Image.Image) -> Image.Image:
        image = image.copy()
        width, height = (round(side * share) for side in image.size)
        draw = ImageDraw.Draw(image)
        draw.rectangle((8, 8, 8 + width, 8 + height), "white")
        draw.text((12, 10), "channel", "red")
        return image

    return changed


def scaled(share: float) -> Change:
    return lambda image: image.resize((round(image.width * share) // 2 * 2, round(image.height * share) // 2 * 2))


def cropped(share: float) -> Change:
    """Cut `share` off each side, then stretch to the old size."""

    def changed(image: Image.Image) -> Image.Image:
        x, y = image.width * share, image.height * share
        return image.crop((x, y, image.width - x, image.height - y)).resize(image.size)

    return changed


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.BoxBlur(1.5))


def quarter_turned(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90)
