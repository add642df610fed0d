"""What a trial is made of: a chip, a model and a scenario; and what it leaves, from which its verdict is derived.

A chip, a model and a scenario are found by registered functions (kinds ``chip``, ``model``, ``scenario``):

* ``chip``: a function without arguments that returns a `BackEnd`,
* ``model``: a function without arguments that returns the `Model`s of one family, one a precision,
* ``scenario``: a function without arguments that returns a `Scenario`.

Everything a trial leaves is in one `TrialResult`: raw latencies, digests, and the numbers its verdict is made from.
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
SCHEMA = 2
"""Version of `TrialResult` as it is written; `chainmend.pilot.results` reads older ones too."""


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


# What a trial leaves.


@dataclass(frozen=True)
class Compared:
    """One output of one item beside its reference.

    Attributes
    ----------
    name, dtype, shape
        Of the chip's output.
    reference_shape
        Of the reference's; where the two differ no values are kept.
    sha256, again, reference
        Digests of the bytes of the chip's output, of its second run, and of the reference's output.
    places
        Flat places whose values are kept: all of a small output, else evenly spaced ones and the worst.
    got, expected, repeated
        Values there as base64 of little-endian float64: of the first run, the reference, the second run.
    top_got, top_expected
        Place of the largest value of each row of the last axis; empty where there are no or too many rows.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    reference_shape: tuple[int, ...]
    sha256: str
    again: str
    reference: str
    places: tuple[int, ...]
    got: str
    expected: str
    repeated: str
    top_got: tuple[int, ...] = ()
    top_expected: tuple[int, ...] = ()


@dataclass(frozen=True)
class Item:
    """One input with what became of it: answers of the chip and of the reference, and the truth."""

    input_sha256: str
    outputs: tuple[Compared, ...]
    answer: Answer
    reference_answer: Answer
    truth: Answer


@dataclass(frozen=True)
class Draw:
    """One random trial: all items of one seed."""

    seed: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Timing:
    """Raw times of runs one after another on the first item of the first draw.

    Attributes
    ----------
    load_seconds, first_seconds
        Loading the model, and the very first run.
    warm_up
        Runs before the readings, left out of them.
    calls
        Runs a reading: more than one where one run is too short for the clock.
    readings_ns
        Nanoseconds of each reading, of `calls` runs.
    clock_ns
        What reading the clock twice takes, a median.
    resident_bytes
        Memory of the process at evenly spaced moments of the readings.
    peak_bytes
        Most memory the process has taken.
    device_bytes
        Most memory of the device, None where unknown.
    energy_joules
        Of all readings, None where the machine does not report it.
    """

    load_seconds: float
    first_seconds: float
    warm_up: int
    calls: int
    readings_ns: tuple[int, ...]
    clock_ns: int
    resident_bytes: tuple[int, ...]
    peak_bytes: int
    device_bytes: int | None = None
    energy_joules: float | None = None


@dataclass(frozen=True)
class Load:
    """Runs of several threads at once.

    Attributes
    ----------
    threads, runs
        How many threads, and runs of all together.
    errors
        Runs that raised.
    differing
        Runs whose outputs differed from those of a run alone by more than may be.
    seconds
        From first to last.
    """

    threads: int
    runs: int
    errors: int
    differing: int
    seconds: float


@dataclass(frozen=True)
class Ending:
    """How a trial ended.

    Attributes
    ----------
    state
        ``done``; ``error`` (an exception), ``crash`` (the process died), ``hang`` (over the time limit), ``memory``
        (over the memory limit), ``missing`` (the chip was not found), ``no_model`` (the model was not),
        ``no_reference`` (nothing to compare with).
    stage
        Where: ``load``, ``run``, ``repeat``, ``time``, ``concurrent``, "" when done.
    error
        Class of the exception, or name of the signal.
    operator
        Operator that failed, "" where the message names none.
    message
        First line of the message, without paths.
    """

    state: Literal["done", "error", "crash", "hang", "memory", "missing", "no_model", "no_reference"]
    stage: str = ""
    error: str = ""
    operator: str = ""
    message: str = ""


@dataclass(frozen=True)
class Machine:
    """Where a trial ran; None or "" for what is unknown."""

    processor: str
    cores: int
    memory_bytes: int | None
    system: str
    python: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stated:
    """What the writer of a result derived from it; a reader derives it again and refuses what differs.

    Attributes
    ----------
    verdict, reason
        The verdict, and the key of its reason in `chainmend.pilot.verdict.REASONS`.
    numbers
        Name -> number, as `chainmend.pilot.verdict.numbers` gives them.
    """

    verdict: Verdict
    reason: str
    numbers: dict[str, float | None]


@dataclass(frozen=True)
class TrialResult:
    """Everything one trial left.

    Attributes
    ----------
    schema
        Version of this layout.
    tool
        Version of chainmend.
    chip, model, task, machine
        What was tried, with versions and hashes, and where.
    reference_sha256
        Hash of the file whose outputs were the reference, "" where there was none.
    day
        Day it ran, ISO 8601.
    ending
        How it ended.
    draws
        The random trials; those finished before an error are kept.
    drift
        Outputs for the first item of the first draw before all timed runs, and after them as the second run; empty
        where that was not reached.
    timing, load
        None where it was not reached.
    stated
        What the writer derived.
    """

    schema: int
    tool: str
    chip: Chip
    model: Model
    task: Task
    machine: Machine
    reference_sha256: str
    day: str
    ending: Ending
    draws: tuple[Draw, ...] = ()
    drift: tuple[Compared, ...] = ()
    timing: Timing | None = None
    load: Load | None = None
    stated: Stated | None = None

    @property
    def cell(self) -> tuple[str, str, str]:
        """(chip, model, scenario): the cell of the matrix."""
        return self.chip.id, self.model.id, self.task.id


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
