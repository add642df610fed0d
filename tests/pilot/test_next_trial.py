"""The next best trial is one that can be run, and of those the one that tells most."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.pilot.small import CHIP, MODEL, TASK, stated

from chainmend.pilot.matrix import Matrix, build_matrix
from chainmend.pilot.next_trial import next_trials
from chainmend.pilot.record import Ending, TrialResult
from chainmend.pilot.trial import Sample, Scenario

FAMILY = [
    replace(MODEL, id=f"m.{p}", precision=p, reference="m.float32", family="m")  # type: ignore[arg-type]
    for p in ("float32", "float16", "bfloat16")
]
SINGLE = replace(MODEL, id="s", family="s", reference="s")
SCENARIO = Scenario(TASK, ("m", "s"), lambda model, seed: Sample((), ()), lambda model, outputs: None)


def crashed(model: str, chip: str) -> TrialResult:
    return stated(
        chip=replace(CHIP, id=chip, hardware=chip), model=next(m for m in [*FAMILY, SINGLE] if m.id == model),
        ending=Ending("crash", "run", "SIGSEGV"), draws=(), drift=(), timing=None, load=None,
    )  # fmt: skip


def ranked(matrix: Matrix, **options: bool) -> list[tuple[str, str]]:
    return [(t.cell.column, t.cell.row.model.id) for t in next_trials(matrix, **options)]


def test_what_is_not_here_comes_last_or_not_at_all() -> None:
    chips = [replace(CHIP, id="gone", found=False), CHIP]
    matrix = build_matrix([], chips, [SINGLE], [SCENARIO])
    assert ranked(matrix) == [("x-1", "s"), ("gone", "s")]
    assert ranked(matrix, here_only=True) == [("x-1", "s")]


def test_new_chip_begins_with_the_reference_of_the_largest_family() -> None:
    first = next_trials(build_matrix([], [CHIP], [*FAMILY, SINGLE], [SCENARIO]))[0]
    assert first.cell.row.model.id == "m.float32"
    assert (first.column, first.family, first.informs) == (4, 2, 4)
    assert "4 open cells" in first.reason[1]


def test_family_on_a_chip_that_has_results() -> None:
    matrix = build_matrix([stated(model=SINGLE)], [CHIP], [*FAMILY, SINGLE], [SCENARIO])
    first = next_trials(matrix)[0]
    assert (first.column, first.family, first.siblings, first.held, first.informs) == (0, 2, 0, 0, 3)


def test_cell_that_others_hold_back_tells_more() -> None:
    chips = [replace(CHIP, id=c, hardware=c) for c in "ab"]
    done = replace(MODEL, id="done", family="s")
    trials = [
        crashed("s", "a"),
        stated(model=done, chip=chips[0]),
        stated(model=done, chip=chips[1]),
    ]
    matrix = build_matrix(
        trials, chips, [SINGLE, replace(SINGLE, id="z", reference="z", family="m")], [SCENARIO]
    )
    first = next_trials(matrix)[0]
    assert (first.cell.column, first.cell.row.model.id, first.held, first.informs) == ("b", "s", 1, 2)


def test_expired_cells_are_open_and_tested_ones_are_not() -> None:
    chip = replace(CHIP, driver="9")
    assert ranked(build_matrix([stated(model=SINGLE)], [chip], [SINGLE], [SCENARIO])) == [("x-1", "s")]
    assert ranked(build_matrix([stated(model=SINGLE)], [CHIP], [SINGLE], [SCENARIO])) == []


@given(st.sets(st.sampled_from([(c, m.id) for c in "abc" for m in [*FAMILY, SINGLE]])))
def test_every_open_cell_is_ranked_once_and_no_other(done: set[tuple[str, str]]) -> None:
    chips = [replace(CHIP, id=c, found=c != "c") for c in "abc"]
    models = {m.id: m for m in [*FAMILY, SINGLE]}
    trials = [stated(chip=chip, model=models[m]) for chip in chips for c, m in done if c == chip.id]
    matrix = build_matrix(trials, chips, list(models.values()), [SCENARIO])
    found = next_trials(matrix)
    assert {(t.cell.column, t.cell.row.model.id) for t in found} == {
        (c, m) for c in "abc" for m in models
    } - done
    assert len(found) == 12 - len(done)
    assert all(1 <= t.informs <= len(found) for t in found)
    assert [t.here for t in found] == sorted((t.here for t in found), reverse=True)


def test_second_trial_tells_what_the_first_does_not() -> None:
    chips = [replace(CHIP, id=c) for c in "ab"]
    columns = [column for column, _model in ranked(build_matrix([], chips, [*FAMILY, SINGLE], [SCENARIO]))]
    assert columns[:2] == ["a", "b"]
    assert sorted(columns) == ["a"] * 4 + ["b"] * 4
