"""From the raw numbers of a trial to its verdict: a pure function, so that whoever reads a result derives it again.

The order of the questions is: did it run, does it agree with itself, is it right, does it stay steady, is it good and
fast enough. Reference: the design of the pilot field; tolerances of float32 are 1e-4, of float16 and bfloat16 1e-2,
those of integers are the scenario's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chainmend.errors import PilotError
from chainmend.i18n import _, both
from chainmend.pilot.comparing import Errors, errors
from chainmend.pilot.metrics import measure
from chainmend.pilot.record import Stated
from chainmend.pilot.trial import Chip, Model, Names, Task, Tolerance, Verdict, precision

if TYPE_CHECKING:
    from chainmend.pilot.record import Timing, TrialResult

DRAWS = 3
"""Random trials that are asked for at least."""
UNSTEADY = 0.10
"""Coefficient of variation of the latency above which a cell is marked unsteady."""
_GROWTH_BYTES, _GROWTH_SHARE = 16 * 2**20, 0.05

REASONS: dict[str, Callable[..., Names]] = {
    "right": lambda **v: both("right and within the limits", **v),
    "too_slow": lambda **v: both("p90 is {seconds:.4g} s, over the limit of {limit:g} s", **v),
    "too_inaccurate": lambda **v: both("accuracy is {accuracy:.3f}, under the limit of {limit:g}", **v),
    "shape": lambda **v: both("outputs have another shape than those of the reference", **v),
    "not_finite": lambda **v: both("an output is no finite number where the reference is one", **v),
    "error": lambda **v: both("outputs are {error:.3g} from the reference; {limit:g} may be", **v),
    "cosine": lambda **v: both("the cosine with the reference is {cosine:.5f}, under {limit:g}", **v),
    "top1": lambda **v: both("the largest value agrees in {top1:.1%} of rows, under {limit:.1%}", **v),
    "drop": lambda **v: both("accuracy falls {drop:.3f} below the reference; {limit:g} may be", **v),
    "repeat": lambda **v: both("two runs on the same input differ by {repeat:.3g}", **v),
    "drift": lambda **v: both(
        "outputs on the same input changed by {repeat:.3g} in the course of the runs", **v
    ),
    "concurrent": lambda **v: both(
        "of {runs} runs at once {errors} raised errors and {differing} gave other outputs", **v
    ),
    "growth": lambda **v: both("memory grows and does not stop: {mebibytes:.0f} MiB in {runs} runs", **v),
    "failed": lambda **v: both("{error} at the stage {stage}", **v),
    "failed_operator": lambda **v: both("{error} at the stage {stage}, operator {operator}", **v),
    "crash": lambda **v: both("the process died ({error}) at the stage {stage}", **v),
    "hang": lambda **v: both("over the time limit at the stage {stage}", **v),
    "memory": lambda **v: both("over the memory limit at the stage {stage}", **v),
    "missing": lambda **v: both("not found on this machine", **v),
    "no_model": lambda **v: both("the model is not installed on this machine", **v),
    "no_reference": lambda **v: both("there is no reference to compare with", **v),
    "too_few": lambda **v: both("{draws} random trials; at least {least} are asked for", **v),
    "changed": lambda **v: both("changed since the trial: {what}", **v),
}
"""Key -> what makes the sentence in both languages out of the numbers of a `Ruling`."""


@dataclass(frozen=True)
class Ruling:
    """A verdict, the key of its reason in `REASONS`, and the numbers of the sentence."""

    verdict: Verdict
    reason: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> Names:
        """(Chinese, English)."""
        return REASONS[self.reason](**self.values)


def verdict_name(verdict: Verdict) -> Names:
    """(Chinese, English) of a verdict.

    Examples
    --------
    >>> verdict_name("works")[1]
    'works'
    """
    names: dict[Verdict, Names] = {
        "works": both("works"),
        "degraded": both("degraded"),
        "wrong": both("wrong"),
        "unstable": both("unstable"),
        "fails": both("fails"),
        "untested": both("untested"),
        "expired": both("expired"),
    }
    return names[verdict]


def judge(trial: TrialResult) -> Ruling:
    """Derive the verdict of a trial from its raw numbers.

    Raises
    ------
    PilotError
        If a number it needs is not there or cannot be read.

    Examples
    --------
    >>> from chainmend.pilot.record import *
    >>> from chainmend.pilot.trial import *
    >>> chip = Chip("x", ("芯片", "Chip"), "x", False, "looked for, not found")
    >>> model = Model("m", ("模型", "Model"), "m", "", "", "float32", "m", ())
    >>> task = Task("t", ("任务", "Task"), 1, "", ("一个输入", "one input"))
    >>> machine = Machine("", 2, None, "", "")
    >>> trial = TrialResult(SCHEMA, "0", chip, model, task, machine, "", "2026-01-01", Ending("missing"))
    >>> judge(trial).verdict
    'untested'
    """
    ended = _ended(trial)
    if ended is not None:
        return ended
    if len(trial.draws) < DRAWS:
        return Ruling("untested", "too_few", {"draws": len(trial.draws), "least": DRAWS})
    if not all(draw.items and all(item.outputs for item in draw.items) for draw in trial.draws):
        raise _incomplete(trial, "draws")
    if trial.timing is None or trial.load is None or not trial.drift:
        raise _incomplete(trial, "timing, load, drift")
    allowed = tolerance(trial)
    steps = (_repeats(trial, allowed), _right(trial, allowed), _steady(trial), _good(trial))
    return next((found for found in steps if found is not None), Ruling("works", "right"))


def tolerance(trial: TrialResult) -> Tolerance:
    """Tolerance of the precision a trial ran in.

    Raises
    ------
    PilotError
        If its scenario states none, or one that asks for nothing.
    """
    kind = precision(trial.chip, trial.model)
    found = trial.task.tolerances.get(kind)
    if found is None or found.error is found.cosine is found.top1 is found.drop is None:
        raise PilotError(
            _("the scenario does not say what is right in {precision}").format(precision=kind),
            expected=_("a tolerance with at least one bound"),
            where=trial.task.id,
        )
    return found


def numbers(trial: TrialResult) -> dict[str, float | None]:
    """Every number that is stated of a trial, derived from its raw data; None where it is unknown.

    Seconds are of one item, bytes are bytes, shares are 0..1. ``error`` and its like are None where there are no
    outputs, or where an output is no finite number.
    """
    found: dict[str, float | None] = {}
    outputs = [o for draw in trial.draws for item in draw.items for o in item.outputs]
    if outputs:
        whole = errors(outputs)
        for name in ("error", "absolute", "relative", "cosine", "top1", "repeat"):
            found[name] = _finite(getattr(whole, name))
    found |= _answers(trial)
    if trial.timing is not None:
        found |= _times(trial.timing)
    if trial.load is not None and trial.load.seconds > 0:
        found["concurrent_per_second"] = trial.load.runs / trial.load.seconds
    return found


def state(trial: TrialResult) -> TrialResult:
    """Return the trial with what is derived from it stated."""
    ruling = judge(trial)
    return replace(trial, stated=Stated(ruling.verdict, ruling.reason, numbers(trial)))


def unsteady(trial: TrialResult) -> bool:
    """Whether the coefficient of variation of the latency is above `UNSTEADY`."""
    return trial.timing is not None and (_times(trial.timing)["cv"] or 0.0) > UNSTEADY


def changes(trial: TrialResult, chip: Chip, model: Model, task: Task) -> list[str]:
    """What is pinned by a trial and is another today, as ``name old -> new``; nothing for another machine's chip.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from chainmend.pilot.record import *
    >>> from chainmend.pilot.trial import *
    >>> chip = Chip("x", ("芯片", "Chip"), "x", True, "", driver="1.0")
    >>> model = Model("m", ("模型", "Model"), "m", "", "", "float32", "m", ())
    >>> task = Task("t", ("任务", "Task"), 1, "", ("一个输入", "one input"))
    >>> machine = Machine("", 2, None, "", "")
    >>> trial = TrialResult(SCHEMA, "0", chip, model, task, machine, "", "2026-01-01", Ending("missing"))
    >>> changes(trial, replace(chip, driver="1.1"), model, task)
    ['driver 1.0 -> 1.1']
    """
    before, after = _pins(trial.chip, trial.model, trial.task), _pins(chip, model, task)
    if trial.chip.hardware != chip.hardware:
        before, after = _pins(None, trial.model, trial.task), _pins(None, model, task)
    return [
        f"{name} {before.get(name, '-')} -> {after.get(name, '-')}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def today(trial: TrialResult, chip: Chip, model: Model, task: Task) -> Ruling:
    """Derive the verdict of a trial as it stands today: expired where a pinned version has changed since."""
    found, what = judge(trial), changes(trial, chip, model, task)
    if what and found.verdict != "untested":
        return Ruling("expired", "changed", {"what": "; ".join(what)})
    return found


def agrees(found: Errors, allowed: Tolerance) -> bool:
    """Whether two runs on the same input agree: in every byte, or as far as the scenario lets them differ."""
    return found.repeats or (allowed.repeat > 0 and found.repeat <= allowed.repeat)


def percentile(values: Iterable[int], share: float) -> int:
    """Smallest of `values` with at least `share` of them at or below it: always one that was measured.

    Examples
    --------
    >>> percentile([4, 1, 3, 2], 0.5), percentile([4, 1, 3, 2], 0.99)
    (2, 4)
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _ended(trial: TrialResult) -> Ruling | None:
    """The ruling of a trial that did not get to its end, or had nothing to run on."""
    ending = trial.ending
    if ending.state == "done":
        return None
    if ending.state in ("missing", "no_model", "no_reference"):
        return Ruling("untested", ending.state)
    values = {"stage": _stage(ending.stage), "error": ending.error, "operator": ending.operator}
    key = {"error": "failed_operator" if ending.operator else "failed"}.get(ending.state, ending.state)
    return Ruling("fails", key, values)


