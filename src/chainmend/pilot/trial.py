"""What a trial is made of: a chip, a model and a scenario.

A chip, a model and a scenario are found by registered functions (kinds ``chip``, ``model``, ``scenario``):

* ``chip``: a function without arguments that returns a `BackEnd`,
* ``model``: a function without arguments that returns the `Model`s of one family, one a precision,
* ``scenario``: a function without arguments that returns a `Scenario`.

What it leaves is in `chainmend.pilot.record`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
"""Arrays by name: inputs or outputs of a model."""
Names = tuple[str, str]
"""(Chinese, English)."""
Precision = Literal["float32", "float16", "bfloat16", "int8", "int4"]
Verdict = Literal["works", "degraded", "wrong", "unstable", "fails", "untested", "expired"]
Answer = str | int | float | bool | None
"""What a scenario reads from a model's outputs: a text, a class, a score."""


@dataclass(frozen=True)
class Chip:
    """One column of the matrix: hardware with the software that drives it and the options it is driven with.

    Attributes
    ----------
    id
        Unique, e.g. ``onnxruntime_cpu-t1-all``.
    name
        (Chinese, English).
    back_end
        Id of the registered back end that found it.
    found
        Whether this machine has it. One that is not found is untested, never failed.
    how
        How it was found or looked for, in English: e.g. ``CPUExecutionProvider is available``.
    maker
        Id of the maker in `chainmend.pilot.chips.makers`, "" for none of them.
    hardware
        Name of the device, "" where unknown.
    driver
        Version of the driver, None where there is none or it is unknown.
    runtime
        Package -> version of what runs the model.
    memory_bytes
        Memory of the device, None where unknown.
    options
        What it is driven with: threads, optimisation, precision ...
    formats
        Formats of models it can load: ``onnx``, ``torch``.
    """

    id: str
    name: Names
    back_end: str
    found: bool
    how: str
    maker: str = ""
    hardware: str = ""
    driver: str | None = None
    runtime: dict[str, str] = field(default_factory=dict)
    memory_bytes: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ("onnx",)


@dataclass(frozen=True)
class ModelFile:
    """A file of a model: its name below the model's folder, SHA-256 and bytes."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class InputSpec:
    """An input of a model: name, NumPy dtype, shape with None for a length that is free."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Model:
    """One row of the matrix: a model in one precision.

    Attributes
    ----------
    id
        Unique, e.g. ``silero_vad.float16``.
    name
        (Chinese, English).
    family
        Shared by the precisions of one model; scenarios say which families fit them.
    package, version
        Package it comes in, and its version; "" for a file of the user's own.
    precision
        Of its weights.
    reference
        Id of the model whose outputs on the CPU in float32 are right: its own for a float32 model.
    files
        The first is the one that is loaded.
    found
        Whether its files are there.
    how
        Where they were found, or what to install.
    inputs
        Empty where the file says it itself.
    format
        ``onnx`` or ``torch`` (TorchScript, or ``torch.export``).
    folder
        Where the files lie; never written to a result.
    """

    id: str
    name: Names
    family: str
    package: str
    version: str
    precision: Precision
    reference: str
    files: tuple[ModelFile, ...]
    found: bool = True
    how: str = ""
    inputs: tuple[InputSpec, ...] = ()
    format: str = "onnx"
    folder: Path | None = None


@dataclass(frozen=True)
class Tolerance:
    """How far outputs may be from the reference and still be right; a bound that is None is not asked for.

    Attributes
    ----------
    error
        Most of ``|got - expected| / max(1, |expected|)`` over all values.
    cosine
        Least cosine of each output with its reference.
    top1
        Least share of rows whose largest value stands at the same place.
    drop
        Most that the task metric may fall below that of the reference.
    repeat
        Most that two runs on the same input may differ, as `error`; 0 asks for the same bytes.
    """

    error: float | None = 1e-4
    cosine: float | None = None
    top1: float | None = None
    drop: float | None = None
    repeat: float = 0.0


