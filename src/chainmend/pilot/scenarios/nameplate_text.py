"""Name plates: reading a line."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.models.packaged import home
from chainmend.pilot.scenarios.plates import as_input, line_image, plate
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Arrays

_LINES, _HEIGHT, _WIDTH = 4, 48, 320


@register(
    "scenario",
    "nameplate_text",
    name=("铭牌文字识别", "Name plates: reading lines"),
    reference="Graves et al. 2006, Connectionist temporal classification, ICML: the likeliest path",
)
def nameplate_text() -> Scenario:
    """Lines cut out of rendered plates; the answer is the text read."""
    return Scenario(
        Task(
            id="nameplate_text",
            name=("铭牌文字识别", "Name plates: reading lines"),
            version=1,
            metric="characters",
            item=("一行文字，48 × 320 像素", "one line, 48 x 320 pixels"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, top1=0.97, drop=0.02)},
            limits=Limits(latency_seconds=0.3, accuracy=0.95),
        ),
        families=("ocr_rec",),
        make=_make,
        answer=_answer,
    )


def _make(_model: Model, seed: int) -> Sample:
    import numpy as np

    items, truths = [], []
    for n in range(_LINES):
        rng = np.random.default_rng((seed, n))
        made = plate(rng)
        number = int(rng.integers(len(made.lines)))
        items.append({"x": as_input(line_image(made, number), _HEIGHT, _WIDTH)})
        truths.append(made.lines[number])
    return Sample(tuple(items), tuple(truths))


def _answer(_model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    best = np.asarray(next(iter(outputs.values())), np.float64)[0].argmax(axis=-1)
    letters = _characters()
    new = best[np.diff(best, prepend=-1) != 0]
    return "".join(letters[i] for i in new if 0 < i < len(letters))


@cache
def _characters() -> tuple[str, ...]:
    """Characters of the classes, which the file of the recogniser carries; the first is the blank, the last a space."""
    import onnx

    folder = home("rapidocr_onnxruntime")
    if folder is None:
        raise PilotError(
            _("the characters of the text recogniser are not there"),
            expected=_("the package {package}").format(package="rapidocr-onnxruntime"),
        )
    model = onnx.load(folder / "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx")
    found = next(p.value for p in model.metadata_props if p.key == "character")
    return ("", *found.splitlines(), " ")
