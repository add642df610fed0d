"""Rendered name plates: lines of a machine's data, worn by blur, glare, noise and a small rotation; all made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

WIDTH, HEIGHT = 480, 320
_LETTERS, _DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "0123456789"


@dataclass(frozen=True)
class Plate:
    """A plate as a grey image, with its lines and their boxes (left, top, right, bottom) in pixels."""

    image: Image.Image
    lines: tuple[str, ...]
    boxes: tuple[tuple[int, int, int, int], ...]


def plate(rng: np.random.Generator) -> Plate:
    """Render a plate of three to five lines.

    Examples
    --------
    >>> import numpy as np
    >>> made = plate(np.random.default_rng(0))
    >>> made.image.size, len(made.lines) == len(made.boxes)
    ((480, 320), True)
    """
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (WIDTH, HEIGHT), int(rng.integers(150, 200)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, WIDTH - 8, HEIGHT - 8), outline=60, width=2)
    lines, boxes, top = _lines(rng), [], 24
    for line in lines:
        font = ImageFont.load_default(size=int(rng.integers(28, 34)))
        box = tuple(round(x) for x in draw.textbbox((28, top), line, font=font))
        draw.text((28, top), line, font=font, fill=int(rng.integers(20, 60)))
        boxes.append((box[0], box[1], box[2], box[3]))
        top = box[3] + 20
    return Plate(_worn(rng, image), lines, tuple(boxes))


def line_image(made: Plate, number: int) -> Image.Image:
    """Cut one line out of a plate, with a margin."""
    left, top, right, bottom = made.boxes[number]
    return made.image.crop((left - 6, top - 6, right + 6, bottom + 6))


def as_input(image: Image.Image, height: int, width: int) -> npt.NDArray[np.float32]:
    """Scale to `height`, keep the proportions, fill up to `width` with zeros; (1, 3, height, width) in -1..1."""
    import numpy as np
    from PIL import Image

    wide = min(width, max(1, -(-height * image.width // image.height)))
    grey = np.asarray(image.resize((wide, height), Image.Resampling.BILINEAR), np.float32) / 255
    filled = np.zeros((1, 3, height, width), np.float32)
    filled[..., :wide] = (grey - 0.5) / 0.5
    return filled


def _lines(rng: np.random.Generator) -> tuple[str, ...]:
    def letters(n: int) -> str:
        return "".join(rng.choice(list(_LETTERS), n))

    def digits(n: int) -> str:
        return "".join(rng.choice(list(_DIGITS), n))

    all_ = (
        f"MODEL-{letters(3)}-{digits(4)}",
        f"NO.{digits(8)}",
        f"{digits(2)}kW-{digits(3)}V-50Hz",
        f"{digits(4)}r/min",
        f"IP{digits(2)}-{digits(3)}kg",
    )
    return all_[: int(rng.integers(3, 6))]


def _worn(rng: np.random.Generator, image: Image.Image) -> Image.Image:
    """Blur, a patch of glare, noise, and a rotation of at most 1.5 degrees."""
    import numpy as np
    from PIL import Image, ImageFilter

    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.6)))), np.float64)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    at, radius = rng.uniform(0, pixels.shape), rng.uniform(60, 140)
    distance = (rows - at[0]) ** 2 + (columns - at[1]) ** 2
    glare = rng.uniform(30, 80) * np.exp(-distance / (2 * radius**2))
    noisy = np.clip(pixels + glare + rng.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
    turned = Image.fromarray(noisy)
    return turned.rotate(float(rng.uniform(-1.5, 1.5)), resample=Image.Resampling.BICUBIC, fillcolor=90)