TOLERANCES: dict[Precision, Tolerance] = {
    "float32": Tolerance(1e-4),
    "float16": Tolerance(1e-2),
    "bfloat16": Tolerance(1e-2),
}
"""Of a scenario that says nothing else. Integers have none: the scenario must say what is right."""


@dataclass(frozen=True)
class Limits:
    """What a scenario accepts; beyond it a right chip is degraded. None asks for nothing.

    Attributes
    ----------
    latency_seconds
        Most of the 90th percentile of one item.
    accuracy
        Least of the task metric, 0..1.
    """

    latency_seconds: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class Task:
    """What of a scenario stands in a result.

    Attributes
    ----------
    id
        Unique.
    name
        (Chinese, English).
    version
        Raised whenever its inputs, metric, tolerances or limits change: older results expire.
    metric
        Key of `chainmend.pilot.metrics.METRICS`, "" for a scenario without a task.
    item
        (Chinese, English): what one item is, with its size; latency is of one item.
    synthetic
        Whether its inputs are made rather than taken.
    tolerances
        Precision -> tolerance.
    limits
        What is accepted.
    """

    id: str
    name: Names
    version: int
    metric: str
    item: Names
    synthetic: bool = True
    tolerances: dict[Precision, Tolerance] = field(default_factory=lambda: dict(TOLERANCES))
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Sample:
    """Inputs of one seed: items (name -> array each) and the true answer of each."""

    items: tuple[Arrays, ...]
    truths: tuple[Answer, ...]


Call = Callable[[Arrays], dict[str, Array]]
"""One run of a model: inputs by name -> outputs by name."""


def once(call: Call, item: Arrays) -> dict[str, Array]:
    """Run an item in one call, as a scenario does that says nothing else."""
    return call(item)


@dataclass(frozen=True)
class Scenario:
    """A task with what makes its inputs and reads its outputs.

    Attributes
    ----------
    task
        What is kept in results.
    families
        Families of models that fit; empty for any.
    make
        (model, seed) -> sample; the same seed gives the same bytes.
    answer
        (model, outputs of one item) -> answer.
    work
        (call, item) -> outputs: runs one item; several calls where a model carries its state from call to call.
    """

    task: Task
    families: tuple[str, ...]
    make: Callable[[Model, int], Sample]
    answer: Callable[[Model, Arrays], Answer]
    work: Callable[[Call, Arrays], dict[str, Array]] = once


class Session(Protocol):
    """A model loaded on a chip."""

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """What it takes."""

    def run(self, inputs: Arrays, /) -> dict[str, Array]:
        """Run once; returns when the outputs are there, on the CPU."""

    def device_memory(self) -> int | None:
        """Most bytes of the device taken so far, None where that is unknown or the memory is the machine's."""


@dataclass(frozen=True)
class BackEnd:
    """What a registered chip function returns.

    Attributes
    ----------
    probe
        Finds chips; never raises, and names what it looked for and did not find with ``found=False``.
    load
        (chip, model) -> session.
    """

    probe: Callable[[], list[Chip]]
    load: Callable[[Chip, Model], Session]


def fits(chip: Chip, model: Model, scenario: Scenario) -> bool:
    """Whether a cell makes sense: the chip loads the format, and the scenario takes the family and its precision.

    Examples
    --------
    >>> from chainmend.pilot.trial import Chip, Model, Sample, Scenario, Task
    >>> chip = Chip("cpu", ("处理器", "CPU"), "cpu", True, "always there")
    >>> model = Model("m", ("模型", "Model"), "m", "", "", "float32", "m", ())
    >>> task = Task("t", ("任务", "Task"), 1, "", ("一个输入", "one input"))
    >>> scenario = Scenario(task, ("m",), lambda model, seed: Sample((), ()), lambda model, outputs: None)
    >>> fits(chip, model, scenario)
    True
    """
    family = not scenario.families or model.family in scenario.families
    return family and model.format in chip.formats and precision(chip, model) in scenario.task.tolerances


def precision(chip: Chip, model: Model) -> Precision:
    """Precision a model runs in: that of the chip's option where it has one, else its own."""
    return cast("Precision", chip.options.get("precision", model.precision))
