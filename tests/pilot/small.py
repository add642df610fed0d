"""Small models, and trials with raw numbers that are made up, so that each verdict can be derived from known ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainmend.pilot.comparing import compare
from chainmend.pilot.record import SCHEMA, Draw, Ending, Item, Load, Machine, Timing, TrialResult
from chainmend.pilot.trial import Array, Chip, Limits, Model, ModelFile, Task
from chainmend.pilot.verdict import state

CHIP = Chip(
    "x-1", ("芯片", "Chip"), "x", True, "made up", driver="1.0", runtime={"runtime": "2.0"}, hardware="card"
)
MODEL = Model("m", ("模型", "Model"), "m", "pack", "1", "float32", "m", (ModelFile("m.onnx", "ab" * 32, 10),))
TASK = Task("t", ("任务", "Task"), 1, "accuracy", ("一张图", "one image"), limits=Limits(0.05, 0.5))
EXPECTED = np.array([[1.0, 2.0, -3.0], [0.5, 0.0, 100.0]], np.float32)

Change = Callable[[Array], Array]


def same(array: Array) -> Array:
    """No change."""
    return array


def item(got: Change = same, again: Change | None = None, answer: Any = "a", truth: Any = "a") -> Item:
    """An item whose outputs are those of the reference, changed."""
    output = compare("y", got(EXPECTED), (again or got)(EXPECTED), EXPECTED)
    return Item("00" * 32, (output,), answer, "a", truth)


def trial(got: Change = same, again: Change | None = None, **changes: Any) -> TrialResult:
    """A trial of three draws of two items that is done, with what is named changed; nothing is stated of it."""
    drift = (compare("y", got(EXPECTED), got(EXPECTED), EXPECTED),)
    whole = TrialResult(
        schema=SCHEMA,
        tool="0.1.0",
        chip=CHIP,
        model=MODEL,
        task=TASK,
        machine=Machine("CPU", 2, 2**33, "Linux", "3.11", ("avx2",)),
        reference_sha256="ab" * 32,
        day="2026-01-31",
        ending=Ending("done"),
        draws=tuple(Draw(seed, (item(got, again), item(got, again))) for seed in range(3)),
        drift=drift,
        timing=Timing(
            0.5, 0.02, 5, 1, tuple(range(10_000_000, 10_100_000, 1000)), 50, (10**8,) * 9, 2 * 10**8
        ),
        load=Load(2, 10, 0, 0, 0.1),
    )
    return replace(whole, **changes)


def stated(**changes: Any) -> TrialResult:
    """As `trial`, with what its writer derives."""
    return state(trial(**changes))


def tiny_model(folder: Path, operator: str = "Tanh", precision: str = "float32") -> Path:
    """An ONNX file of one product of matrices and one more operator on a batch of 16 numbers."""
    onnx = pytest.importorskip("onnx")
    helper, tensor = onnx.helper, onnx.TensorProto
    kind = {"float32": tensor.FLOAT, "float16": tensor.FLOAT16, "float64": tensor.DOUBLE}[precision]
    weight = (np.random.default_rng(0).standard_normal((16, 16)) / 4).astype(precision)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node(operator, ["z"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", kind, ["batch", 16])],
        [helper.make_tensor_value_info("y", kind, ["batch", 16])],
        [onnx.numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path = folder / f"tiny-{operator}-{precision}.onnx"
    onnx.save(model, path)
    return path
