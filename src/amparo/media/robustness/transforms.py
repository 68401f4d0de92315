"""What happens to pictures on their way: each transform makes a JPEG of a picture, as a phone or a platform would."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from amparo.base import Registry

#: Of the listed picture, and of copies that are not made smaller by compression.
LISTED_QUALITY: Final = 95
COPY_QUALITY: Final = 90
Change = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True)
class Transform:
    """`name` is permanent: it stands in tables. `plain`: the kind of copy that PDQ is made for."""

    name: str
    words: str
    change: Change
    quality: int = COPY_QUALITY
    plain: bool = False

    def apply(self, picture: Image.Image) -> bytes:
        """Return the changed picture as a JPEG file."""
        return jpeg(self.change(picture), self.quality)

    def examples(self) -> list[Mapping[str, int]]:
        """Sizes of pictures that it takes."""
        return [{"width": 64, "height": 48}, {"width": 48, "height": 64}]


def jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _same(picture: Image.Image) -> Image.Image:
    return picture


def _resize(picture: Image.Image, *, percent: int) -> Image.Image:
    size = (max(8, picture.width * percent // 100), max(8, picture.height * percent // 100))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _square(picture: Image.Image, *, side: int) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def _crop(picture: Image.Image, *, percent: int) -> Image.Image:
    across, down = picture.width * percent // 200, picture.height * percent // 200
    return picture.crop((across, down, picture.width - across, picture.height - down))


def _border(picture: Image.Image, *, percent: int) -> Image.Image:
    return ImageOps.expand(picture, max(1, max(picture.size) * percent // 100), "white")


def _logo(picture: Image.Image, *, percent: int) -> Image.Image:
    """A plate with a ring in the lower right corner, its sides `percent` of the picture's."""
    wide, high = max(2, picture.width * percent // 100), max(2, picture.height * percent // 100)
    box = (picture.width - wide, picture.height - high, picture.width - 1, picture.height - 1)
    marked = picture.copy()
    draw = ImageDraw.Draw(marked)
    draw.rectangle(box, fill="white")
    draw.ellipse(box, outline="black", width=max(1, min(wide, high) // 6))
    return marked


def _lay(picture: Image.Image, *, how: Image.Transpose) -> Image.Image:
    return picture.transpose(how)


def _turn(picture: Image.Image, *, degrees: int) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC)


def _grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L")


def _brightness(picture: Image.Image, *, percent: int) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(percent / 100)


def _contrast(picture: Image.Image, *, percent: int) -> Image.Image:
    return ImageEnhance.Contrast(picture).enhance(percent / 100)


def _blur(picture: Image.Image, *, radius: int) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _sharpen(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.UnsharpMask(2, 150, 3))


def _screenshot(picture: Image.Image) -> Image.Image:
    """The picture in the middle of a phone's screen, with a bar above and buttons below."""
    screen = Image.new("RGB", (540, 960), "black")
    shown = ImageOps.contain(picture, (540, 760))
    screen.paste(shown, ((540 - shown.width) // 2, 80 + (760 - shown.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 80), fill="#f2f2f2")
    draw.rectangle((20, 30, 260, 50), fill="#333333")
    for left in (60, 240, 420):
        draw.ellipse((left, 875, left + 60, 935), outline="white", width=4)
    return screen


def _recompress(quality: int) -> Transform:
    words = f"compressed again, quality {quality}"
    return Transform(f"recompress-{quality}", words, _same, quality=quality, plain=True)


def _made(name: str, words: str, change: Callable[..., Image.Image], plain: bool = False, **how: object) -> Transform:
    return Transform(name, words, partial(change, **how) if how else change, plain=plain)


TRANSFORMS: Final[Registry[Transform]] = Registry(
    "transform",
    *(_recompress(quality) for quality in (90, 70, 50, 30)),
    *(_made(f"resize-{each}", f"made smaller, {each} %", _resize, plain=True, percent=each) for each in (75, 50, 25)),
    _made("square-512", "squeezed into 512 × 512", _square, plain=True, side=512),
    _made("grey", "grey", _grey, plain=True),
    *(_made(f"brightness-{each}", f"brightness {each} %", _brightness, percent=each) for each in (80, 120)),
    *(_made(f"contrast-{each}", f"contrast {each} %", _contrast, percent=each) for each in (70, 130)),
    *(_made(f"blur-{each}", f"blurred, radius {each}", _blur, radius=each) for each in (1, 3)),
    _made("sharpen", "sharpened", _sharpen),
    *(_made(f"crop-{each}", f"{each} % of width and height cut off", _crop, percent=each) for each in (2, 5, 10, 20)),
    *(_made(f"border-{each}", f"white border, {each} %", _border, percent=each) for each in (5, 10)),
    _made("logo-small", "logo over 10 % of width and height", _logo, percent=10),
    _made("logo-large", "logo over 35 % of width and height", _logo, percent=35),
    _made("mirror", "mirrored", _lay, how=Image.Transpose.FLIP_LEFT_RIGHT),
    _made("upside-down", "top and bottom changed", _lay, how=Image.Transpose.FLIP_TOP_BOTTOM),
    _made("rotate-90", "turned by 90°", _lay, how=Image.Transpose.ROTATE_90),
    _made("rotate-180", "turned by 180°", _lay, how=Image.Transpose.ROTATE_180),
    _made("rotate-270", "turned by 270°", _lay, how=Image.Transpose.ROTATE_270),
    *(_made(f"turn-{each}", f"turned by {each}°", _turn, degrees=each) for each in (1, 2, 5, 10)),
    _made("screenshot", "screenshot of a phone", _screenshot),
)
