"""Each verdict and its reason, from raw numbers on both sides of what decides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import PilotError
from chainmend.pilot.record import Draw, Ending, Load, Timing
from chainmend.pilot.trial import Limits, Tolerance
from chainmend.pilot.verdict import (
    REASONS,
    changes,
    judge,
    numbers,
    percentile,
    today,
    unsteady,
    verdict_name,
)

from . import faulty
from .small import CHIP, EXPECTED, MODEL, TASK, item, same, stated, trial


def found(**changed: Any) -> tuple[str, str]:
    ruling = judge(trial(**changed))
    assert all(ruling.sentence)
    return ruling.verdict, ruling.reason


def test_what_is_right_steady_and_quick_works() -> None:
    assert found() == ("works", "right")


@pytest.mark.parametrize(
    ("precision", "off", "verdict"),
    [
        ("float32", 0.9e-4, "works"),
        ("float32", 1.1e-4, "wrong"),
        ("float16", 0.9e-2, "works"),
        ("float16", 1.1e-2, "wrong"),
        ("bfloat16", 0.9e-2, "works"),
        ("bfloat16", 1.1e-2, "wrong"),
    ],
)
def test_tolerances_are_those_of_the_design(precision: Any, off: float, verdict: str) -> None:
    """The largest value is 100, so that the error is relative there: 100 * off."""
    for change in (lambda a: a.astype(float) * (1 + off), lambda a: a + off * (a == 0)):
        result = trial(change, model=replace(MODEL, precision=precision))
        assert judge(result).verdict == verdict


def test_precision_is_that_of_the_chip_where_it_sets_one() -> None:
    half = replace(CHIP, options={"precision": "float16"})
    assert found(got=lambda a: a + 5e-3, chip=half) == ("works", "right")
    assert found(got=lambda a: a + 5e-3) == ("wrong", "error")


def test_integers_are_right_as_the_scenario_says_and_not_otherwise() -> None:
    model = replace(MODEL, precision="int8")
    with pytest.raises(PilotError, match="does not say what is right in int8"):
        judge(trial(model=model))

    def with_(tolerance: Tolerance) -> Any:
        task = replace(TASK, tolerances={"int8": tolerance})
        return found(got=lambda a: a * 1.2, model=model, task=task)

    assert with_(Tolerance(None, cosine=0.99)) == ("works", "right")
    assert with_(Tolerance(None, top1=1.0)) == ("works", "right")
    assert with_(Tolerance(0.1, cosine=0.99)) == ("wrong", "error")
    with pytest.raises(PilotError, match="at least one bound"):
        with_(Tolerance(None))


def test_cosine_and_places_of_the_largest_values() -> None:
    def turned(array: Any) -> Any:
        return array[:, ::-1]

    model = replace(MODEL, precision="int8")
    for tolerance, reason in ((Tolerance(None, cosine=0.9), "cosine"), (Tolerance(None, top1=0.9), "top1")):
        task = replace(TASK, tolerances={"int8": tolerance})
        assert found(got=turned, model=model, task=task) == ("wrong", reason)


def test_one_wrong_draw_of_three_is_wrong() -> None:
    draws = [Draw(seed, (item(),)) for seed in range(2)]
    off = Draw(2, (item(lambda a: a + 1),))
    assert found(draws=(*draws, off)) == ("wrong", "error")
    assert found(draws=tuple(draws)) == ("untested", "too_few")


def test_two_runs_must_agree_in_every_byte_unless_the_scenario_lets_them_differ() -> None:
    def hair(array: Any) -> Any:
        return np.nextafter(array, np.float32(1e9))

    assert found(again=hair) == ("unstable", "repeat")
    loose = replace(TASK, tolerances={"float32": Tolerance(1e-4, repeat=1e-6)})
    assert found(again=hair, task=loose) == ("works", "right")
    assert found(again=lambda a: a + 1e-3, task=loose) == ("unstable", "repeat")


def test_a_chip_that_is_random_is_unstable_before_it_is_wrong() -> None:
    assert found(got=lambda a: a + 5, again=lambda a: a - 5) == ("unstable", "repeat")


def test_drift_and_runs_at_once() -> None:
    late = trial(again=lambda a: a + 1e-3).draws[0].items[0].outputs
    assert found(drift=late) == ("unstable", "drift")
    assert found(load=Load(2, 10, 1, 0, 0.1)) == ("unstable", "concurrent")
    assert found(load=Load(2, 10, 0, 1, 0.1)) == ("unstable", "concurrent")


@pytest.mark.parametrize(
    ("mebibytes", "verdict"),
    [
        ([100] * 9, "works"),
        ([100, 180, 180, 180, 180, 180, 180, 180, 180], "works"),  # a pool that fills once
        ([100, 105, 108, 110, 111, 112, 113, 114, 115], "works"),
        ([100, 110, 120, 130, 140, 150, 160, 170, 180], "unstable"),
    ],
)
def test_memory_that_grows_and_does_not_stop(mebibytes: list[int], verdict: str) -> None:
    timing = trial().timing
    assert timing
    grown = replace(timing, resident_bytes=tuple(m * 2**20 for m in mebibytes))
    assert found(timing=grown)[0] == verdict


def test_shapes_and_what_is_no_number() -> None:
    assert found(got=lambda a: a[:1]) == ("wrong", "shape")
    for bad in (np.nan, np.inf, -np.inf):
        assert found(got=lambda a, bad=bad: np.where(a == 0, bad, a)) == ("wrong", "not_finite")


def test_limits_of_the_scenario_make_degraded() -> None:
    assert found(task=replace(TASK, limits=Limits(0.0100)))[1] == "too_slow"
    assert found(task=replace(TASK, limits=Limits(0.0101))) == ("works", "right")
    half = tuple(Draw(s, (item(), item(answer="b"))) for s in range(3))
    assert found(draws=half, task=replace(TASK, limits=Limits(accuracy=0.51))) == (
        "degraded",
        "too_inaccurate",
    )
    assert found(draws=half, task=replace(TASK, limits=Limits(accuracy=0.5))) == ("works", "right")


def test_accuracy_that_falls_below_the_reference_is_wrong_where_the_scenario_says_so() -> None:
    half = tuple(Draw(s, (item(), item(answer="b"))) for s in range(3))
    task = replace(TASK, tolerances={"float32": Tolerance(None, drop=0.4)})
    assert found(draws=half, task=task) == ("wrong", "drop")
    assert found(task=task) == ("works", "right")


@pytest.mark.parametrize(
    ("state", "verdict", "reason"),
    [
        ("crash", "fails", "crash"), ("hang", "fails", "hang"), ("memory", "fails", "memory"),
        ("error", "fails", "failed"), ("missing", "untested", "missing"), ("no_model", "untested", "no_model"),
        ("no_reference", "untested", "no_reference"),
    ],
)  # fmt: skip
def test_endings(state: Any, verdict: str, reason: str) -> None:
    ending = Ending(state, "run", "SIGSEGV")
    assert found(ending=ending, draws=(), drift=(), timing=None, load=None) == (verdict, reason)


def test_a_trial_that_says_it_is_done_and_is_not_is_refused() -> None:
    for hole in ({"timing": None}, {"load": None}, {"drift": ()}, {"draws": (Draw(0, ()),) * 3}):
        with pytest.raises(PilotError, match="something is missing"):
            judge(trial(**hole))
    empty = trial()
    assert empty.timing
    with pytest.raises(PilotError, match="no latencies"):
        judge(trial(timing=replace(empty.timing, readings_ns=())))


def test_numbers_from_raw_readings() -> None:
    timing = Timing(0.5, 0.02, 5, 2, tuple(1_000_000 * n for n in range(1, 101)), 50, (10, 30), 7)
    n = numbers(trial(timing=timing))
    assert (n["p50"], n["p90"], n["p99"]) == (0.025, 0.045, 0.0495)  # two runs a reading
    assert n["cv"] == pytest.approx(np.std(np.arange(1, 101)) / np.mean(np.arange(1, 101)))
    assert n["per_second"] == pytest.approx(1 / 0.02525)
    assert (n["memory_growth_bytes"], n["device_bytes"], n["joules"]) == (20, None, None)
    assert (n["accuracy"], n["agreement"], n["error"]) == (1, 1, 0)
    assert n["concurrent_per_second"] == pytest.approx(100)
    assert unsteady(trial(timing=timing))
    assert not unsteady(trial())


@given(values=st.lists(st.integers(0, 10**9), min_size=1, max_size=60), share=st.floats(0.01, 1))
@settings(max_examples=60, deadline=None)
def test_a_percentile_is_that_of_numpy(values: list[int], share: float) -> None:
    assert percentile(values, share) == int(np.percentile(values, share * 100, method="inverted_cdf")) or (
        abs(share * len(values) - round(share * len(values)))
        < 1e-9  # on the edge the two may round otherwise
    )


def test_expired_where_driver_runtime_model_or_scenario_changed_and_nothing_else() -> None:
    now = trial()
    assert today(now, CHIP, MODEL, TASK).verdict == "works"
    for chip, model, task, what in (
        (replace(CHIP, driver="1.1"), MODEL, TASK, "driver 1.0 -> 1.1"),
        (replace(CHIP, runtime={"runtime": "2.1"}), MODEL, TASK, "runtime 2.0 -> 2.1"),
        (CHIP, replace(MODEL, version="2"), TASK, "model 1 -> 2"),
        (CHIP, MODEL, replace(TASK, version=2), "scenario 1 -> 2"),
    ):
        assert changes(now, chip, model, task) == [what]
        ruling = today(now, chip, model, task)
        assert (ruling.verdict, ruling.reason) == ("expired", "changed")
        assert what in ruling.sentence[1]
    other = replace(CHIP, hardware="another card", driver="9")
    assert today(now, other, MODEL, TASK).verdict == "works"
    assert changes(trial(), replace(CHIP, how="looked otherwise", memory_bytes=1), MODEL, TASK) == []


def test_untested_does_not_expire() -> None:
    result = trial(ending=Ending("missing"), draws=(), drift=(), timing=None, load=None)
    assert today(result, replace(CHIP, driver="9"), MODEL, TASK).verdict == "untested"


def test_every_reason_is_reached_by_a_test_of_this_package() -> None:
    text = Path(__file__).read_text("utf-8")
    reached = {reason for reason in REASONS if f'"{reason}"' in text}
    assert set(REASONS) - reached - {reason for _v, reason in faulty.FAULTS.values()} == set()


def test_stating_changes_nothing_else_and_names_are_in_both_languages() -> None:
    assert replace(stated(), stated=None) == trial()
    for verdict in ("works", "degraded", "wrong", "unstable", "fails", "untested", "expired"):
        zh, en = verdict_name(verdict)
        assert zh
        assert en == verdict


def test_the_change_of_a_made_up_trial_is_none_by_default() -> None:
    assert same(EXPECTED) is EXPECTED
