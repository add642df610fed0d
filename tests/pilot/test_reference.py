"""Inputs and right outputs are made once and read as they were; answers are plain values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainmend.errors import PilotError
from chainmend.pilot.reference import fitted, load, make_reference, plain, save
from chainmend.pilot.trial import InputSpec, Sample, Scenario

from .small import MODEL, TASK


class Doubling:
    """A session that doubles x."""

    inputs = (InputSpec("x", "float32", (2,)),)

    def run(self, inputs: Any) -> Any:
        assert list(inputs) == ["x"]
        return {"a/b": inputs["x"] * np.float32(2)}

    def device_memory(self) -> None:
        return None


def make(model: Any, seed: int) -> Sample:
    items = tuple({"x": np.array([seed, n], np.float64), "rate": np.array(16000)} for n in range(2))
    return Sample(items, ("low", "high"))


SCENARIO = Scenario(TASK, (), make, lambda model, outputs: outputs["a/b"][0])


def test_a_reference_is_read_as_it_was_made(tmp_path: Path) -> None:
    made = make_reference(Doubling(), MODEL, SCENARIO, (0, 7))
    save(made, tmp_path / "r.npz")
    found = load(tmp_path / "r.npz")
    assert list(found) == [0, 7]
    for seed, items in made.items():
        for one, two in zip(items, found[seed], strict=True):
            assert (one.answer, one.truth) == (two.answer, two.truth)
            for side in ("inputs", "outputs"):
                mine, theirs = getattr(one, side), getattr(two, side)
                assert {n: (a.dtype, a.tolist()) for n, a in mine.items()} == {
                    n: (a.dtype, a.tolist()) for n, a in theirs.items()
                }
    assert found[7][1].outputs["a/b"].tolist() == [14, 2]
    assert found[7][0].answer == 14


def test_a_scenario_may_call_the_model_several_times_and_carry_its_state() -> None:
    def work(call: Any, item: Any) -> Any:
        state = item["x"]
        for _step in range(3):
            state = call({"x": state})["a/b"]
        return {"a/b": state}

    made = make_reference(Doubling(), MODEL, replace(SCENARIO, work=work), (1,))
    assert made[1][1].outputs["a/b"].tolist() == [8, 8]


def test_a_scenario_without_items_or_truths_is_refused() -> None:
    for sample in (Sample((), ()), Sample(({"x": np.zeros(2)},), ())):
        with pytest.raises(PilotError, match="a truth of each"):
            make_reference(
                Doubling(), MODEL, replace(SCENARIO, make=lambda m, s, sample=sample: sample), (0,)
            )


def test_inputs_that_are_missing_are_named() -> None:
    with pytest.raises(PilotError, match="inputs are missing: x; expected: y"):
        fitted({"y": np.zeros(1)}, Doubling.inputs)


@pytest.mark.parametrize(
    "answer", [np.float32(0.5), np.int64(3), np.bool_(True), np.str_("a"), "a", 1, None, True]
)
def test_answers_become_plain(answer: Any) -> None:
    assert type(plain(answer)) in (str, int, float, bool, type(None))
    assert plain(answer) == answer


@pytest.mark.parametrize("answer", [np.zeros(2), [1], float("nan"), np.float64("inf"), b"a"])
def test_answers_that_cannot_be_written_are_refused(answer: Any) -> None:
    with pytest.raises(PilotError, match="the answer"):
        plain(answer)
