"""``chainmend pilot matrix``, ``next`` and ``blockers``: what they print, write and end with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.pilot.small import CHIP, MODEL, TASK, stated

from chainmend.cli import main
from chainmend.pilot import finding, runner
from chainmend.pilot.record import Ending
from chainmend.pilot.results import TRIALS, to_line, write_results
from chainmend.pilot.trial import Sample, Scenario

OTHER = replace(CHIP, id="y", name=("乙", "B"))


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one trial that works and one that crashed; this machine has two made chips."""
    scenario = Scenario(TASK, ("m",), lambda model, seed: Sample((), ()), lambda model, outputs: None)
    monkeypatch.setattr(runner, "probe", lambda files: [CHIP, OTHER, replace(CHIP, id="z")])
    monkeypatch.setattr(finding, "models", lambda: {"m": MODEL})
    monkeypatch.setattr(finding, "scenarios", lambda: {"t": scenario})
    crash = stated(
        chip=OTHER, ending=Ending("crash", "run", "SIGSEGV"), draws=(), drift=(), timing=None, load=None
    )
    write_results([stated(), crash], tmp_path / TRIALS, day="2026-01-31")
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def go(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["pilot", *map(str, words)])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return go


def test_matrix_is_printed_and_written(results: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _err = run("matrix", results, "--html", results / "m.html", "--out", results / "m.parquet")
    assert code == 0
    assert "cells tested: 2 of 3 (Works 1; Fails 1; Untested 1)" in out
    assert "Works 10 ms" in out
    assert (results / "m.html").read_text("utf-8").startswith("<!doctype html>")
    assert pl.read_parquet(results / "m.parquet")["verdict"].to_list() == ["works", "fails", "untested"]


def test_trials_of_a_run_that_was_stopped_count(
    results: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    (results / runner.PARTS).mkdir()
    later = to_line(stated(chip=replace(CHIP, id="z")))
    (results / runner.PARTS / "one.json").write_text(later, "utf-8")
    assert json.loads(run("matrix", results, "--json")[1])["tested"] == 3


def test_matrix_for_machines(results: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _err = run("matrix", results, "--json")
    found = json.loads(out)
    assert (code, found["tested"], found["counts"]["fails"]) == (0, 2, 1)
    assert [(c["chip"], c["verdict"]) for c in found["by_cell"]] == [
        ("x-1", "works"), ("y", "fails"), ("z", "untested")
    ]  # fmt: skip
    assert found["by_cell"][2]["p99"] is None


def test_blockers(results: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _err = run("blockers", results)
    assert (code, "SIGSEGV" in out) == (0, True)
    found = json.loads(run("blockers", results, "--json")[1])
    assert [(b["held"], b["operator"]) for b in found["blockers"]] == [(1, None)]


def test_next(results: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _err = run("next", results)
    assert code == 0
    assert "z" in out
    found = json.loads(run("next", results, "--json")[1])
    assert (found["open"], found["next"][0]["chip"], found["next"][0]["here"]) == (1, "z", True)


def test_folder_that_is_not_there_is_refused(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    code, _out, err = run("matrix", tmp_path / "gone")
    assert code == 2
    assert "no such folder" in err
    assert "chainmend pilot run" in err


def test_file_of_another_kind_is_refused(results: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    code, _out, err = run("matrix", results, "--out", results / "m.xlsx")
    assert code == 2
    assert ".parquet" in err
