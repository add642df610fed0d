"""What every registered scenario must do, and that real models reach its limits in float32."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from chainmend.pilot.finding import scenarios
from chainmend.pilot.metrics import METRICS, measure
from chainmend.pilot.trial import InputSpec, Model, Scenario

ort = pytest.importorskip("onnxruntime", reason="the extra pilot is not installed")
pytest.importorskip("PIL", reason="the extra pilot is not installed")

SCENARIOS = scenarios()
TASKS = sorted(id for id, s in SCENARIOS.items() if s.families and s.families != ("own",))


def reference_of(scenario: Scenario, models: Mapping[str, Model]) -> Model:
    """The installed model that says what is right at a scenario."""
    for model in models.values():
        if model.family in scenario.families and model.reference == model.id and model.found:
            return model
    missing = next(m for m in models.values() if m.family in scenario.families)
    pytest.skip(f"{missing.id}: {missing.how}")


def test_there_are_five_industrial_scenarios_and_more() -> None:
    assert len(TASKS) >= 5


@pytest.mark.parametrize("id", sorted(SCENARIOS))
def test_each_says_what_it_asks(id: str) -> None:
    task = SCENARIOS[id].task
    assert task.id == id
    assert all(task.name)
    assert all(task.item)
    assert task.synthetic
    assert task.metric in METRICS or not task.metric
    assert {"float32", "float16", "int8"} <= set(task.tolerances)
    int8 = task.tolerances["int8"]
    assert any(bound is not None for bound in (int8.error, int8.cosine, int8.top1, int8.drop))


@pytest.mark.parametrize("id", TASKS)
def test_each_asks_for_a_latency_and_an_accuracy(id: str) -> None:
    limits = SCENARIOS[id].task.limits
    assert limits.latency_seconds
    assert limits.accuracy
    assert 0.5 < limits.accuracy <= 1


@pytest.mark.parametrize("id", TASKS)
def test_same_seed_same_bytes(id: str, field_models: dict[str, Model]) -> None:
    scenario = SCENARIOS[id]
    model = reference_of(scenario, field_models)
    one, two, other = scenario.make(model, 7), scenario.make(model, 7), scenario.make(model, 8)
    assert one.truths == two.truths
    assert len(one.items) == len(one.truths) > 1
    for a, b in zip(one.items, two.items, strict=True):
        assert {k: v.tobytes() for k, v in a.items()} == {k: v.tobytes() for k, v in b.items()}
    assert any(
        a[k].tobytes() != b[k].tobytes() for a, b in zip(one.items, other.items, strict=True) for k in a
    )


@pytest.mark.parametrize("id", TASKS)
def test_real_model_reaches_the_accuracy_that_is_asked(id: str, field_models: dict[str, Model]) -> None:
    scenario = SCENARIOS[id]
    model = reference_of(scenario, field_models)
    assert model.folder is not None
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(
        model.folder / model.files[0].name, options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    answers, truths = [], []
    for seed in range(3):
        sample = scenario.make(model, seed)
        truths += sample.truths
        for item in sample.items:
            outputs = scenario.work(lambda x: dict(zip(names, session.run(None, dict(x)), strict=True)), item)
            answers.append(scenario.answer(model, outputs))
    assert scenario.task.limits.accuracy is not None
    assert measure(scenario.task.metric, answers, truths) >= scenario.task.limits.accuracy


def test_random_inputs_take_the_shapes_that_are_stated() -> None:
    model = Model(
        "own", ("", ""), "own", "", "", "float32", "own", (),
        inputs=(InputSpec("x", "float32", (None, 3, None)), InputSpec("n", "int64", (2,))),
    )  # fmt: skip
    item = SCENARIOS["random_inputs"].make(model, 0).items[0]
    assert (item["x"].shape, item["x"].dtype) == ((1, 3, 8), np.float32)
    assert set(item["n"].tolist()) <= {0, 1}
