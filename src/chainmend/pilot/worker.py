"""The process of one trial: ``python -m chainmend.pilot.worker JOB``.

It writes the stage it is in to a file, so that whoever started it knows where it died; what it raises itself it
writes to the result.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot import reference, timing
from chainmend.pilot.comparing import compare, digest_all, errors
from chainmend.pilot.finding import back_ends, extend, scenario
from chainmend.pilot.job import Job, read_job
from chainmend.pilot.machine import TOOL, energy_joules, first_line, machine, peak_bytes, resident_bytes
from chainmend.pilot.record import SCHEMA, Compared, Draw, Ending, Item, Load, Timing, TrialResult
from chainmend.pilot.results import to_line, write_whole
from chainmend.pilot.trial import Chip, Model, Scenario, Session, Tolerance, precision
from chainmend.pilot.verdict import agrees

if TYPE_CHECKING:
    from chainmend.pilot.reference import Known, Reference
    from chainmend.pilot.trial import Array

_OPERATORS = (
    re.compile(r"Could not find an implementation for (\w+)"),
    re.compile(r"while running (\w+) node"),
    re.compile(r"No Op registered for (\w+)"),
    re.compile(r"(\w+)\(-?\d+\) is not a registered function/op"),
    re.compile(r"Could not run '([\w:.]+)'"),
    re.compile(r"The operator '([\w:.]+)'"),
    re.compile(r"\"(\w+)\" not implemented for"),
    re.compile(r"\bOp \((\w+)\)"),
)


def main(path: Path) -> None:
    """Do the job of a file."""
    faulthandler.enable()
    _end_with_parent()
    job = read_job(path)
    extend(job.extensions)
    if job.kind == "probe":
        found = back_ends()[job.back_end].probe()
        write_whole(job.out, json.dumps([asdict(chip) for chip in found]).encode())
        return
    if job.chip is None or job.model is None:
        raise PilotError(_("a job without chip or model"), where=str(path))
    task = scenario(job.scenario)
    if job.kind == "reference":
        session = back_ends()[job.chip.back_end].load(job.chip, job.model)
        model = replace(job.model, inputs=job.model.inputs or session.inputs)
        reference.save(reference.make_reference(session, model, task, job.settings.seeds), job.out)
        return
    result = _Trial(job, job.chip, job.model, task).run()
    write_whole(job.out, to_line(result).encode())


def _end_with_parent() -> None:
    """Ask the system to end this process when the one that started it is killed: nobody else would end a hang."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