def _stage(id: str) -> Names:
    names = {
        "load": both("loading the model"),
        "run": both("running the inputs"),
        "repeat": both("running them again"),
        "time": both("timed runs"),
        "concurrent": both("runs at once"),
    }
    return names.get(id, both("start"))


def _repeats(trial: TrialResult, allowed: Tolerance) -> Ruling | None:
    runs = errors(o for draw in trial.draws for item in draw.items for o in item.outputs)
    for key, found in (("repeat", runs), ("drift", errors(trial.drift))):
        if not agrees(found, allowed):
            return Ruling("unstable", key, {"repeat": found.repeat})
    load = trial.load
    if load is not None and (load.errors or load.differing):
        counts = {"runs": load.runs, "errors": load.errors, "differing": load.differing}
        return Ruling("unstable", "concurrent", counts)
    return None


def _right(trial: TrialResult, allowed: Tolerance) -> Ruling | None:
    """The first draw that is not right makes the trial wrong; so does the task metric of all."""
    for draw in trial.draws:
        found = _within(errors(o for item in draw.items for o in item.outputs), allowed)
        if found is not None:
            return found
    answers = _answers(trial)
    got, reference = answers.get("accuracy"), answers.get("reference_accuracy")
    if (
        allowed.drop is not None
        and got is not None
        and reference is not None
        and reference - got > allowed.drop
    ):
        return Ruling("wrong", "drop", {"drop": reference - got, "limit": allowed.drop})
    return None


