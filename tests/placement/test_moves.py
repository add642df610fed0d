"""Which firms move: by hand, and that a firm's weights are neither lost nor made."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.placement.moves import moves

Placed = dict[str, dict[str, float]]


def placed(weights: Placed) -> pl.DataFrame:
    rows = [(f, s, w) for f, of in weights.items() for s, w in of.items()]
    schema = {"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def moved(before: Placed, after: Placed, same: dict[str, str]) -> list[tuple[object, ...]]:
    return moves(placed(before), placed(after), same).rows()


SAME = {"a": "a", "b": "c"}


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        ({"F": {"a": 1.0}}, {"F": {"a": 1.0}}, []),
        ({"F": {"b": 1.0}}, {"F": {"c": 1.0}}, []),
        ({"F": {"a": 1.0}}, {"F": {"c": 1.0}}, [("F", "a", "c", 1.0)]),
        ({"F": {"a": 0.6, "b": 0.4}}, {"F": {"a": 0.5, "c": 0.5}}, [("F", "a", "c", 0.1)]),
        ({}, {"F": {"a": 1.0}}, [("F", None, "a", 1.0)]),
        ({"F": {"a": 1.0}}, {}, [("F", "a", None, 1.0)]),
        ({"F": {"gone": 1.0}}, {"F": {"d": 0.75, "e": 0.25}}, [("F", "gone", "d", 0.75), ("F", "gone", "e", 0.25)]),
        ({"F": {"a": 0.5, "x": 0.5}}, {"F": {"d": 0.5, "a": 0.5}}, [("F", "x", "d", 0.5)]),
    ],
    ids=["stays", "other id", "moves", "in part", "new", "no longer", "splits", "one of two"],
)  # fmt: skip
def test_by_hand(before: Placed, after: Placed, rows: list[tuple[object, ...]]) -> None:
    assert moved(before, after, SAME) == [(*r[:3], pytest.approx(r[3])) for r in rows]


WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.05, 1), min_size=1, max_size=4)


@given(WEIGHTS, WEIGHTS)
def test_the_moved_weight_is_half_the_distance(one: dict[str, float], two: dict[str, float]) -> None:
    old, new = ({s: w / sum(x.values()) for s, w in x.items()} for x in (one, two))
    rows = moves(placed({"F": old}), placed({"F": new}), {s: s for s in "abcdef"})
    distance = sum(abs(old.get(s, 0) - new.get(s, 0)) for s in "abcdef") / 2
    assert rows["weight"].sum() == pytest.approx(distance, abs=1e-5)
    for s in "abcdef":
        out = rows.filter(pl.col("before") == s)["weight"].sum()
        come = rows.filter(pl.col("after") == s)["weight"].sum()
        assert come - out == pytest.approx(new.get(s, 0) - old.get(s, 0), abs=1e-5)
