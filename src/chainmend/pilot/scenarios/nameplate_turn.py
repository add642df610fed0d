"""Name plates: whether a line stands on its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.pilot.scenarios.plates import as_input, line_image, plate
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Arrays

_LINES, _HEIGHT, _WIDTH = 4, 48, 192


@register("scenario", "nameplate_turn", name=("铭牌方向判断", "Name plates: upright or not"))
def nameplate_turn() -> Scenario:
    """Lines cut out of rendered plates, every second one upside down; the answer says whether it is."""
    return Scenario(
        Task(
            id="nameplate_turn",
            name=("铭牌方向判断", "Name plates: upright or not"),
            version=1,
            metric="accuracy",
            item=("一行文字，48 × 192 像素", "one line, 48 x 192 pixels"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, top1=0.95, drop=0.05)},
            limits=Limits(latency_seconds=0.1, accuracy=0.95),
        ),
        families=("ocr_cls",),
        make=_make,
        answer=_answer,
    )


def _make(_model: Model, seed: int) -> Sample:
    import numpy as np

    items, truths = [], []
    for n in range(_LINES):
        image = line_image(plate(np.random.default_rng((seed, n))), 0)
        items.append({"x": as_input(image.rotate(180) if n % 2 else image, _HEIGHT, _WIDTH)})
        truths.append(bool(n % 2))
    return Sample(tuple(items), tuple(truths))


def _answer(_model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    return bool(np.asarray(next(iter(outputs.values())))[0].argmax() == 1)