def _within(found: Errors, allowed: Tolerance) -> Ruling | None:
    if not found.shapes:
        return Ruling("wrong", "shape")
    if math.isinf(found.error):
        return Ruling("wrong", "not_finite")
    if allowed.error is not None and found.error > allowed.error:
        return Ruling("wrong", "error", {"error": found.error, "limit": allowed.error})
    if allowed.cosine is not None and found.cosine < allowed.cosine:
        return Ruling("wrong", "cosine", {"cosine": found.cosine, "limit": allowed.cosine})
    if allowed.top1 is not None and found.top1 is not None and found.top1 < allowed.top1:
        return Ruling("wrong", "top1", {"top1": found.top1, "limit": allowed.top1})
    return None


def _steady(trial: TrialResult) -> Ruling | None:
    """Memory that has grown by more than an allocator's slack and still grows in the second half of the runs."""
    timing = trial.timing
    if timing is None or len(timing.resident_bytes) < 3:
        return None
    first, middle, last = (timing.resident_bytes[i] for i in (0, len(timing.resident_bytes) // 2, -1))
    if last - first > max(_GROWTH_BYTES, _GROWTH_SHARE * first) and last - middle > (last - first) / 4:
        runs = len(timing.readings_ns) * timing.calls
        return Ruling("unstable", "growth", {"mebibytes": (last - first) / 2**20, "runs": runs})
    return None


def _good(trial: TrialResult) -> Ruling | None:
    limits, found = trial.task.limits, numbers(trial)
    accuracy, p90 = found.get("accuracy"), found.get("p90")
    if limits.accuracy is not None and accuracy is not None and accuracy < limits.accuracy:
        return Ruling("degraded", "too_inaccurate", {"accuracy": accuracy, "limit": limits.accuracy})
    if limits.latency_seconds is not None and p90 is not None and p90 > limits.latency_seconds:
        return Ruling("degraded", "too_slow", {"seconds": p90, "limit": limits.latency_seconds})
    return None


def _answers(trial: TrialResult) -> dict[str, float | None]:
    items = [item for draw in trial.draws for item in draw.items]
    if not trial.task.metric or not items or trial.ending.state != "done":
        return {}
    truths = [item.truth for item in items]
    return {
        "accuracy": measure(trial.task.metric, [item.answer for item in items], truths),
        "reference_accuracy": measure(trial.task.metric, [item.reference_answer for item in items], truths),
        "agreement": sum(item.answer == item.reference_answer for item in items) / len(items),
    }


def _times(timing: Timing) -> dict[str, float | None]:
    if not timing.readings_ns or timing.calls < 1:
        raise PilotError(
            _("no latencies"), expected=_("at least one reading of at least one run"), where="timing"
        )
    each = [ns / timing.calls / 1e9 for ns in timing.readings_ns]
    mean = math.fsum(each) / len(each)
    spread = math.sqrt(math.fsum((x - mean) ** 2 for x in each) / len(each))
    runs = len(each) * timing.calls
    energy, resident = timing.energy_joules, timing.resident_bytes
    middle = percentile(timing.readings_ns, 0.5)
    return {
        **{f"p{n}": percentile(timing.readings_ns, n / 100) / timing.calls / 1e9 for n in (50, 90, 99)},
        "cv": spread / mean if mean else 0.0,
        "per_second": 1 / mean if mean else None,
        "load_seconds": timing.load_seconds,
        "first_seconds": timing.first_seconds,
        "clock_share": timing.clock_ns / middle if middle else None,
        "peak_bytes": float(timing.peak_bytes),
        "device_bytes": None if timing.device_bytes is None else float(timing.device_bytes),
        "memory_growth_bytes": float(resident[-1] - resident[0]) if resident else None,
        "joules": None if energy is None else energy / runs,
    }


def _pins(chip: Chip | None, model: Model, task: Task) -> dict[str, str]:
    pins = {"model": model.version, "scenario": str(task.version)}
    pins |= {file.name: file.sha256[:12] for file in model.files}
    if chip is not None:
        pins |= {"driver": chip.driver or "-", **chip.runtime}
    return pins


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _incomplete(trial: TrialResult, what: str) -> PilotError:
    return PilotError(
        _("the trial says it is done, but something is missing: {what}").format(what=what),
        expected=_("everything that its verdict is derived from"),
        where=" x ".join(trial.cell),
    )
