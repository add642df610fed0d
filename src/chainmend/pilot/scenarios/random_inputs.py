"""Numbers drawn at random, for a model of the user's own: no task, only whether a chip agrees with the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.trial import TOLERANCES, Answer, InputSpec, Model, Sample, Scenario, Task, Tolerance
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy as np

    from chainmend.pilot.trial import Array, Arrays

_ITEMS, _FREE = 2, 8
"""Items a seed, and the length taken where a model leaves it free."""


@register("scenario", "random_inputs", name=("随机输入", "Random inputs"))
def random_inputs() -> Scenario:
    """Normal numbers for floats, 0 and 1 for integers and truth values; free lengths are 8, the first of a shape 1."""
    return Scenario(
        Task(
            id="random_inputs",
            name=("随机输入", "Random inputs"),
            version=1,
            metric="",
            item=("一组随机数", "one set of random numbers"),
            tolerances={**TOLERANCES, "int8": Tolerance(None, cosine=0.98)},
        ),
        families=("own",),
        make=_make,
        answer=_nothing,
    )


def _make(model: Model, seed: int) -> Sample:
    import numpy as np

    specs = model.inputs or _asked(model)
    items = []
    for number in range(_ITEMS):
        rng = np.random.default_rng((seed, number))
        items.append({spec.name: _draw(rng, spec) for spec in specs})
    return Sample(tuple(items), (None,) * _ITEMS)


def _draw(rng: np.random.Generator, spec: InputSpec) -> Array:
    shape = tuple(n if n else (1 if place == 0 else _FREE) for place, n in enumerate(spec.shape))
    if "float" in spec.dtype:
        return rng.standard_normal(shape).astype(spec.dtype)
    return rng.integers(0, 2, shape).astype(spec.dtype)


def _asked(model: Model) -> tuple[InputSpec, ...]:
    """Ask an ONNX file what it takes."""
    import onnx

    if model.format != "onnx" or model.folder is None:
        raise PilotError(
            _("a TorchScript file without inputs"),
            expected=_("the name, type and shape of each input"),
            where=model.id,
        )
    graph = onnx.load(model.folder / model.files[0].name).graph
    weights = {weight.name for weight in graph.initializer}
    return tuple(
        InputSpec(
            value.name,
            str(onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)),
            tuple(d.dim_value or None for d in value.type.tensor_type.shape.dim),
        )
        for value in graph.input
        if value.name not in weights
    )


def _nothing(_model: Model, _outputs: Arrays) -> Answer:
    return None
