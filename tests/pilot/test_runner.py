"""A killed run goes on where it was, a probe that dies is contained, and what cannot be tried says why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chainmend import registry
from chainmend.errors import PilotError
from chainmend.pilot import runner
from chainmend.pilot.finding import own_model, scenario
from chainmend.pilot.job import Settings
from chainmend.pilot.results import to_line
from chainmend.pilot.verdict import judge

from .small import tiny_model

pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
pytest.importorskip("psutil", reason="the extra pilot is not installed")

from chainmend.pilot.chips.onnxruntime_cpu import probe as probe_cpu

if TYPE_CHECKING:
    from chainmend.pilot.record import TrialResult

QUICK = Settings(warm_up=1, runs=10, seconds=0.1, each=1, time_limit=60)


def run(folder: Path, model: Any, **changes: Any) -> list[TrialResult]:
    chips = changes.pop("chips", probe_cpu())
    asked = changes.pop("asked", chips[:2])
    settings = changes.pop("settings", QUICK)
    cells = [(chip, model, scenario("random_inputs")) for chip in asked]
    return list(
        runner.run_cells(
            cells,
            folder,
            models={model.id: model},
            chips=chips,
            day="2026-01-31",
            settings=settings,
            **changes,
        )
    )


def test_finished_trials_are_not_run_again_unless_something_pinned_or_asked_for_changed(
    tmp_path: Path,
) -> None:
    model = own_model(tiny_model(tmp_path))
    first = run(tmp_path / "out", model)
    assert [judge(t).verdict for t in first] == ["works", "works"]
    assert [to_line(t) for t in run(tmp_path / "out", model)] == [to_line(t) for t in first]
    assert runner.finished(tmp_path / "out") == sorted(first, key=lambda t: t.cell)
    (chip,) = probe_cpu()[:1]
    named = [replace(c, name=("另一个名称", "Another name"), how="otherwise") for c in probe_cpu()]
    assert [t.timing for t in run(tmp_path / "out", model, chips=named)] == [t.timing for t in first]
    newer = replace(chip, runtime={"onnxruntime": "99"})
    chips = [newer, *probe_cpu()[1:]]
    (changed,) = run(tmp_path / "out", model, chips=chips, asked=[newer])
    assert changed.chip.runtime == {"onnxruntime": "99"}
    (again,) = run(tmp_path / "out", model, asked=[chip], again=True)
    assert again.timing != first[0].timing
    assert len(runner.finished(tmp_path / "out")) == 3


def test_a_killed_run_keeps_what_is_finished(tmp_path: Path) -> None:
    """The run is killed while its second cell hangs; the first is then read, not run."""
    import psutil

    from . import faulty

    code = f"""
import sys
sys.path[:0] = {[p for p in sys.path if p]!r}
from pathlib import Path
from chainmend.pilot import runner
from chainmend.pilot.finding import extend, own_model, scenario
from chainmend.pilot.job import Settings
from chainmend.pilot.chips.onnxruntime_cpu import probe
from tests.pilot import faulty
extend([{faulty.__file__!r}])
model = own_model(Path({str(tiny_model(tmp_path))!r}))
chips = [*probe(), *faulty.probe()]
cells = [(c, model, scenario("random_inputs")) for c in chips if c.id in ("onnxruntime_cpu-t1-none", "faulty-hang")]
for trial in runner.run_cells(cells, Path({str(tmp_path / "out")!r}), models={{model.id: model}}, chips=chips,
        day="2026-01-31", settings=Settings(warm_up=1, runs=10, seconds=0.1, each=1, time_limit=600),
        extensions=[{faulty.__file__!r}]):
    print(trial.chip.id, flush=True)
