"""Scores are weighted means of what is known, and ranks count those who are not in talks."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.remedy.ranking import counted, ranked, scored

PART = st.one_of(st.none(), st.floats(0, 1))
WEIGHTS = st.fixed_dictionaries({"x": st.floats(0.1, 9), "y": st.floats(0, 9), "z": st.floats(0, 9)})
NOBODY = pl.DataFrame(schema={"firm_id": pl.String, "stage": pl.String})


def score(parts: dict[str, float | None], weights: dict[str, float]) -> float | None:
    frame = pl.DataFrame([parts], schema=dict.fromkeys("xyz", pl.Float64))
    found: float | None = scored(frame, weights)["score"][0]
    return found


@given(st.fixed_dictionaries({"x": PART, "y": PART, "z": PART}), WEIGHTS)
def test_a_score_is_the_mean_of_the_known_parts_by_weight(
    parts: dict[str, float | None], weights: dict[str, float]
) -> None:
    known = [(p, weights[name]) for name, p in parts.items() if p is not None and weights[name] > 0]
    total = sum(w for _p, w in known)
    found = score(parts, weights)
    if not known:
        assert found is None
    else:
        assert found == pytest.approx(sum(p * w for p, w in known) / total, abs=2e-6)


@given(st.fixed_dictionaries({"x": st.floats(0, 1), "y": PART, "z": PART}), WEIGHTS, st.floats(0, 1))
def test_a_better_part_never_lowers_a_score(
    parts: dict[str, float | None], weights: dict[str, float], better: float
) -> None:
    before = score(parts, weights)
    after = score(parts | {"x": max(better, parts["x"] or 0.0)}, weights)
    assert before is not None
    assert after is not None
    assert after >= before


def test_a_part_without_weight_does_not_count() -> None:
    assert counted({"x": 1.0, "y": 0.0}) == ("x",)
    assert score({"x": 0.25, "y": 1.0, "z": 1.0}, {"x": 1.0, "y": 0.0}) == 0.25


@given(st.permutations("abcdef"), st.integers(0, 6))
def test_ranks_do_not_depend_on_the_order_and_a_limit_only_cuts(order: list[str], limit: int) -> None:
    scores = {"a": 0.1, "b": 0.9, "c": 0.9, "d": 0.5, "e": None, "f": 0.95}
    frame = pl.DataFrame(
        {"segment_id": "s", "candidate_id": order, "score": [scores[c] for c in order]},
        schema_overrides={"score": pl.Float64},
    )
    talks = pl.DataFrame({"firm_id": ["f"], "stage": ["contact"]})
    everyone = ranked(frame, talks)
    assert everyone.select("candidate_id", "rank").rows() == [
        ("b", 1), ("c", 2), ("d", 3), ("a", 4), ("e", 5), ("f", None),
    ]  # fmt: skip
    cut = ranked(frame, talks, limit)
    assert cut["candidate_id"].to_list() == [*"bcdae"[:limit], "f"]


def test_each_segment_is_ranked_for_itself() -> None:
    frame = pl.DataFrame(
        {"segment_id": ["s", "t", "s"], "candidate_id": ["a", "a", "b"], "score": [0.1, 0.2, 0.3]}
    )
    assert ranked(frame, NOBODY).select("segment_id", "candidate_id", "rank").rows() == [
        ("s", "b", 1), ("s", "a", 2), ("t", "a", 1),
    ]  # fmt: skip
