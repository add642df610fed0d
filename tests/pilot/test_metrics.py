"""Task metrics agree with other people's programs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from chainmend.errors import PilotError
from chainmend.pilot.metrics import distance, measure

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30)


@given(pairs=PAIRS)
@settings(max_examples=50, deadline=None)
def test_accuracy_and_f1_are_those_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    answers, truths = zip(*pairs, strict=True)
    assert measure("accuracy", answers, truths) == pytest.approx(accuracy_score(truths, answers))
    if any(answers) or any(truths):
        assert measure("f1", answers, truths) == pytest.approx(f1_score(truths, answers, zero_division=0))


@given(scores=st.lists(st.integers(0, 5), min_size=2, max_size=30))
@settings(max_examples=50, deadline=None)
def test_auc_is_that_of_scikit_learn(scores: list[int]) -> None:
    truths = [number % 2 == 0 for number in range(len(scores))]
    assert measure("auc", scores, truths) == pytest.approx(roc_auc_score(truths, scores))


def test_distances_of_texts_known_from_the_literature() -> None:
    assert [distance(*p) for p in (("kitten", "sitting"), ("saturday", "sunday"), ("", "abc"), ("中试", "中试场"))] == [
        3, 3, 3, 1,
    ]  # fmt: skip


@given(a=st.text("ab", max_size=8), b=st.text("ab", max_size=8), c=st.text("ab", max_size=8))
@settings(max_examples=80, deadline=None)
def test_distance_is_a_metric(a: str, b: str, c: str) -> None:
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_characters_never_fall_below_zero_and_none_is_an_empty_text() -> None:
    assert measure("characters", ["xxxxxxxx"], ["ab"]) == 0
    assert measure("characters", [None], ["ab"]) == 0


@pytest.mark.parametrize(
    ("metric", "answers", "truths", "message"),
    [
        ("recall", [1], [1], "unknown metric recall; expected: one of: accuracy"),
        ("accuracy", [], [], "0 answers to 0 items"),
        ("accuracy", [1], [1, 2], "1 answers to 2 items"),
        ("auc", [1.0], [True], "all truths are the same"),
        ("auc", ["a", 1.0], [True, False], "the answer a; expected: a number"),
        ("auc", [float("nan"), 1.0], [True, False], "the answer nan"),
        ("characters", ["a"], [""], "all truths are empty texts"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    metric: str, answers: list[Any], truths: list[Any], message: str
) -> None:
    with pytest.raises(PilotError, match=message):
        measure(metric, answers, truths)
