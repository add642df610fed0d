"""Anomalies of a surface: patches rebuilt from the principal components of good ones; what is left is the anomaly.

No package brings a small network for this, so it is fitted here on rendered surfaces (`scenarios.surfaces`): 24
components of patches of 8 x 8, as a convolution, its transpose, and the mean of squares. Seeds of the fit are never
used by a trial.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.pilot.models.derived import cache_folder, variants
from chainmend.pilot.models.packaged import NO_HASH, described, installed
from chainmend.pilot.trial import Model, ModelFile
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import onnx

PATCH, COMPONENTS = 8, 24
FIT_SEEDS = range(10_000, 10_040)
_STEPS = 4096  # weights are multiples of 1/4096, so that the last bit of a solver does not change the file
_VERSION = 1  # of the recipe


@register(
    "model",
    "surface_pca",
    name=("表面异常", "Surface anomaly"),
    reference="reconstruction by principal components: Jackson, Mudholkar 1979, Technometrics 21(3), the Q statistic",
)
def surface_pca() -> tuple[Model, ...]:
    """Return the fitted network in float32, float16 and int8; made on this machine where it is not there."""
    name = ("表面异常", "Surface anomaly")
    id = "surface_pca.float32"
    file = f"surface_pca-{_VERSION}-onnx{installed('onnx')}.onnx"
    gone = Model(
        id,
        name,
        "surface_pca",
        "chainmend",
        str(_VERSION),
        "float32",
        id,
        (ModelFile(file, NO_HASH, 0),),
    )
    if installed("onnx") is None or installed("pillow") is None:
        how = "to be made on this machine: pip install onnx pillow"
        base = Model(**{**vars(gone), "found": False, "how": how})
    else:
        folder = cache_folder()
        if not (folder / file).is_file():
            _write(folder / file)
        found = {
            "files": (described(folder, file),),
            "how": "fitted here on rendered surfaces",
            "folder": folder,
        }
        base = Model(**{**vars(gone), **found})
    return variants(base, "float16", "int8")


def components(patches: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the first principal components of rows of `patches` (n, PATCH ** 2) as rows, largest first.

    Rounded to multiples of 1/4096; the largest entry of each is positive.
    """
    import numpy as np

    values, vectors = np.linalg.eigh(np.cov(patches, rowvar=False))
    rows = vectors[:, np.argsort(-values)[:COMPONENTS]].T
    largest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), largest])[:, None]
    return np.asarray(np.round(rows * _STEPS) / _STEPS)


def _write(target: Path) -> None:
    import numpy as np
    import onnx

    from chainmend.pilot.scenarios.surfaces import surface

    cut = []
    for seed in FIT_SEEDS:
        image = surface(np.random.default_rng(seed))
        rows, columns = (n // PATCH for n in image.shape)
        blocks = image[: rows * PATCH, : columns * PATCH].reshape(rows, PATCH, columns, PATCH).swapaxes(1, 2)
        cut.append(blocks.reshape(-1, PATCH * PATCH))
    patches = np.concatenate(cut)
    weights = components(patches - patches.mean(axis=1, keepdims=True))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}")
    onnx.save(_network(weights.astype(np.float32)), part)
    part.replace(target)


def _network(weights: npt.NDArray[np.float32]) -> onnx.ModelProto:
    """``image`` (1, 1, h, w) -> ``map`` (1, 1, h / 8, w / 8): mean square of what the components do not rebuild."""
    import numpy as np
    from onnx import TensorProto, checker, helper, numpy_helper

    kernels = weights.reshape(len(weights), 1, PATCH, PATCH)
    flat = np.full((1, 1, PATCH, PATCH), 1 / PATCH**2, np.float32)
    constants = [numpy_helper.from_array(a, n) for a, n in ((kernels, "components"), (flat, "flat"))]
    ones = numpy_helper.from_array(np.ones((1, 1, PATCH, PATCH), np.float32), "ones")
    stride: Any = {"kernel_shape": [PATCH, PATCH], "strides": [PATCH, PATCH]}
    nodes = [
        helper.make_node("Conv", ["image", "flat"], ["mean"], **stride),
        helper.make_node("ConvTranspose", ["mean", "ones"], ["level"], **stride),
        helper.make_node("Sub", ["image", "level"], ["centred"]),
        helper.make_node("Conv", ["centred", "components"], ["codes"], **stride),
        helper.make_node("ConvTranspose", ["codes", "components"], ["rebuilt"], **stride),
        helper.make_node("Sub", ["centred", "rebuilt"], ["left"]),
        helper.make_node("Mul", ["left", "left"], ["square"]),
        helper.make_node("AveragePool", ["square"], ["map"], **stride),
    ]
    graph = helper.make_graph(
        nodes,
        "surface_pca",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, "height", "width"])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, [1, 1, "rows", "columns"])],
        [*constants, ones],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model
