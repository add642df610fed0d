"""What a trial leaves, and its verdict is derived from: raw latencies, digests, and values beside their reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# pydantic reads the annotations when a result is read
from chainmend.pilot.trial import Answer, Chip, Model, Task, Verdict  # noqa: TC001

SCHEMA = 2
"""Version of `TrialResult` as it is written; `chainmend.pilot.results` reads older ones too."""


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
    moments
        Sums over all values of got x expected, got x got, expected x expected, each side over its own largest absolute
        value: what the cosine of the whole output is made from. Zeros where a value is no finite number.
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
    moments: tuple[float, float, float]
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
