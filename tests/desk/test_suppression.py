"""Figures that could tell of one firm cannot be seen, nor subtracted back."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.desk.suppression import Suppressed, sensitive, suppress
from chainmend.errors import DeskError


def table(*rows: tuple[str, str, float, int, float]) -> pl.DataFrame:
    """Cells of (cluster, district, output, firms, largest)."""
    names = ["cluster", "district", "output", "firms", "largest"]
    return pl.DataFrame(list(rows), schema=names, orient="row")


@pytest.mark.parametrize(
    ("firms", "value", "largest", "expected"),
    [
        (0, 0.0, 0.0, False),
        (1, 5.0, 5.0, True),
        (2, 5.0, 3.0, True),
        (3, 5.0, 3.0, False),
        (9, 100.0, 85.0, False),
        (9, 100.0, 85.1, True),
        (3, 0.0, 0.0, False),
    ],
)
def test_fewer_than_three_firms_or_one_over_the_share(
    firms: int, value: float, largest: float, expected: bool
) -> None:
    assert sensitive(firms, value, largest) is expected


def test_a_safe_table_stays_as_it_is() -> None:
    cells = table(("a", "x", 10.0, 5, 4.0), ("a", "y", 20.0, 6, 5.0))
    safe = suppress(cells, "output")
    assert safe.cells["output"].to_list() == [10.0, 20.0]
    assert safe.totals[0]["output"].to_list() == [30.0]
    assert not safe.cells["withheld"].any()


def test_one_small_cell_takes_the_next_smallest_with_it() -> None:
    cells = table(("a", "x", 1.0, 1, 1.0), ("a", "y", 20.0, 6, 5.0), ("a", "z", 9.0, 6, 5.0))
    safe = suppress(cells, "output")
    assert safe.cells["output"].to_list() == [None, 20.0, None]
    assert safe.cells["largest"].to_list() == [None, 5.0, None]
    assert safe.totals[0]["output"].to_list() == [30.0]


def test_without_a_total_nothing_else_is_withheld() -> None:
    cells = table(("a", "x", 1.0, 1, 1.0), ("a", "y", 20.0, 6, 5.0))
    safe = suppress(cells, "output", totals=())
    assert safe.cells["output"].to_list() == [None, 20.0]
    assert safe.totals == ()


def test_two_cells_of_one_firm_each_are_not_safe_together() -> None:
    cells = table(("a", "x", 1.0, 1, 1.0), ("a", "y", 1.0, 1, 1.0), ("a", "z", 50.0, 30, 5.0))
    safe = suppress(cells, "output")
    assert safe.cells["output"].to_list() == [None, None, None]
    assert safe.totals[0]["output"].to_list() == [52.0]


def test_a_cell_without_firms_protects_nobody_and_is_shown() -> None:
    cells = table(("a", "x", 1.0, 1, 1.0), ("a", "y", 0.0, 0, 0.0), ("a", "z", 50.0, 30, 5.0))
    assert suppress(cells, "output").cells["output"].to_list() == [None, 0.0, None]


def test_a_total_that_is_one_firm_is_withheld_and_so_is_another_total() -> None:
    cells = table(
        ("a", "x", 1.0, 1, 1.0), ("b", "x", 30.0, 9, 5.0), ("b", "y", 30.0, 9, 5.0), ("c", "x", 40.0, 9, 5.0)
    )
    safe = suppress(cells, "output", totals=((), ("cluster",)))
    assert safe.totals[0]["output"].to_list() == [101.0]
    clusters = dict(safe.totals[1].select("cluster", "output").iter_rows())
    assert clusters["a"] is None
    assert sum(v is None for v in clusters.values()) == 2  # one alone would follow from the sum of all


def test_rows_and_columns_together_do_not_give_a_cell_away() -> None:
    # two withheld in each row and column is not enough: a cell that joins two rings would follow
    small = {
        ("a", "x"),
        ("a", "y"),
        ("b", "x"),
        ("b", "y"),
        ("b", "z"),
        ("c", "z"),
        ("c", "w"),
        ("d", "z"),
        ("d", "w"),
    }
    rows = [
        (c, d, 2.0, 2, 1.0) if (c, d) in small else (c, d, 90.0 + n, 20, 9.0)
        for n, (c, d) in enumerate((c, d) for c in "abcd" for d in "xyzw")
    ]
    cells = table(*rows)
    safe = suppress(cells, "output", totals=((), ("cluster",), ("district",)))
    assert leaks(cells, safe, ((), ("cluster",), ("district",))) == []


def leaks(cells: pl.DataFrame, safe: Suppressed, totals: tuple[tuple[str, ...], ...]) -> list[int]:
    """Sensitive cells and totals that follow from what is shown, by least squares on all equations (another way)."""
    n = cells.height
    equations = [np.eye(n)[i] for i in np.flatnonzero(~safe.cells["withheld"].to_numpy())]
    wanted = [np.eye(n)[i] for i in range(n) if sensitive(*cells.select("firms", "output", "largest").row(i))]
    for by, frame in zip(totals, safe.totals, strict=True):
        for row in frame.iter_rows(named=True):
            member = np.ones(n, dtype=bool)
            for column in by:
                member &= (cells[column] == row[column]).to_numpy()
            inside = cells.filter(pl.Series(member))
            vector = member.astype(float)
            if not row["withheld"]:
                equations.append(vector)
            if sensitive(inside["firms"].sum(), inside["output"].sum(), inside["largest"].max() or 0.0):
                wanted.append(vector)
    if not equations:
        return []
    known = np.array(equations).T
    found = []
    for number, vector in enumerate(wanted):
        weights = np.linalg.lstsq(known, vector, rcond=None)[0]
        if np.abs(known @ weights - vector).max() < 1e-8:
            found.append(number)
    return found


firm_outputs = st.lists(st.floats(0.1, 100, allow_nan=False), max_size=6)


@given(st.lists(st.lists(firm_outputs, min_size=3, max_size=4), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_nothing_sensitive_follows_from_what_is_shown(made: list[list[list[float]]]) -> None:
    rows = [
        (f"c{c}", f"d{d}", sum(firms), len(firms), max(firms, default=0.0))
        for c, line in enumerate(made)
        for d, firms in enumerate(line[:3])
    ]
    cells = table(*rows)
    totals: tuple[tuple[str, ...], ...] = ((), ("cluster",), ("district",))
    safe = suppress(cells, "output", totals)
    assert leaks(cells, safe, totals) == []
    shown = safe.cells.filter(~pl.col("withheld"))
    assert shown.select("cluster", "district", "output").rows() == [
        (c, d, v)
        for c, d, v, _f, _l in rows
        if (c, d) in set(shown.select("cluster", "district").iter_rows())
    ]
    for by, frame in zip(totals, safe.totals, strict=True):
        if by:
            continue
        assert frame["output"][0] is None or frame["output"][0] == pytest.approx(cells["output"].sum())


@pytest.mark.parametrize(
    "cells",
    [
        pl.DataFrame({"output": [1.0]}),
        table(("a", "x", -1.0, 3, 0.0)),
        table(("a", "x", float("nan"), 3, 0.0)),
        table(("a", "x", 5.0, 3, 6.0)),
        table(("a", "x", 5.0, 3, 2.0)).with_columns(output=pl.lit(None, pl.Float64)),
    ],
)
def test_bad_tables_are_refused(cells: pl.DataFrame) -> None:
    with pytest.raises(DeskError):
        suppress(cells, "output")


def test_an_empty_table_stays_empty() -> None:
    assert (
        suppress(
            table().cast({"output": pl.Float64, "firms": pl.Int64, "largest": pl.Float64}), "output"
        ).cells.height
        == 0
    )
