"""Long tables become matrices or are refused with their rows; what is left of a presence matrix."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from chainmend.errors import IndicatorError
from chainmend.indicators.presence import (
    blocks,
    components,
    core,
    largest_component,
    nonempty,
    present,
    sizes,
)

ROWS = [("B", "silk", 2.0), ("A", "steel", 3.0), ("A", "silk", 1.0), ("C", "tea", 0.0)]


def frame(rows: list[tuple[object, ...]] = ROWS, **more: object) -> pl.DataFrame:
    found = pl.DataFrame(rows, schema=["region", "activity", "value"], orient="row", strict=False)
    return found.with_columns(**{name: pl.Series(values) for name, values in more.items()})


def test_names_are_sorted_and_zeros_are_no_cells() -> None:
    found = sizes(frame())
    assert (found.regions, found.activities) == (("A", "B", "C"), ("silk", "steel", "tea"))
    assert found.values.toarray().tolist() == [[1, 3, 0], [2, 0, 0], [0, 0, 0]]
    assert found.values.nnz == 3


def test_order_of_rows_changes_nothing() -> None:
    a, b = sizes(frame()), sizes(frame(ROWS[::-1]))
    assert (a.regions, a.activities) == (b.regions, b.activities)
    assert (a.values != b.values).nnz == 0


def test_one_year_is_fine() -> None:
    assert sizes(frame(year=[2024] * 4)).values.nnz == 3


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (frame().drop("value"), "no column value"),
        (frame([]), "no rows"),
        (frame(year=[2024, 2024, 2023, 2024]), "year: the years 2023, 2024; expected: one year"),
        (frame(year=[2024, None, 2024, 2024]), "the years ?, 2024"),
        (frame([*ROWS, ("A", "silk", 5.0)]), "rows 2, 4: a region and activity twice"),
        (frame([*ROWS, ("D", "silk", -1.0)]), "rows 4: a wrong value"),
        (frame([*ROWS, ("D", "silk", float("inf"))]), "rows 4: a wrong value"),
        (frame([*ROWS, ("D", "silk", None)]), "rows 4: a missing name or value"),
        (frame([*ROWS, ("D", "silk", float("nan"))]), "rows 4: a missing name or value"),
        (frame([*ROWS, ("D", None, 1.0)]), "rows 4: a missing name or value"),
        (frame([(r, a, "x") for r, a, _ in ROWS]), "rows 0, 1, 2, 3: a missing name or value"),
        (frame([("A", f"a{n}", -1.0) for n in range(7)]), "rows 0, 1, 2, 3, 4, ...: a wrong value"),
    ],
)
def test_a_bad_table_is_refused_with_its_rows(table: pl.DataFrame, words: str) -> None:
    with pytest.raises(IndicatorError, match="^.*" + words.replace("?", r"\?").replace("...", r"\.\.\.")):
        sizes(table)


@pytest.mark.parametrize("wrong", [[[0, 2]], [[0, -1]], [[0, np.nan]], [[0, 0.5]]])
def test_only_zeros_and_ones_are_presence(wrong: list[list[float]]) -> None:
    with pytest.raises(IndicatorError, match="0 or 1 in every cell"):
        present(wrong)
    with pytest.raises(IndicatorError, match="0 or 1 in every cell"):
        present(sp.csr_array(np.array(wrong, float)))


@pytest.mark.parametrize("wrong", [[[1, 0], [1]], [["1", "0"]], [[None, 1]]])
def test_what_is_no_number_is_no_presence(wrong: object) -> None:
    with pytest.raises(IndicatorError):
        present(wrong)


@pytest.mark.parametrize("wrong", [[], [1, 0], np.zeros((0, 3)), np.zeros((2, 2, 2))])
def test_presence_has_rows_and_columns(wrong: object) -> None:
    with pytest.raises(IndicatorError, match="regions x activities"):
        present(wrong)


def test_stored_zeros_are_no_presence() -> None:
    stored = sp.csr_array((np.array([1.0, 0.0]), ([0, 0], [0, 1])), shape=(1, 2))
    assert present(stored).nnz == 1


def test_blocks_put_together_are_the_matrix() -> None:
    m = np.random.default_rng(0).random((10, 4)) < 0.5
    for matrix in (m, sp.csr_array(m)):
        assert np.array_equal(np.concatenate([b for _rows, b in blocks(matrix, rows=3)]), m)


def test_rows_and_columns_of_nothing_are_left_out() -> None:
    found = nonempty([[0, 0, 0], [1, 0, 0], [0, 0, 1]])
    assert (found.rows.tolist(), found.columns.tolist()) == ([1, 2], [0, 2])
    assert found.matrix.toarray().tolist() == [[True, False], [False, True]]


def test_the_largest_part_is_kept() -> None:
    m = np.zeros((5, 6))
    m[0, 0] = 1
    m[1:4, 1:5] = 1
    found = largest_component(m)
    assert (found.rows.tolist(), found.columns.tolist()) == ([1, 2, 3], [1, 2, 3, 4])
    assert len(set(components(sp.csr_array(m)))) == 4  # two parts, an empty row, an empty column


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_the_core_is_what_is_left_when_nothing_more_can_go(seed: int, diversity: int, ubiquity: int) -> None:
    """Largest of all: whatever satisfies both bounds is inside, in whichever order rows and columns stand."""
    rng = np.random.default_rng(seed)
    m = rng.random((9, 11)) < 0.3
    kept = core(m, diversity, ubiquity)
    if min(kept.matrix.shape) > 0:
        assert kept.matrix.sum(axis=1).min() >= diversity
        assert kept.matrix.sum(axis=0).min() >= ubiquity
    rows, columns = rng.permutation(9), rng.permutation(11)
    again = core(m[rows][:, columns], diversity, ubiquity)
    assert sorted(rows[again.rows]) == kept.rows.tolist()
    assert sorted(columns[again.columns]) == kept.columns.tolist()
