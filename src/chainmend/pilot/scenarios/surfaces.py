"""Rendered surfaces of ground metal, with or without a defect: a scratch, a pit, a stain; all made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.float64]

SIZE = 128
"""Pixels of a side."""


def surface(rng: np.random.Generator) -> Image:
    """Return a good surface, (SIZE, SIZE) in 0..1: grinding marks along one direction, uneven light, noise.

    Examples
    --------
    >>> import numpy as np
    >>> surface(np.random.default_rng(0)).shape
    (128, 128)
    """
    import numpy as np
    from scipy import ndimage

    marks = ndimage.gaussian_filter(rng.standard_normal((SIZE, SIZE)), (0.7, 9.0), mode="wrap")
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE
    light = rng.uniform(-0.1, 0.1) * rows + rng.uniform(-0.1, 0.1) * columns
    noise = rng.normal(0, 0.01, (SIZE, SIZE))
    level = rng.uniform(0.45, 0.55)
    return np.asarray(np.clip(level + 0.05 * marks / marks.std() + light + noise, 0, 1))


def damaged(rng: np.random.Generator, image: Image) -> Image:
    """Return the surface with one defect: a scratch across the marks, a pit, or a stain with a sharp edge."""
    import numpy as np

    rows, columns = np.mgrid[:SIZE, :SIZE].astype(float)
    row, column = rng.uniform(24, SIZE - 24, 2)
    kind = int(rng.integers(3))
    if kind == 0:
        angle, length = rng.uniform(0.35, 0.65) * np.pi, rng.uniform(24, 48)
        along = (columns - column) * np.cos(angle) + (rows - row) * np.sin(angle)
        across = -(columns - column) * np.sin(angle) + (rows - row) * np.cos(angle)
        change = -0.3 * np.exp(-((across / 1.2) ** 2)) * (np.abs(along) < length / 2)
    elif kind == 1:
        change = -0.4 * np.exp(
            -((rows - row) ** 2 + (columns - column) ** 2) / (2 * rng.uniform(1.5, 3) ** 2)
        )
    else:
        radius = rng.uniform(6, 12)
        change = 0.25 * ((rows - row) ** 2 + (columns - column) ** 2 < radius**2)
    return np.asarray(np.clip(image + change, 0, 1))
