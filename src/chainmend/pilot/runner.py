"""Run trials, each in a process of its own with limits of time and memory, and keep each when it is finished.

A back end that crashes, hangs or takes all memory ends its own process and nothing else: that is what was found of it.
A run that is killed goes on where it was: finished trials lie in ``parts/`` under the digest of everything pinned.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.finding import back_ends, extend
from chainmend.pilot.job import Job, Settings, write_job
from chainmend.pilot.machine import TOOL, first_line, machine, need
from chainmend.pilot.record import SCHEMA, Ending, TrialResult
from chainmend.pilot.results import from_line, to_line, write_whole
from chainmend.pilot.trial import Chip, Model, Scenario, Task, fits
from chainmend.pilot.verdict import state

PARTS = "parts"
REFERENCES = "references"
_POLL = 0.05

Cell = tuple[Chip, Model, Scenario]
P = TypeVar("P", Chip, Model, Task)


@dataclass(frozen=True)
class _Exit:
    """How a process ended: ``done`` or why not, with what it wrote to standard error."""

    state: Literal["done", "crash", "hang", "memory"]
    error: str
    stderr: str


def probe(extensions: Iterable[str] = (), *, time_limit: float = 60.0) -> list[Chip]:
    """List the chips of this machine, those looked for and not found too; each back end in a process of its own.

    Parameters
    ----------
    extensions
        Python files of the user's own that register back ends.
    time_limit
        Seconds for each back end.

    Returns
    -------
    list of Chip
        A maker's empty column is left out where a device of the maker was found. A back end that dies or hangs has
        one chip that was not found, which says so.

    Raises
    ------
    PilotError
        If the extra is not installed or an extension cannot be run.
    """
    need("psutil")
    extensions = tuple(extensions)
    extend(extensions)
    chips: list[Chip] = []
    settings = Settings(time_limit=time_limit)
    with tempfile.TemporaryDirectory(prefix="chainmend-pilot-") as room:
        for id in back_ends():
            out = Path(room) / f"{id}.json"
            found = _process(Job("probe", out, back_end=id, extensions=extensions, settings=settings))
            if found.state == "done" and out.is_file():
                chips += _chips().validate_json(out.read_bytes())
            else:
                how = f"probing ended with {found.state} {found.error}: {first_line(found.stderr)}"
                chips.append(Chip(id, (id, id), id, False, how))
    there = {chip.maker for chip in chips if chip.found and chip.maker}
    return [c for c in chips if not (c.back_end == "makers" and c.maker in there)]


def run_cells(
    cells: Sequence[Cell],
    folder: Path,
    *,
    models: Mapping[str, Model],
    chips: Sequence[Chip],
    day: str,
    settings: Settings | None = None,
    extensions: Iterable[str] = (),
    again: bool = False,
) -> Iterator[TrialResult]:
    """Run the trials of cells one after another, and yield each with its verdict when it is finished.

    Parameters
    ----------
    cells
        What to try.
    folder
        Keeps finished trials and references; those of an earlier run are not run again.
    models
        By id: the reference of each model must be among them.
    chips
        Those of `probe`: the reference chip must be among them.
    day
        ISO 8601.
    settings, extensions
        See `Settings`, `chainmend.pilot.finding.extend`.
    again
        Run finished trials once more.

    Raises
    ------
    PilotError
        If the extra is not installed, or the folder cannot be used.
    """
    need("psutil")
    runner = _Runner(folder, models, chips, day, settings or Settings(), tuple(extensions))
    for cell in cells:
        yield runner.trial(cell, again=again)


def finished(folder: Path) -> list[TrialResult]:
    """Read all finished trials that a folder keeps, in order of their cells and days.

    Raises
    ------
    PilotError
        If a file among them is no trial.
    """
    parts = sorted((folder / PARTS).glob("*.json"))
    trials = [from_line(part.read_text("utf-8"), where=part.name) for part in parts]
    return sorted(trials, key=lambda t: (t.cell, t.day))


def chosen_cells(chips: Sequence[Chip], models: Sequence[Model], scenarios: Sequence[Scenario]) -> list[Cell]:
    """List the cells that make sense, scenario by scenario."""
    return [(c, m, s) for s in scenarios for m in models for c in chips if fits(c, m, s)]


class _Runner:
    """Runs cells and keeps what they leave in a folder."""

    def __init__(
        self,
        folder: Path,
        models: Mapping[str, Model],
        chips: Sequence[Chip],
        day: str,
        settings: Settings,
        extensions: tuple[str, ...],
    ) -> None:
        for name in (PARTS, REFERENCES):
            try:
                (folder / name).mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise PilotError(
                    _("a file stands in the way"), expected=_("an empty or new folder"), where=str(folder)
                ) from error
        self._folder, self._models, self._day = folder, models, day
        self._chips = {chip.id: chip for chip in chips}
        self._settings, self._extensions = settings, extensions
        self._machine = machine()
        self._broken: dict[Path, str] = {}

    def trial(self, cell: Cell, *, again: bool) -> TrialResult:
        """Return the trial of a cell: the one that is kept, or run it now and keep it."""
        chip, model, scenario = cell
        if not chip.found:
            return self._ended(cell, Ending("missing", message=chip.how))
        if not model.found:
            return self._ended(cell, Ending("no_model", message=model.how))
        part = self._folder / PARTS / f"{self._key(cell)}.json"
        if part.is_file() and not again:
            return from_line(part.read_text("utf-8"), where=part.name)
        kept, reason = self._reference(model, scenario)
        if kept is None:
            return self._ended(cell, Ending("no_reference", message=reason))
        out = part.with_suffix(".new")
        ended = self._process(
            Job("trial", out, chip=chip, model=model, scenario=scenario.task.id, reference=kept)
        )
        stage = _taken(out.with_suffix(".stage"))
        text = _taken(out)
        if ended.state == "done" and text:
            reference = self._models.get(model.reference, model)
            result = replace(
                from_line(text), reference_sha256=reference.files[0].sha256 if reference.files else ""
            )
        else:
            kind = "crash" if ended.state == "done" else ended.state
            limits = {
                "hang": f"limit {self._settings.time_limit:g} s",
                "memory": f"limit {self._settings.memory_limit >> 20} MiB",
            }
            message = limits.get(kind, first_line(ended.stderr))
            result = self._ended(cell, Ending(kind, stage, ended.error, message=message))
        result = state(result)
        write_whole(part, to_line(result).encode())
        return result

    def _reference(self, model: Model, scenario: Scenario) -> tuple[Path | None, str]:
        """File of the reference of a model in a scenario, made when it is first asked for; None and why not."""
        right = self._models.get(model.reference)
        chip = self._chips.get(_reference_chip(model.format))
        if right is None or not right.found or chip is None or not chip.found:
            return None, f"{model.reference} on {_reference_chip(model.format)} is not here"
        key = _digest(
            right.files, right.inputs, _unnamed(scenario.task), self._settings.seeds, chip.runtime, TOOL
        )
        path = self._folder / REFERENCES / f"{key}.npz"
        if path.is_file():
            return path, ""
        if path not in self._broken:
            job = Job("reference", path, chip=chip, model=right, scenario=scenario.task.id)
            ended = self._process(job)
            if path.is_file():
                return path, ""
            self._broken[path] = f"{ended.state} {ended.error}: {_last_line(ended.stderr)}"
        return None, self._broken[path]

    def _process(self, job: Job) -> _Exit:
        return _process(replace(job, day=self._day, extensions=self._extensions, settings=self._settings))

    def _ended(self, cell: Cell, ending: Ending) -> TrialResult:
        chip, model, scenario = cell
        ending = replace(ending, message=first_line(ending.message))
        empty = TrialResult(SCHEMA, TOOL, chip, model, scenario.task, self._machine, "", self._day, ending)
        return state(replace(empty, model=replace(model, folder=None)))

    def _key(self, cell: Cell) -> str:
        chip, model, scenario = cell
        pins = replace(_unnamed(model), folder=None)
        return _digest(_unnamed(chip), pins, _unnamed(scenario.task), self._machine, self._settings, TOOL)


def _reference_chip(kind: str) -> str:
    from chainmend.pilot.chips import onnxruntime_cpu, torch_

    return {"torch": torch_.REFERENCE}.get(kind, onnxruntime_cpu.REFERENCE)


def _process(job: Job) -> _Exit:
    """Run a job in a process of its own; end it, and all it started, when it goes over a limit."""
    import psutil

    settings = job.settings
    with tempfile.TemporaryDirectory(prefix="chainmend-pilot-") as room:
        write_job(job, Path(room) / "job.json")
        with (Path(room) / "stderr").open("wb+") as stderr:
            child = subprocess.Popen(
                [sys.executable, "-m", "chainmend.pilot.worker", str(Path(room) / "job.json")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                env=_environment(),
            )
            end, ended = time.monotonic() + settings.time_limit, ""
            try:
                watched = psutil.Process(child.pid)
                while not ended and child.poll() is None:
                    if time.monotonic() > end:
                        ended = "hang"
                    elif _resident(watched) > settings.memory_limit:
                        ended = "memory"
                    else:
                        _wait(child)
            finally:
                _end(child)
            stderr.seek(0)
            text = stderr.read().decode("utf-8", errors="replace")
    if ended == "hang":
        return _Exit("hang", "TimeLimit", text)
    if ended == "memory":
        return _Exit("memory", "MemoryLimit", text)
    code = child.returncode
    return _Exit("crash" if code else "done", _name(code) if code else "", text)


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_POLL)
    except subprocess.TimeoutExpired:
        return


def _resident(process: object) -> int:
    """Memory of a process and of all it started."""
    import psutil

    total = 0
    try:
        for each in [process, *process.children(recursive=True)]:  # type: ignore[attr-defined]
            total += each.memory_info().rss
    except psutil.Error:
        return total
    return total


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process and its group, and take its exit code."""
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            child.kill()
    child.wait()


