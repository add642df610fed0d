"""Files that come in from partners: of what type are they really?"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.scenarios.files import KINDS, file_of
from chainmend.pilot.trial import TOLERANCES, Answer, Limits, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Array, Arrays

_FILES = 6
_BLOCK, _PART, _PADDING = 4096, 1024, 256
"""Bytes looked at from each end, of them kept, and what stands for no byte; as the model's configuration says."""


@register(
    "scenario",
    "screening",
    name=("文件筛查", "File screening"),
    reference="features of Magika 1.0: first and last 1024 bytes without white space at the ends",
)
def screening() -> Scenario:
    """Files of 17 types with made-up contents; the answer is the type."""
    return Scenario(
        Task(
            id="screening",
            name=("文件筛查", "File screening"),
            version=1,
            metric="accuracy",
            item=("一个文件的首尾各 1024 字节", "first and last 1024 bytes of one file"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, top1=0.95, drop=0.05)},
            limits=Limits(latency_seconds=0.2, accuracy=0.95),
        ),
        families=("magika",),
        make=_make,
        answer=_answer,
    )


def features(data: bytes) -> Array:
    """Return what the model takes of a file: (1, 2048) integers, 256 where there is no byte.

    Examples
    --------
    >>> features(b"  abc")[0, [0, 2, 3, -1]].tolist()
    [97, 99, 256, 99]
    """
    import numpy as np

    first, last = data[:_BLOCK].lstrip()[:_PART], data[-_BLOCK:].rstrip()[-_PART:]
    found = np.full((1, 2 * _PART), _PADDING, np.int32)
    found[0, : len(first)] = np.frombuffer(first, np.uint8)
    found[0, 2 * _PART - len(last) :] = np.frombuffer(last, np.uint8)
    return found


def _make(_model: Model, seed: int) -> Sample:
    import numpy as np

    rng = np.random.default_rng(seed)
    kinds = [str(kind) for kind in rng.choice(sorted(KINDS), _FILES, replace=False)]
    return Sample(tuple({"bytes": features(file_of(kind, rng))} for kind in kinds), tuple(kinds))


def _answer(model: Model, outputs: Arrays) -> Answer:
    import numpy as np

    if model.folder is None:
        raise PilotError(_("the names of the file types are not there"), where=model.id)
    best = int(np.asarray(next(iter(outputs.values())))[0].argmax())
    return str(_types(model.folder / model.files[1].name)[best])


@cache
def _types(path: Path) -> list[Any]:
    found: list[Any] = json.loads(path.read_text("utf-8"))["target_labels_space"]
    return found
