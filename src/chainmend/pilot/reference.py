"""Inputs of a scenario and what the reference makes of them, kept in one file that every trial on them reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.trial import once

if TYPE_CHECKING:
    from chainmend.pilot.trial import Answer, Array, Arrays, Call, InputSpec, Model, Scenario, Session


@dataclass(frozen=True)
class Known:
    """One item with what the reference makes of it."""

    inputs: dict[str, Array]
    outputs: dict[str, Array]
    answer: Answer
    truth: Answer


Reference = dict[int, tuple[Known, ...]]
"""Seed -> items."""


def make_reference(session: Session, model: Model, scenario: Scenario, seeds: Sequence[int]) -> Reference:
    """Make the inputs of each seed and run them.

    Parameters
    ----------
    session
        The reference model on the reference chip.
    model, scenario
        Where the model does not say its inputs, the session does.
    seeds
        One random trial each.

    Raises
    ------
    PilotError
        If the scenario makes no items, or another number of truths.
    """
    made: Reference = {}
    for seed in seeds:
        sample = scenario.make(model, seed)
        if not sample.items or len(sample.items) != len(sample.truths):
            raise PilotError(
                _("{n} truths of {all} items").format(n=len(sample.truths), all=len(sample.items)),
                expected=_("at least one item, and a truth of each"),
                where=scenario.task.id,
            )
        items = []
        for item, truth in zip(sample.items, sample.truths, strict=True):
            outputs = scenario.work(caller(session), prepared(session, scenario, item))
            answer = plain(scenario.answer(model, outputs))
            items.append(Known(dict(item), outputs, answer, plain(truth)))
        made[seed] = tuple(items)
    return made


def prepared(session: Session, scenario: Scenario, item: Arrays) -> Arrays:
    """Bring an item into the types a session takes beforehand, where it is run in one call."""
    return fitted(item, session.inputs) if scenario.work is once else item


def caller(session: Session) -> Call:
    """Return what runs a session on inputs brought into its types."""
    return lambda inputs: session.run(fitted(inputs, session.inputs))


def fitted(item: Arrays, specs: Sequence[InputSpec]) -> dict[str, Array]:
    """Bring inputs into the types a session takes; what it does not take is left out.

    Raises
    ------
    PilotError
        If one that it takes is not there.

    Examples
    --------
    >>> from chainmend.pilot.trial import InputSpec
    >>> item = {"x": np.ones(2, np.float32), "rate": np.array(16000)}
    >>> [(n, a.dtype.name) for n, a in fitted(item, (InputSpec("x", "float16", (2,)),)).items()]
    [('x', 'float16')]
    """
    missing = [spec.name for spec in specs if spec.name not in item]
    if missing:
        raise PilotError(
            _("inputs are missing: {names}").format(names=", ".join(missing)), expected=", ".join(item)
        )
    return {s.name: np.asarray(item[s.name]).astype(np.dtype(s.dtype), copy=False) for s in specs}


def plain(answer: object) -> Answer:
    """Turn a NumPy scalar into a Python one.

    Raises
    ------
    PilotError
        If an answer is no text, number or truth value, or no finite number.

    Examples
    --------
    >>> plain(np.float32(0.5)), plain("4 kW"), plain(None)
    (0.5, '4 kW', None)
    """
    value = answer.item() if isinstance(answer, np.generic) else answer
    if not (value is None or isinstance(value, str | int | float)) or (
        isinstance(value, float) and not np.isfinite(value)
    ):
        raise PilotError(
            _("the answer {answer}").format(answer=value),
            expected=_("a text, a finite number, true or false"),
        )
    return value


def save(reference: Reference, path: Path) -> None:
    """Write a reference as one ``.npz`` file."""
    arrays: dict[str, Array] = {}
    answers = {}
    for seed, items in reference.items():
        answers[seed] = [(item.answer, item.truth) for item in items]
        for number, item in enumerate(items):
            for side, values in (("in", item.inputs), ("out", item.outputs)):
                arrays |= {f"{seed}/{number}/{side}/{name}": array for name, array in values.items()}
    text = np.frombuffer(json.dumps(answers).encode(), np.uint8)
    partial = path.with_name(f".{path.name}")
    with partial.open("wb") as file:
        np.savez(file, answers=text, **arrays)  # type: ignore[arg-type]
    partial.replace(path)


def load(path: Path) -> Reference:
    """Read a reference."""
    with np.load(path, allow_pickle=False) as file:
        answers = json.loads(file["answers"].tobytes())
        sides: dict[tuple[int, int, str], dict[str, Array]] = {}
        for key in file.files:
            if key != "answers":
                seed, number, side, name = key.split("/", 3)
                sides.setdefault((int(seed), int(number), side), {})[name] = file[key]
    return {
        int(seed): tuple(
            Known(sides[int(seed), n, "in"], sides[int(seed), n, "out"], answer, truth)
            for n, (answer, truth) in enumerate(pairs)
        )
        for seed, pairs in answers.items()
    }
