"""Variants in lower precision, made once on this machine from a model in float32 and kept in a folder of its own.

float16 rounds weights and activations and keeps inputs and outputs in float32; int8 quantises the weights (8 bits, one
scale a tensor) and, while it runs, the activations: both with the tools that ONNX Runtime ships.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainmend.pilot.chips.onnx_session import builds
from chainmend.pilot.models.packaged import NO_HASH, described, installed
from chainmend.pilot.trial import Model, ModelFile, Precision

if TYPE_CHECKING:
    import onnx

CACHE_VARIABLE = "CHAINMEND_PILOT_CACHE"
"""Names the folder for what is made here; by default ``chainmend/pilot`` in the user's cache folder."""


def variants(model: Model, *precisions: Precision) -> tuple[Model, ...]:
    """Return a model and its variants in `precisions`, each with the model as its reference.

    Examples
    --------
    >>> gone = Model("m.float32", ("模型", "Model"), "m", "m", "", "float32", "m.float32", (), found=False, how="x")
    >>> [(v.id, v.found, v.how) for v in variants(gone, "int8")]
    [('m.float32', False, 'x'), ('m.int8', False, 'x')]
    """
    return model, *(_derive(model, precision) for precision in precisions)


def cache_folder() -> Path:
    """Return the folder for variants; it need not be there yet."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "chainmend" / "pilot"


def _derive(model: Model, precision: Precision) -> Model:
    """Describe the variant of a model in a precision, and make its file where that is not there."""
    variant = replace(
        model,
        id=f"{model.family}.{precision}",
        precision=precision,
        reference=model.id,
        files=(ModelFile("", NO_HASH, 0),),
        folder=None,
    )
    if not model.found or model.folder is None:
        return variant
    tools = builds() | {"onnx": installed("onnx") or ""}
    if len(tools) == 1 or not tools["onnx"]:
        return replace(variant, found=False, how="to be made on this machine: pip install onnx onnxruntime")
    made_by = "-".join(f"{name}{number}" for name, number in tools.items())
    folder = cache_folder() / f"{model.files[0].sha256[:16]}-{made_by}"
    target = folder / f"{precision}.onnx"
    try:
        if not target.is_file():
            _write(model.folder / model.files[0].name, target, precision)
        for file in model.files[1:]:
            beside = folder / file.name
            if not beside.is_file():
                beside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(model.folder / file.name, beside)
    except Exception as error:  # whatever the tools raise: the variant is then not there, and says why
        what = f" {error.name}" if isinstance(error, ModuleNotFoundError) else ""
        return replace(variant, found=False, how=f"could not be made: {type(error).__name__}{what}")
    names = (target.name, *(file.name for file in model.files[1:]))
    return replace(
        variant,
        files=tuple(described(folder, name) for name in names),
        how=f"made here from {model.package} {model.version} with {', '.join(map(' '.join, tools.items()))}",
        folder=folder,
    )


def _write(source: Path, target: Path, precision: Precision) -> None:
    """Make a variant; it is there whole or not at all."""
    import onnx

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}")
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the tools advise their own preprocessing
    try:
        with warnings.catch_warnings(action="ignore"):
            made = _TOOLS[precision](_with_initialisers(onnx.load(source)), part)
            if made is not None:
                onnx.save(made, part)
        part.replace(target)
    finally:
        logging.disable(level)
        part.unlink(missing_ok=True)


def _half(model: onnx.ModelProto, _part: Path) -> onnx.ModelProto:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    half: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
    return half


def _int8(model: onnx.ModelProto, part: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(model, part, weight_type=QuantType.QUInt8)


_TOOLS: dict[str, Any] = {"float16": _half, "int8": _int8}


def _with_initialisers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Turn constant nodes into initialisers: the quantiser sees no other weights."""
    kept = []
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = node.attribute[0].t
            tensor.name = node.output[0]
            model.graph.initializer.append(tensor)
        else:
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return model
