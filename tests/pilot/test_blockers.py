"""Cells held back by one cause are one blocker; what holds most back comes first."""

from __future__ import annotations

from dataclasses import replace

from tests.pilot.small import CHIP, MODEL, TASK, stated, trial

from chainmend.pilot.blockers import find_blockers
from chainmend.pilot.matrix import build_matrix
from chainmend.pilot.record import Ending, TrialResult
from chainmend.pilot.verdict import state


def failed(
    chip: str, model: str = "m", operator: str = "", error: str = "RuntimeError", **more: str
) -> TrialResult:
    return stated(
        chip=replace(CHIP, id=chip),
        model=replace(MODEL, id=model, family=more.get("family", model)),
        ending=Ending(
            more.get("state", "error"),  # type: ignore[arg-type]
            more.get("stage", "run"), error, operator, more.get("message", ""),
        ),
        draws=(), drift=(), timing=None, load=None,
    )  # fmt: skip


def test_one_operator_in_many_cells_is_one_blocker() -> None:
    trials = [
        failed("a", "m", "LayerNormalization"),
        failed("a", "n", "LayerNormalization"),
        failed("b", "m", "LayerNormalization"),
        failed("b", "n", "Resize"),
    ]
    first, second = find_blockers(build_matrix(trials))
    assert (first.operator, first.held) == ("LayerNormalization", 3)
    assert (second.operator, second.held) == ("Resize", 1)
    assert first.title[1] == "operator LayerNormalization: RuntimeError at the stage running the inputs"
    assert "LayerNormalization" in first.title[0]


def test_exceptions_without_operator_are_told_apart_by_stage_and_message() -> None:
    trials = [
        failed("a", "m", message="node 12 is not acyclic"),
        failed("b", "n", message="node 7 is not acyclic"),
        failed("c", "m", message="no memory"),
        failed("d", "m", message="no memory", stage="load"),
    ]
    found = find_blockers(build_matrix(trials))
    assert [b.held for b in found] == [2, 1, 1]
    assert found[0].message == "node 12 is not acyclic"


def test_crashes_are_told_apart_by_signal_stage_and_family() -> None:
    trials = [
        failed("a", "m.float32", family="m", state="crash"),
        failed("b", "m.float16", family="m", state="crash"),
        failed("a", "n", family="n", state="crash"),
        failed("c", "m.float32", family="m", stage="load", state="crash"),
    ]
    assert [b.held for b in find_blockers(build_matrix(trials))] == [2, 1, 1]


def test_wrong_outputs_are_one_blocker_a_precision_and_family() -> None:
    half = replace(MODEL, id="m.float16", precision="float16")
    wrong = [
        state(trial(lambda y: y + 1, chip=replace(CHIP, id=chip), model=model))
        for chip in ("a", "b")
        for model in (MODEL, half)
    ]
    found = find_blockers(build_matrix(wrong))
    assert [(b.held, b.title[1].split(":")[0]) for b in found] == [(2, "float16"), (2, "float32")]


def test_what_works_is_degraded_untested_or_expired_is_no_blocker() -> None:
    slow = replace(TASK, id="slow", limits=replace(TASK.limits, latency_seconds=1e-6))
    matrix = build_matrix([stated(), stated(task=slow)], [CHIP, replace(CHIP, id="b")])
    assert {c.verdict for c in matrix.cells.values()} >= {"works", "degraded"}
    assert find_blockers(matrix) == []


def test_where_names_each_once() -> None:
    blocker = find_blockers(build_matrix([failed("a", operator="Conv"), failed("b", operator="Conv")]))[0]
    assert blocker.where[1] == "Model on x"
