"""Cells hold what the latest trial says today; what was not tried is untested, what changed has expired."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.pilot.small import CHIP, MODEL, TASK, stated

from chainmend.pilot.matrix import NUMBERS, VERDICTS, Matrix, build_matrix, frame
from chainmend.pilot.record import Ending, TrialResult
from chainmend.pilot.trial import Chip, Model, Sample, Scenario

SCENARIO = Scenario(TASK, ("m",), lambda model, seed: Sample((), ()), lambda model, outputs: None)
OTHER = Model("other", ("别的", "Other"), "n", "pack", "1", "float32", "other", ())
MAKER = Chip("makers-a", ("甲", "A"), "makers", False, "not found", maker="a")


def crashed(**changes: object) -> TrialResult:
    return stated(
        ending=Ending("crash", "run", "SIGSEGV"), draws=(), drift=(), timing=None, load=None, **changes
    )


def only(matrix: Matrix, column: str = "x-1") -> str:
    return matrix.cells[column, "t", "m"].verdict


def test_what_nobody_tried_is_untested_and_says_why() -> None:
    gone = replace(CHIP, id="y", found=False)
    matrix = build_matrix([], [CHIP, gone], [MODEL, replace(MODEL, id="m2", found=False)], [SCENARIO])
    assert matrix.counts["untested"] == len(matrix.cells) == 4
    assert matrix.cells["x-1", "t", "m"].sentence[1] == "no trial yet"
    assert matrix.cells["y", "t", "m"].sentence[1] == "no trial yet; the chip is not on this machine"
    assert matrix.cells["x-1", "t", "m2"].sentence[1] == "no trial yet; the model is not installed"
    assert set(matrix.cells["x-1", "t", "m"].numbers.values()) == {None}


def test_cells_that_make_no_sense_are_not_there() -> None:
    torch = replace(CHIP, id="torch", formats=("torch",))
    int4 = replace(MODEL, id="m4", precision="int4")
    matrix = build_matrix([], [CHIP, torch], [MODEL, OTHER, int4], [SCENARIO])
    assert list(matrix.cells) == [("x-1", "t", "m")]
    assert list(matrix.columns) == ["x-1"]
    assert [row.id for row in matrix.rows] == [("t", "m")]


def test_latest_trial_counts() -> None:
    old, new = crashed(day="2026-01-01"), stated(day="2026-02-01")
    for trials in ([old, new], [new, old]):
        assert only(build_matrix(trials, [CHIP], [MODEL], [SCENARIO])) == "works"
    assert only(build_matrix([stated(day="2026-01-01"), crashed(day="2026-02-01")])) == "fails"


def test_of_one_day_what_has_not_expired_counts() -> None:
    old = stated(model=replace(MODEL, version="0"))
    for trials in ([old, stated()], [stated(), old]):
        assert only(build_matrix(trials, [CHIP], [MODEL], [SCENARIO])) == "works"
    assert only(build_matrix([stated(day="2026-01-01"), old], [CHIP], [MODEL], [SCENARIO])) == "expired"


def test_changed_driver_runtime_model_or_scenario_expires() -> None:
    trial = stated()

    def now(chip: Chip = CHIP, model: Model = MODEL, scenario: Scenario = SCENARIO) -> str:
        return only(build_matrix([trial], [chip], [model], [scenario]))

    assert now() == "works"
    assert now(chip=replace(CHIP, driver="1.1")) == "expired"
    assert now(chip=replace(CHIP, runtime={"runtime": "2.1"})) == "expired"
    assert now(model=replace(MODEL, version="2")) == "expired"
    assert now(scenario=replace(SCENARIO, task=replace(TASK, version=2))) == "expired"
    assert (
        now(chip=replace(CHIP, found=False, driver=None, runtime={})) == "works"
    )  # the lab's machine has it
    assert now(model=replace(MODEL, found=False, version="")) == "works"


def test_same_chip_with_other_hardware_is_a_column_of_its_own() -> None:
    trial = stated(chip=replace(CHIP, hardware="another card", driver="9"))
    matrix = build_matrix([trial], [CHIP], [MODEL], [SCENARIO])
    assert list(matrix.columns) == ["x-1", "x-1@another card"]
    assert (only(matrix), only(matrix, "x-1@another card")) == ("untested", "works")


def test_column_of_a_chip_that_only_a_lab_has_is_described_as_there() -> None:
    here = replace(CHIP, found=False, driver=None, hardware="")
    matrix = build_matrix([stated()], [here], [replace(MODEL, id="a", family="m"), MODEL], [SCENARIO])
    assert matrix.columns == {"x-1": CHIP}
    assert not matrix.cells["x-1", "t", "m"].chip.found  # this machine cannot run it


def test_result_of_a_maker_takes_the_place_of_its_empty_column() -> None:
    assert "makers-a" in build_matrix([], [MAKER], [MODEL], [SCENARIO]).columns
    trial = stated(chip=replace(CHIP, id="lab-a0", maker="a"))
    assert list(build_matrix([trial], [MAKER], [MODEL], [SCENARIO]).columns) == ["lab-a0"]


def test_found_back_ends_come_first_and_makers_last() -> None:
    gone = replace(CHIP, id="y", back_end="y", found=False)
    assert list(build_matrix([], [MAKER, gone, CHIP], [MODEL], [SCENARIO]).columns) == [
        "x-1",
        "y",
        "makers-a",
    ]


def test_trials_of_models_that_are_unknown_here_have_rows() -> None:
    own = stated(model=replace(MODEL, id="own", family="own"))
    matrix = build_matrix([own], [CHIP], [MODEL], [SCENARIO])
    assert [row.model.id for row in matrix.rows] == ["m", "own"]
    assert matrix.tested == 1


def test_frame_has_a_line_a_cell_and_unknown_stays_unknown() -> None:
    matrix = build_matrix([stated()], [CHIP, replace(CHIP, id="y")], [MODEL], [SCENARIO])
    found = frame(matrix)
    assert found["verdict"].to_list() == ["works", "untested"]
    first, second = found.iter_rows(named=True)
    assert first["p50"] == np.float64(matrix.cells["x-1", "t", "m"].numbers["p50"])
    assert 0.01 <= first["p50"] <= first["p90"] <= first["p99"] <= 0.0101
    assert first["reason_zh"]
    assert {second[name] for name in (*NUMBERS, "day", "unsteady")} == {None}
    assert frame(build_matrix([])).schema == found.schema
    assert found.schema["p99"] == pl.Float64


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["works", "fails"]), st.integers(1, 28)), max_size=8
    )
)
def test_counts_are_those_of_the_cells(drawn: list[tuple[str, str, int]]) -> None:
    makes = {"works": WORKS, "fails": FAILS}
    trials = [replace(makes[v], chip=replace(CHIP, id=c), day=f"2026-01-{day:02}") for c, v, day in drawn]
    chips = [replace(CHIP, id=c) for c in "abc"]
    matrix = build_matrix(trials, chips, [MODEL], [SCENARIO])
    assert sum(matrix.counts.values()) == len(matrix.cells) == 3
    assert tuple(matrix.counts) == VERDICTS
    assert matrix.tested == len({c for c, _v, _day in drawn})
    assert frame(matrix).height == 3


WORKS, FAILS = stated(), crashed()
