"""Surfaces: whether an image shows a defect, told by a network that has seen good ones only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.scenarios.surfaces import damaged, surface
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Arrays

_IMAGES = 6


@register("scenario", "anomaly", name=("表面缺陷检测", "Surface defects"))
def anomaly() -> Scenario:
    """Rendered ground surfaces, every second one with a scratch, pit or stain; the answer is the highest anomaly."""
    return Scenario(
        Task(
            id="anomaly",
            name=("表面缺陷检测", "Surface defects"),
            version=1,
            metric="auc",
            item=("一幅 128 × 128 像素的图像", "one image of 128 x 128 pixels"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, cosine=0.98, drop=0.02)},
            limits=Limits(latency_seconds=0.04, accuracy=0.95),
        ),
        families=("surface_pca",),
        make=_make,
        answer=_answer,
    )


def _make(_model: Model, seed: int) -> Sample:
    import numpy as np

    items = []
    for number in range(_IMAGES):
        rng = np.random.default_rng((seed, number))
        image = surface(rng)
        image = damaged(rng, image) if number % 2 else image
        items.append({"image": (100 * image).astype(np.float32)[None, None]})  # per cent of white
    return Sample(tuple(items), tuple(bool(number % 2) for number in range(_IMAGES)))


def _answer(_model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    return float(np.asarray(next(iter(outputs.values())), np.float64).max())
