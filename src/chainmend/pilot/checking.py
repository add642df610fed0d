"""Check a result file: signature, digests, and every verdict and number derived again from the raw data."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.comparing import KEEP, decode, digest, moments, tops
from chainmend.pilot.record import SCHEMA, Compared, TrialResult
from chainmend.pilot.results import (
    IMPORTED,
    Manifest,
    manifest_path,
    read_manifest,
    read_trials,
    write_whole,
)
from chainmend.pilot.signing import fingerprint, is_signed
from chainmend.pilot.verdict import judge, numbers, state

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.pilot.trial import Array

_EXACT = 2.0**53
_CLOSE = 1e-9
"""Relative difference of numbers that two machines may derive from the same raw data."""


@dataclass(frozen=True)
class Checked:
    """What was found of a result file.

    Attributes
    ----------
    manifest
        As it stands there.
    trials
        Of this layout, with verdict and numbers as they are derived now.
    problems
        What is wrong with it, nothing where all is right.
    fingerprint
        Of the key that signed it, "" where nobody did.
    """

    manifest: Manifest
    trials: list[TrialResult]
    problems: list[str]
    fingerprint: str


def check_results(path: Path, key: str | None = None) -> Checked:
    """Check a result file.

    Parameters
    ----------
    path
        File of trials; its manifest lies beside it.
    key
        Public key that must have signed it, see `chainmend.pilot.signing.read_public`; None takes any, or none.

    Raises
    ------
    PilotError
        If the file or its manifest is not there, or is none.
    """
    manifest, trials = read_manifest(path), read_trials(path)
    problems = [*_sealed(path, manifest, len(trials), key), *_alike(trials)]
    for trial in trials:
        where = " x ".join(trial.cell)
        problems += [f"{where}: {problem}" for problem in check_trial(trial)]
    sound = [state(t) for t in trials] if not problems else trials
    return Checked(manifest, sound, problems, fingerprint(manifest.key) if manifest.key else "")


def import_results(path: Path, folder: Path, key: str) -> Checked:
    """Check a result file of another lab and keep it, byte by byte, in a folder of results.

    Parameters
    ----------
    path
        File of trials; its manifest lies beside it.
    folder
        Folder of results.
    key
        Public key of the lab.

    Raises
    ------
    PilotError
        If anything is wrong with the file; the first problem is named. Nothing is kept then.
    """
    found = check_results(path, key)
    if found.problems:
        raise PilotError(
            found.problems[0],
            expected=_("a result file in which every number can be derived again"),
            where=str(path),
            do=_("ask the lab for the file as it was written; problems: {n}").format(n=len(found.problems)),
        )
    kept = folder / IMPORTED / f"{found.fingerprint}-{found.manifest.sha256[:12]}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_whole(manifest_path(kept), manifest_path(path).read_bytes())
    write_whole(kept, path.read_bytes())
    return found


def check_trial(trial: TrialResult) -> list[str]:
    """Say what of a trial cannot be derived again from its raw data.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from chainmend.pilot.record import *
    >>> from chainmend.pilot.trial import *
    >>> from chainmend.pilot.verdict import state
    >>> chip = Chip("x", ("芯片", "Chip"), "x", False, "looked for, not found")
    >>> model = Model("m", ("模型", "Model"), "m", "", "", "float32", "m", ())
    >>> task = Task("t", ("任务", "Task"), 1, "", ("一个输入", "one input"))
    >>> machine = Machine("", 2, None, "", "")
    >>> trial = state(TrialResult(SCHEMA, "0", chip, model, task, machine, "", "2026-01-01", Ending("missing")))
    >>> check_trial(trial)
    []
    >>> check_trial(replace(trial, stated=Stated("works", "right", {})))
    ['the verdict is works; derived from the raw data: untested']
    """
    outputs = [o for draw in trial.draws for item in draw.items for o in item.outputs]
    try:
        problems = [p for o in (*outputs, *trial.drift) for p in _output(o)]
        ruling, derived = judge(trial), numbers(trial)
    except PilotError as error:
        return [str(error)]
    if trial.stated is None:
        return [*problems, _("nothing is stated")]
    if (trial.stated.verdict, trial.stated.reason) != (ruling.verdict, ruling.reason):
        problems.append(
            _("the verdict is {came}; derived from the raw data: {derived}").format(
                came=trial.stated.verdict, derived=ruling.verdict
            )
        )
    stated = trial.stated.numbers
    problems += [
        _("the number {name} is {came}; derived from the raw data: {derived}").format(
            name=name, came=stated.get(name), derived=derived.get(name)
        )
        for name in sorted(stated.keys() | derived.keys())
        if not _close(stated.get(name), derived.get(name)) or (name in stated) != (name in derived)
    ]
    return problems


def _sealed(path: Path, manifest: Manifest, count: int, key: str | None) -> Iterator[str]:
    """Problems of the manifest: digest, number of trials, layout, signature, and whose it is."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != manifest.sha256:
        yield _("the digest of the file is not that of the manifest: the file was changed")
    if count != manifest.trials:
        yield _("{n} trials; the manifest says {all}").format(n=count, all=manifest.trials)
    if manifest.schema not in range(1, SCHEMA + 1):
        yield _("layout {came}").format(came=manifest.schema)
    if not manifest.key and not manifest.signature:
        if key is not None:
            yield _("the manifest is not signed")
    elif not is_signed(manifest.key, manifest.signature, manifest.signed_bytes):
        yield _("the signature is not that of the manifest: the manifest was changed")
    if manifest.key and key is not None and manifest.key != key:
        yield _("signed by the key {came}, not by {expected}").format(
            came=fingerprint(manifest.key), expected=fingerprint(key)
        )