def _environment() -> dict[str, str]:
    """The own environment, with messages in English and the modules of this process to be found."""
    paths = os.pathsep.join(str(Path(p).resolve()) for p in sys.path if p)
    return os.environ | {"CHAINMEND_LANGUAGE": "en", "PYTHONPATH": paths, "PYTHONUTF8": "1"}


def _name(code: int) -> str:
    """Name of a signal, or the exit code."""
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit {code}"


def _digest(*parts: object) -> str:
    plain = json.dumps([_plain(p) for p in parts], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def _unnamed(thing: P) -> P:
    """A chip, model or task without its words, which are not pinned: they may be in another language tomorrow."""
    words: dict[str, Any] = {
        n: "" if n == "how" else ("", "") for n in ("name", "how", "item") if hasattr(thing, n)
    }
    return replace(thing, **words)


def _plain(part: object) -> object:
    if isinstance(part, tuple):
        return [_plain(p) for p in part]
    return asdict(part) if hasattr(part, "__dataclass_fields__") else part  # type: ignore[call-overload]


def _taken(path: Path) -> str:
    """Content of a file, which is then removed; "" where there is none."""
    if not path.is_file():
        return ""
    text = path.read_text("utf-8")
    path.unlink()
    return text


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return first_line(lines[-1]) if lines else ""


@cache
def _chips() -> TypeAdapter[list[Chip]]:
    return TypeAdapter(list[Chip])