"""
    root = Path(__file__).resolve().parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=root
    )
    assert child.stdout
    assert child.stdout.readline().strip() == "onnxruntime_cpu-t1-none"
    workers: list[psutil.Process] = []
    while not workers:
        workers = psutil.Process(child.pid).children()
        time.sleep(0.02)
    time.sleep(1)  # until the process of the trial has told the system that it ends with this one
    child.kill()
    child.wait(30)
    assert psutil.wait_procs(workers, timeout=20)[1] == []
    (kept,) = runner.finished(tmp_path / "out")
    model = own_model(tiny_model(tmp_path))
    settings = Settings(warm_up=1, runs=10, seconds=0.1, each=1, time_limit=600)
    (again,) = run(tmp_path / "out", model, asked=probe_cpu()[:1], settings=settings)
    assert to_line(again) == to_line(kept)


def test_an_interrupted_run_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    model = own_model(tiny_model(tmp_path))

    def interrupted(child: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_wait", interrupted)
    before = {p.pid for p in psutil.Process(os.getpid()).children(recursive=True)}
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "out", model)
    assert {p.pid for p in psutil.Process(os.getpid()).children(recursive=True)} <= before


def test_what_cannot_be_tried_is_untested_and_says_why(tmp_path: Path) -> None:
    model = own_model(tiny_model(tmp_path))
    absent = replace(probe_cpu()[0], found=False, how="looked for, not there")
    (trial,) = run(tmp_path / "out", model, asked=[absent])
    assert (judge(trial).verdict, trial.ending.message) == ("untested", "looked for, not there")
    (trial,) = run(tmp_path / "out", replace(model, found=False, how="pip install it"))[:1]
    assert (judge(trial).reason, trial.ending.message) == ("no_model", "pip install it")
    (trial,) = run(tmp_path / "out", model, chips=[absent], asked=probe_cpu()[:1])
    assert judge(trial).reason == "no_reference"
    assert runner.finished(tmp_path / "out") == []


def test_a_reference_that_fails_blames_no_chip(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    trials = run(tmp_path / "out", own_model(broken))
    assert {judge(t).reason for t in trials} == {"no_reference"}
    assert "INVALID_PROTOBUF" in trials[0].ending.message or "InvalidProtobuf" in trials[0].ending.message


def test_an_operator_that_a_runtime_lacks_is_named(tmp_path: Path) -> None:
    """An operator without a kernel for float64 on the CPU; what it is compared with does not matter."""
    float32 = own_model(tiny_model(tmp_path))
    double = own_model(tiny_model(tmp_path, "Acosh", "float64"))
    chips = probe_cpu()
    double = replace(double, reference=float32.id)
    (trial,) = runner.run_cells(
        [(chips[0], double, scenario("random_inputs"))], tmp_path / "out", models={float32.id: float32},
        chips=chips, day="2026-01-31", settings=QUICK,
    )  # fmt: skip
    assert (judge(trial).verdict, trial.ending.stage) == ("fails", "load")
    assert trial.ending.operator == "Acosh"
    assert str(tmp_path) not in to_line(trial)


def test_probing_finds_the_processor_and_is_not_ended_by_what_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    dies = tmp_path / "dies.py"
    dies.write_text(
        "import os\nfrom chainmend.pilot.trial import BackEnd\nfrom chainmend.registry import register\n"
        "@register('chip', 'dies', name=('x', 'x'))\ndef dies():\n"
        "    return BackEnd(lambda: os.abort(), lambda chip, model: None)\n"
    )
    chips = {chip.id: chip for chip in runner.probe([str(dies)])}
    assert chips["onnxruntime_cpu-t1-none"].found
    assert not chips["dies"].found
    assert "SIGABRT" in chips["dies"].how
    makers = [c for c in chips.values() if c.back_end == "makers"]
    assert [c.name[0] for c in makers] == ["昆仑芯", "天数智芯", "沐曦", "壁仞"]
    assert not any(c.found for c in makers)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    model = own_model(tiny_model(tmp_path))
    (tmp_path / "out").write_text("")
    with pytest.raises(PilotError, match="a file stands in the way"):
        run(tmp_path / "out", model)