def _alike(trials: Sequence[TrialResult]) -> Iterator[str]:
    """Trials of one scenario on the same reference must have had the same inputs, truths and right answers."""
    seen: dict[tuple[object, ...], tuple[object, ...]] = {}
    for trial in trials:
        for draw in trial.draws:
            key = (trial.task.id, trial.task.version, trial.reference_sha256, draw.seed)
            value = tuple((i.input_sha256, i.truth, i.reference_answer) for i in draw.items)
            if seen.setdefault(key, value) != value:
                yield _(
                    "{where}: inputs of seed {seed} are others than in another trial of this file"
                ).format(where=" x ".join(trial.cell), seed=draw.seed)


def _output(output: Compared) -> Iterator[str]:
    """Problems of one output: places, values, and digests where all values are kept."""
    same = output.shape == output.reference_shape
    size = math.prod(output.shape)
    least = min(size, KEEP) if same else 0
    places = output.places
    if (
        len(places) < least
        or list(places) != sorted(set(places))
        or (places and not 0 <= places[0] <= places[-1] < size)
    ):
        yield _("output {name}: places are not those that must be kept").format(name=output.name)
        return
    got, expected, again = (decode(t, output) for t in (output.got, output.expected, output.repeated))
    if len(output.top_got) != len(output.top_expected):
        yield _("output {name}: rows are not those of the values").format(name=output.name)
        return
    if not _sums_hold(output.moments, size):
        yield _("output {name}: the sums of its cosine contradict each other").format(name=output.name)
    if not same or len(places) < size:
        if (output.sha256 == output.again) and not np.array_equal(got, again, equal_nan=True):
            yield _("output {name}: values differ between two runs of the same digest").format(
                name=output.name
            )
        return
    for values, stated in ((got, output.sha256), (again, output.again)):
        exact = not np.abs(values).max(initial=0.0) >= _EXACT or output.dtype not in ("int64", "uint64")
        if exact and digest(_typed(values, output)) != stated:
            yield _("output {name}: the digest is not that of the values").format(name=output.name)
    if not all(
        math.isclose(x, y, rel_tol=_CLOSE)
        for x, y in zip(output.moments, moments(got, expected), strict=True)
    ):
        yield _("output {name}: the sums of its cosine contradict each other").format(name=output.name)
    if (output.top_got, output.top_expected) != tuple(tops(v.reshape(output.shape)) for v in (got, expected)):
        yield _("output {name}: rows are not those of the values").format(name=output.name)


def _sums_hold(sums: tuple[float, float, float], size: int) -> bool:
    """Whether sums of products can be those of as many values, none of which is larger than 1."""
    product, got, expected = sums
    fits = all(x == 0 or 1 - _CLOSE <= x <= size * (1 + _CLOSE) for x in (got, expected))
    return fits and product * product <= got * expected * (1 + _CLOSE)


def _typed(values: npt.NDArray[np.float64], output: Compared) -> Array:
    """Give values kept in full the type and shape they had.

    Raises
    ------
    PilotError
        If the type is none of numbers.
    """
    try:
        kind = np.dtype(output.dtype)
    except TypeError as error:
        raise PilotError(output.dtype, expected=_("a type of numbers"), where=output.name) from error
    with np.errstate(invalid="ignore", over="ignore"):
        typed: Array = values.astype(kind).reshape(output.shape)
    return typed


def _close(came: float | None, derived: float | None) -> bool:
    if came is None or derived is None:
        return came is derived
    return math.isclose(came, derived, rel_tol=_CLOSE, abs_tol=0.0)
