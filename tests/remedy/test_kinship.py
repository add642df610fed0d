"""How near firms are to a segment, by hand on etcher - chip - robot."""

from __future__ import annotations

import polars as pl
import pytest
from tests.remedy.small import ON, context

from chainmend.remedy.kinship import column_of, firm_matrix, kinship

FIRMS = pl.Series(["C", "R", "nobody"])


def test_common_inputs_and_uses() -> None:
    """Around etcher: etcher, chip; around chip: all three; around robot: chip, robot."""
    found = dict(kinship(context(), FIRMS, ["etcher", "chip"]))
    assert found["etcher"].shared == pytest.approx([2 / 3, 1 / 3, 0])
    assert found["chip"].shared == pytest.approx([1, 2 / 3, 0])
    assert found["chip"].makes.tolist() == [1, 0, 0]


def test_a_firm_on_two_segments_counts_with_its_weights() -> None:
    made = context()
    half = made.placements.vstack(pl.DataFrame({"firm_id": ["C"], "segment_id": ["robot"], "weight": [1.0]}))
    made = type(made)(
        made.dataset,
        made.catalogue,
        half.with_columns(weight=pl.col("weight") / pl.len().over("firm_id")),
        made.facts,
    )
    found = dict(kinship(made, FIRMS, ["etcher"]))["etcher"]
    assert found.shared[0] == pytest.approx((2 / 3 + 1 / 3) / 2)


def test_proximity_is_unknown_without_other_cities() -> None:
    alone = context(on={f: s for f, s in ON.items() if f in ("C", "R")})
    assert dict(kinship(alone, FIRMS, ["etcher"]))["etcher"].related is None


def test_numbers_of_firms_on_segments() -> None:
    cells = pl.DataFrame(
        {"owner": ["R", "C", "else"], "segment_id": ["chip", "robot", "chip"], "n": [2, 3, 9]}
    )
    matrix = firm_matrix(context(), FIRMS, cells)
    assert column_of(matrix, context(), "chip").tolist() == [0, 2, 0]
    assert column_of(matrix, context(), "robot").tolist() == [3, 0, 0]
