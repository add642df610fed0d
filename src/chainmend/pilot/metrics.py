"""Task metrics by name: answers and truths -> 0..1, the higher the better; each can be derived again from a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.trial import Answer

Metric = Callable[[Sequence[Answer], Sequence[Answer]], float]


def accuracy(answers: Sequence[Answer], truths: Sequence[Answer]) -> float:
    """Share of answers that are the truth.

    Examples
    --------
    >>> accuracy(["pdf", "elf"], ["pdf", "png"])
    0.5
    """
    return sum(a == t for a, t in zip(answers, truths, strict=True)) / len(truths)


def characters(answers: Sequence[Answer], truths: Sequence[Answer]) -> float:
    """One minus the edit distance over the length of all truths, at least 0.

    Examples
    --------
    >>> characters(["YE3-132", "4KW"], ["YE3-132", "5KW"])
    0.9
    """
    texts = [("" if a is None else str(a), str(t)) for a, t in zip(answers, truths, strict=True)]
    length = sum(len(t) for _a, t in texts)
    if not length:
        raise PilotError(_("all truths are empty texts"), expected=_("texts with characters"), where="truths")
    return max(0.0, 1 - sum(distance(a, t) for a, t in texts) / length)


def f1(answers: Sequence[Answer], truths: Sequence[Answer]) -> float:
    """Harmonic mean of precision and recall of answers that are true; 1 where nothing is true and nothing said so.

    Examples
    --------
    >>> f1([True, True, False, False], [True, False, True, False])
    0.5
    """
    both_ = sum(bool(a) and bool(t) for a, t in zip(answers, truths, strict=True))
    either = sum(map(bool, answers)) + sum(map(bool, truths))
    return 2 * both_ / either if either else 1.0


def auc(answers: Sequence[Answer], truths: Sequence[Answer]) -> float:
    """Chance that a true item has a higher score than one that is not (Mann-Whitney); ties count half.

    Examples
    --------
    >>> auc([0.9, 0.4, 0.6, 0.1], [True, True, False, False])
    0.75
    """
    scores = [_score(a) for a in answers]
    high = [s for s, t in zip(scores, truths, strict=True) if t]
    low = [s for s, t in zip(scores, truths, strict=True) if not t]
    if not high or not low:
        raise PilotError(_("all truths are the same"), expected=_("items of both kinds"), where="truths")
    return sum((h > x) + 0.5 * (h == x) for h in high for x in low) / (len(high) * len(low))


METRICS: dict[str, Metric] = {"accuracy": accuracy, "characters": characters, "f1": f1, "auc": auc}


def measure(metric: str, answers: Sequence[Answer], truths: Sequence[Answer]) -> float:
    """Apply the metric of that name.

    Raises
    ------
    PilotError
        If there is no such metric, no answer, or another number of truths; or where a metric cannot be computed.

    Examples
    --------
    >>> measure("accuracy", [1, 2], [1, 2])
    1.0
    """
    if metric not in METRICS:
        known = ", ".join(METRICS)
        raise PilotError(
            _("unknown metric {id}").format(id=metric), expected=_("one of: {ids}").format(ids=known)
        )
    if not truths or len(answers) != len(truths):
        raise PilotError(
            _("{n} answers to {all} items").format(n=len(answers), all=len(truths)),
            expected=_("an answer to each item, and at least one item"),
            where=metric,
        )
    return METRICS[metric](answers, truths)


def distance(a: str, b: str) -> int:
    """Edit distance of two texts (Levenshtein).

    Examples
    --------
    >>> distance("kitten", "sitting")
    3
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def _score(answer: Answer) -> float:
    if not isinstance(answer, int | float) or answer != answer:
        raise PilotError(_("the answer {answer}").format(answer=answer), expected=_("a number"), where="auc")
    return float(answer)
