"""Name plates: finding the lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.scenarios.plates import HEIGHT, WIDTH, as_input, plate
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Arrays

_PLATES = 2
_LIKELY, _LEAST = 0.3, 60
"""A pixel is text from this score on; a blot of fewer pixels is no line."""


@register(
    "scenario",
    "nameplate_lines",
    name=("铭牌文字检测", "Name plates: finding lines"),
    reference="Liao et al. 2020, Real-time scene text detection with differentiable binarization, AAAI",
)
def nameplate_lines() -> Scenario:
    """Rendered plates with blur, glare and rotation; the answer is the number of lines found."""
    return Scenario(
        Task(
            id="nameplate_lines",
            name=("铭牌文字检测", "Name plates: finding lines"),
            version=1,
            metric="accuracy",
            item=("一块铭牌，480 × 320 像素", "one plate, 480 x 320 pixels"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, cosine=0.9, drop=0.1)},
            limits=Limits(latency_seconds=1.0, accuracy=0.9),
        ),
        families=("ocr_det",),
        make=_make,
        answer=_answer,
    )


def _make(_model: Model, seed: int) -> Sample:
    import numpy as np

    made = [plate(np.random.default_rng((seed, n))) for n in range(_PLATES)]
    return Sample(
        tuple({"x": as_input(p.image, HEIGHT, WIDTH)} for p in made), tuple(len(p.lines) for p in made)
    )


def _answer(_model: Model, outputs: Arrays) -> Answer:
    """Count blots that share no row with one counted before: words of a line are one line."""
    import numpy as np
    from scipy import ndimage

    score = np.asarray(next(iter(outputs.values())), np.float64)[0, 0]
    blots, n = ndimage.label(score > _LIKELY)
    sizes = ndimage.sum_labels(np.ones_like(score), blots, range(1, n + 1))
    middles = ndimage.center_of_mass(score, blots, range(1, n + 1))
    rows = sorted(m[0] for m, size in zip(middles, sizes, strict=True) if size >= _LEAST)
    return sum(1 for before, row in zip([-HEIGHT, *rows], rows, strict=False) if row - before > 16)
