"""Each fault of a back end gets the verdict that is right for it, and ends nothing but its own process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chainmend.pilot.checking import check_trial
from chainmend.pilot.finding import own_model
from chainmend.pilot.job import Settings
from chainmend.pilot.runner import Cell, run_cells
from chainmend.pilot.verdict import judge

from .small import tiny_model

pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
pytest.importorskip("psutil", reason="the extra pilot is not installed")

from chainmend.pilot.chips.onnxruntime_cpu import probe as probe_cpu

from . import faulty

if TYPE_CHECKING:
    from chainmend.pilot.record import TrialResult

HERE = str(Path(faulty.__file__))
SETTINGS = Settings(warm_up=2, runs=12, seconds=0.2, each=2, time_limit=60)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TrialResult]:
    """The trial of each fault; two at a time, as there are faults that only wait."""
    room = tmp_path_factory.mktemp("faulty")
    model = own_model(tiny_model(room))
    chips = [*probe_cpu(), *faulty.probe()]

    def run(cells: list[Cell], settings: Settings = SETTINGS) -> list[TrialResult]:
        return list(
            run_cells(
                cells, room / "results", models={model.id: model}, chips=chips, day="2026-01-31",
                settings=settings, extensions=[HERE],
            )
        )  # fmt: skip

    cells = {c.name[1]: (c, model, faulty.limited()) for c in faulty.probe()}
    first = run([cells.pop("right")])  # makes the reference
    hang = [cells.pop("hang")]
    memory = [cells.pop("takes-all-memory")]
    rest = list(cells.values())
    with ThreadPoolExecutor(3) as pool:
        groups = [
            pool.submit(run, hang, replace(SETTINGS, time_limit=8)),
            pool.submit(run, memory, replace(SETTINGS, memory_limit=600 * 2**20)),
            *(pool.submit(run, rest[part::2]) for part in range(2)),
        ]
        done = [*first, *(trial for group in groups for trial in group.result())]
    return {trial.chip.name[1]: trial for trial in done}


@pytest.mark.parametrize("fault", faulty.FAULTS)
def test_fault_gets_its_verdict(trials: dict[str, TrialResult], fault: str) -> None:
    found = judge(trials[fault])
    assert (found.verdict, found.reason) == faulty.FAULTS[fault], trials[fault].ending
    assert all(found.sentence)


def test_every_result_can_be_derived_again(trials: dict[str, TrialResult]) -> None:
    assert {fault: check_trial(trial) for fault, trial in trials.items() if check_trial(trial)} == {}


def test_endings_say_where_and_by_what(trials: dict[str, TrialResult]) -> None:
    endings = {f: (t.ending.stage, t.ending.error, t.ending.operator) for f, t in trials.items()}
    assert endings["crash"] == ("run", "SIGSEGV", "")
    assert endings["hang"] == ("run", "TimeLimit", "")
    assert endings["takes-all-memory"] == ("run", "MemoryLimit", "")
    assert trials["hang"].ending.message == "limit 8 s"
    assert trials["takes-all-memory"].ending.message == "limit 600 MiB"
    assert endings["raises"] == ("run", "RuntimeError", "ConvInteger")
    assert endings["does-not-load"] == ("load", "OSError", "")
    assert trials["does-not-load"].ending.message == "cannot open accelerator0"


def test_what_is_silently_wrong_is_told_apart_from_what_is_random(trials: dict[str, TrialResult]) -> None:
    stated = {f: t.stated.numbers for f, t in trials.items() if t.stated}
    assert stated["subtly-wrong"]["error"] == pytest.approx(5e-4, rel=0.01)
    assert stated["subtly-wrong"]["repeat"] == 0
    assert (stated["random"]["repeat"] or 0) > 0.1
    assert stated["not-a-number"]["error"] is None