class _Trial:
    """One trial as it goes on."""

    def __init__(self, job: Job, chip: Chip, model: Model, scenario: Scenario) -> None:
        self._job, self._chip, self._model, self._scenario = job, chip, model, scenario
        self._allowed = scenario.task.tolerances.get(precision(chip, model), Tolerance())
        self._stage = ""
        self._draws: list[Draw] = []
        self._drift: tuple[Compared, ...] = ()
        self._timing: Timing | None = None
        self._load: Load | None = None

    def run(self) -> TrialResult:
        """Run all stages; an exception of the chip ends the trial and is what is found."""
        ending = Ending("done")
        try:
            self._stages()
        except Exception as error:
            ending = told(error, self._stage)
        return TrialResult(
            schema=SCHEMA,
            tool=TOOL,
            chip=self._chip,
            model=self._model,
            task=self._scenario.task,
            machine=machine(),
            reference_sha256="",
            day=self._job.day,
            ending=ending,
            draws=tuple(self._draws),
            drift=self._drift,
            timing=self._timing,
            load=self._load,
        )

    def _at(self, stage: str) -> None:
        self._stage = stage
        self._job.stage.write_text(stage, "utf-8")

    def _stages(self) -> None:
        if self._job.reference is None:
            raise PilotError(_("a job without chip or model"))
        known = reference.load(self._job.reference)
        self._at("load")
        begin = time.perf_counter()
        session = back_ends()[self._chip.back_end].load(self._chip, self._model)
        loaded = time.perf_counter() - begin
        if session.inputs and not self._model.inputs:
            self._model = replace(self._model, inputs=session.inputs)
        first = next(iter(known.values()))[0]
        once = self._once(session, first)
        self._at("run")
        begin = time.perf_counter()
        once()
        took = time.perf_counter() - begin
        self._compare(session, known)
        before = once()
        self._at("time")
        self._time(session, once, loaded, took)
        self._at("concurrent")
        same = self._same_as(before)
        settings = self._job.settings
        self._load = timing.at_once(lambda: same(once()), threads=settings.threads, each=settings.each)
        self._at("repeat")
        self._drift = beside(before, once(), first.outputs)

    def _once(self, session: Session, known: Known) -> Callable[[], dict[str, Array]]:
        call, item = reference.caller(session), reference.prepared(session, self._scenario, known.inputs)
        return lambda: self._scenario.work(call, item)

    def _compare(self, session: Session, known: Reference) -> None:
        for seed, items in known.items():
            done = []
            for item in items:
                once = self._once(session, item)
                self._at("run")
                got = once()
                self._at("repeat")
                outputs = beside(got, once(), item.outputs)
                renamed = (
                    dict(zip(item.outputs, got.values(), strict=True))
                    if set(got) != set(item.outputs)
                    else got
                )
                answer = reference.plain(self._scenario.answer(self._model, renamed))
                done.append(Item(digest_all(item.inputs), outputs, answer, item.answer, item.truth))
            self._draws.append(Draw(seed, tuple(done)))

    def _time(self, session: Session, once: Callable[[], object], loaded: float, first: float) -> None:
        settings, energy = self._job.settings, energy_joules()
        found = timing.time_runs(
            once,
            warm_up=settings.warm_up,
            runs=settings.runs,
            seconds=settings.seconds,
            watch=resident_bytes,
        )
        after = energy_joules()
        used = after - energy if after is not None and energy is not None and after >= energy else None
        self._timing = Timing(
            load_seconds=loaded,
            first_seconds=first,
            warm_up=settings.warm_up,
            calls=found.calls,
            readings_ns=found.nanoseconds,
            clock_ns=found.clock_ns,
            resident_bytes=found.watched,
            peak_bytes=peak_bytes(),
            device_bytes=session.device_memory(),
            energy_joules=used,
        )

    def _same_as(self, before: Mapping[str, Array]) -> Callable[[Mapping[str, Array]], bool]:
        def same(outputs: Mapping[str, Array]) -> bool:
            return agrees(errors(beside(before, outputs, before)), self._allowed)

        return same


def beside(
    got: Mapping[str, Array], again: Mapping[str, Array], expected: Mapping[str, Array]
) -> tuple[Compared, ...]:
    """Lay outputs beside their reference: by name, or in order where the variants of a model name them otherwise.

    Raises
    ------
    PilotError
        If there is another number of outputs.
    """
    if len(got) != len(expected):
        raise PilotError(
            _("outputs: {names}").format(names=", ".join(got)), expected=", ".join(expected), where="run"
        )
    names = dict(zip(expected, expected if set(got) == set(expected) else got, strict=True))
    return tuple(compare(name, got[mine], again[mine], expected[name]) for name, mine in names.items())


def told(error: Exception, stage: str) -> Ending:
    """Say how an exception ended a trial: its class, the operator its message names, and its first line.

    Examples
    --------
    >>> found = told(RuntimeError("Could not find an implementation for ConvInteger(10) node"), "load")
    >>> found.error, found.operator
    ('RuntimeError', 'ConvInteger')
    """
    text = str(error).strip()
    operator = next((m.group(1) for p in _OPERATORS if (m := p.search(text))), "")
    return Ending("error", stage, type(error).__name__, operator, first_line(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
