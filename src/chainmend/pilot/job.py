"""What a process of a trial is told: settings and one job, handed over as a file of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.trial import Chip, Model  # noqa: TC001 (pydantic reads the annotations)


@dataclass(frozen=True)
class Settings:
    """How trials are run.

    Attributes
    ----------
    seeds
        One random trial each.
    warm_up, runs, seconds
        See `chainmend.pilot.timing.time_runs`.
    threads, each
        See `chainmend.pilot.timing.at_once`.
    time_limit
        Seconds after which a process is ended.
    memory_limit
        Bytes that a process may take.

    Raises
    ------
    PilotError
        If a setting is out of its range.

    Examples
    --------
    >>> Settings().seeds
    (0, 1, 2)
    """

    seeds: tuple[int, ...] = (0, 1, 2)
    warm_up: int = 5
    runs: int = 50
    seconds: float = 4.0
    threads: int = 2
    each: int = 5
    time_limit: float = 120.0
    memory_limit: int = 8 * 2**30  # the driver of an accelerator alone may take some gigabytes

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise PilotError(str(self.seeds), expected=_("at least one seed, none twice"), where="seeds")
        for name in ("warm_up", "runs", "threads", "each", "memory_limit"):
            if getattr(self, name) < 1:
                raise PilotError(str(getattr(self, name)), expected=_("at least 1"), where=name)
        for name in ("seconds", "time_limit"):
            if not getattr(self, name) > 0:
                raise PilotError(str(getattr(self, name)), expected=_("a number above 0"), where=name)


@dataclass(frozen=True)
class Job:
    """One process.

    Attributes
    ----------
    kind
        ``probe``: list the chips of a back end; ``reference``: make inputs and the reference's outputs; ``trial``.
    out
        File to write: JSON of chips, arrays of a reference, or a line of a result.
    back_end
        Id of the back end to probe.
    chip, model, scenario
        Of the trial.
    reference
        File that a job of kind ``reference`` wrote.
    day
        ISO 8601.
    extensions
        Python files of the user's own to run first.
    settings
        As for all.
    """

    kind: Literal["probe", "reference", "trial"]
    out: Path
    back_end: str = ""
    chip: Chip | None = None
    model: Model | None = None
    scenario: str = ""
    reference: Path | None = None
    day: str = ""
    extensions: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)

    @property
    def stage(self) -> Path:
        """File that holds the name of the stage the process is in."""
        return self.out.with_suffix(".stage")


def write_job(job: Job, path: Path) -> None:
    """Write a job.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as room:
    ...     job = Job("probe", Path(room) / "chips.json", back_end="onnxruntime_cpu")
    ...     write_job(job, Path(room) / "job.json")
    ...     read_job(Path(room) / "job.json") == job
    True
    """
    path.write_text(json.dumps(asdict(job), default=str), "utf-8")


def read_job(path: Path) -> Job:
    """Read a job."""
    return _adapter().validate_json(path.read_bytes())


@cache
def _adapter() -> TypeAdapter[Job]:
    return TypeAdapter(Job)
