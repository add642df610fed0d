"""Random numbers of the shapes a model takes: says whether a chip computes right, for any model, without a task."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import PilotError
from chainmend.i18n import _, both
from chainmend.pilot.trial import InputSpec, Model, Sample, Scenario, Task
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.pilot.trial import Array, Arrays

_ITEMS = 2


def make(model: Model, seed: int) -> Sample:
    """Make items of standard normal numbers, of 0 and 1 for whole numbers; a free length is 1.

    Raises
    ------
    PilotError
        If the inputs of the model are not known, or one is no number.

    Examples
    --------
    >>> spec = InputSpec("x", "float32", (None, 3))
    >>> model = Model("m", ("模型", "Model"), "own", "", "", "float32", "m", (), inputs=(spec,))
    >>> sample = make(model, 7)
    >>> sample.items[0]["x"].shape, bool((sample.items[0]["x"] == make(model, 7).items[0]["x"]).all())
    ((1, 3), True)
    """
    if not model.inputs:
        raise PilotError(_("the inputs of the model are not known"), where=model.id)
    items = tuple(
        {spec.name: _array(spec, seed, number) for spec in model.inputs} for number in range(_ITEMS)
    )
    return Sample(items, (None,) * _ITEMS)


def _array(spec: InputSpec, seed: int, number: int) -> Array:
    kind = np.dtype(spec.dtype)
    shape = tuple(length or 1 for length in spec.shape)
    rng = np.random.default_rng([seed, number, zlib.crc32(spec.name.encode())])
    if kind.kind == "f":
        return rng.standard_normal(shape, np.float32).astype(kind)
    if kind.kind in "iub":
        return rng.integers(0, 2, shape).astype(kind)
    raise PilotError(
        _("an input of type {type}").format(type=spec.dtype), expected=_("numbers"), where=spec.name
    )


def answer(model: Model, outputs: Arrays) -> None:
    """Read nothing: there is no task."""
    del model, outputs


@register(
    "scenario",
    "random_inputs",
    name=("随机输入", "Random inputs"),
    reference="design of the pilot field: several random trials",
)
def random_inputs() -> Scenario:
    """Random inputs of the shapes a model takes; no task metric, no limits."""
    task = Task(
        id="random_inputs",
        name=("随机输入", "Random inputs"),
        version=1,
        metric="",
        item=both("one set of random inputs of the model's own shapes"),
    )
    return Scenario(task, (), make, answer)
