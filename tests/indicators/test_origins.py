"""Concentration over origins, the world market, and who depends on us."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from tests.gaps.city import catalogue, city, weights

from chainmend.errors import IndicatorError
from chainmend.gaps.facts import segment_facts
from chainmend.indicators.city import City
from chainmend.indicators.origins import (
    import_origins,
    reverse_dependence,
    single_points_of_failure,
    world_market,
    world_supply_hhi,
)
from chainmend.settings import Thresholds


def flows(rows: dict[str, float], **keys: Any) -> pl.DataFrame:
    same = {"product": "a", "year": 2025} | keys
    return pl.DataFrame(
        [same | {"origin": o, "value": v} for o, v in rows.items()],
        schema_overrides={"value": pl.Float64},
    )


def test_origins_without_what_comes_back() -> None:
    found = import_origins(flows({"X": 3.0, "Y": 1.0, "home": 96.0, "Z": 0.0}), "home")
    assert found.to_dicts() == [
        {
            "product": "a",
            "year": 2025,
            "imports": 4.0,
            "import_hhi": 0.625,
            "top_origin": "X",
            "top_origin_share": 0.75,
        }
    ]
    assert import_origins(flows({"home": 1.0}), "home").is_empty()


@given(
    st.dictionaries(st.text("xyz", min_size=1, max_size=2), st.floats(0.01, 1e6), min_size=1),
    st.integers(0, 99),
)
def test_origins_whatever_the_order_and_the_unit(values: dict[str, float], seed: int) -> None:
    table = flows(values)
    one = import_origins(table, "home")
    assert import_origins(table.sample(fraction=1, shuffle=True, seed=seed), "home").equals(one)
    n = len(values)
    assert 1 / n - 1e-9 <= one["import_hhi"][0] <= 1 + 1e-9
    assert one["top_origin_share"][0] >= one["import_hhi"][0] - 1e-9
    ten = import_origins(table.with_columns(pl.col("value") * 10), "home")
    assert ten["import_hhi"][0] == pytest.approx(one["import_hhi"][0])


@pytest.mark.parametrize(
    ("ours", "depends"),
    [
        (6.0, True),  # of two origins
        (5.0, False),  # half is not more than half
        (7.0, True),
    ],
)
def test_who_depends_on_us(ours: float, depends: bool) -> None:
    rest = 10 - ours
    imports = flows({"us": ours, "Q": rest, "P": 50.0}, importer="P")
    own = flows({"us": 1.0, "Q": 1.0}, importer="us")
    (found,) = reverse_dependence(pl.concat([imports, own.select(imports.columns)]), "us").to_dicts()
    assert (found["importer"], found["imports"]) == ("P", 10.0)  # `P` from `P` came back from abroad
    assert found["share"] == pytest.approx(ours / 10)
    assert found["depends"] is depends


def test_few_other_origins_belong_to_it() -> None:
    spread = flows({"us": 51.0} | {f"Q{n}": 7.0 for n in range(7)}, importer="P")
    (found,) = reverse_dependence(spread, "us").to_dicts()
    assert found["share"] == pytest.approx(0.51)
    assert found["import_hhi"] == pytest.approx(0.51**2 + 7 * 0.07**2)
    assert found["depends"] is False


def test_importers_that_get_nothing_here_are_there_with_nothing() -> None:
    (found,) = reverse_dependence(flows({"Q": 1.0}, importer="P"), "us").to_dicts()
    assert (found["share"], found["depends"]) == (0.0, False)


def test_world_market() -> None:
    found = world_market(np.array([[50.0, 51.0, 1.0], [50.0, 49.0, 9.0]]))
    assert found.holder.tolist() == [0, 0, 1]
    assert found.share == pytest.approx([0.5, 0.51, 0.9])
    assert found.hhi == pytest.approx([0.5, 0.51**2 + 0.49**2, 0.82])
    assert found.single_points().tolist() == [False, True, True]
    assert found.single_points(0.9).tolist() == [False, False, False]
    assert world_market(sparse.csr_array([[50.0, 51.0, 1.0], [50.0, 49.0, 9.0]])).share == pytest.approx(
        found.share
    )


def supplied(segment: str, year: int, **shares: float) -> list[dict[str, Any]]:
    return [
        {"segment_id": segment, "origin": o, "year": year, "share": s, "source": "x"}
        for o, s in shares.items()
    ]


def test_single_points_of_a_city() -> None:
    provision = [
        *supplied("etcher", 2024, JPN=0.2, USA=0.8),  # older: not looked at
        *supplied("etcher", 2025, JPN=0.55, USA=0.15, other=0.3),
        *supplied("chip", 2025, other=1.0),
    ]
    dataset = city({"a": ("local", 1.0)}, provision=provision)
    etcher, chip, robot = single_points_of_failure(City(dataset, catalogue()))
    assert etcher.value == pytest.approx(0.55)
    assert etcher.scope.year == 2025
    assert etcher.note
    assert "日本" in etcher.note[0]
    assert "more than all others" in etcher.note[1]
    assert chip.value is robot.value is None
    assert chip.note
    assert chip.note == robot.note


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: import_origins(pl.DataFrame({"product": ["a"]}), "x"),
            "flows: no column year, origin, value",
        ),
        (lambda: import_origins(flows({"X": -1.0}), "x"), "flows: ('a', 2025, 'X', -1.0)"),
        (lambda: import_origins(flows({"X": math.nan}), "x"), "flows: ('a', 2025, 'X', nan)"),
        (lambda: import_origins(flows({"X": math.inf}), "x"), "flows: ('a', 2025, 'X', inf)"),
        (lambda: import_origins(flows({"X": 1.0}, product=None), "x"), "flows: (None, 2025, 'X', 1.0)"),
        (
            lambda: import_origins(flows({"X": 1.0}).with_columns(value=pl.lit("x")), "x"),
            "flows, value: String",
        ),
        (
            lambda: import_origins(pl.concat([flows({"X": 1.0})] * 2), "x"),
            "flows: ('a', 2025, 'X') is there more than once",
        ),
        (lambda: reverse_dependence(flows({"X": 1.0}), "x"), "flows: no column importer"),
        (lambda: world_market([[1.0, 0.0], [2.0, 0.0]]), "exports[:, 1]: nobody exports it"),
        (lambda: world_market([[-1.0]]), "exports[0, 0]: -1.0"),
        (lambda: import_origins(flows({"X": 1.0}).with_columns(value=None), "x"), "flows, value: Null"),
        (lambda: world_market([[1.0], [2.0, 3.0]]), "exports: setting an array element"),
        (lambda: world_market([1.0]), "exports: an array of shape (1,)"),
        (lambda: world_market([[1.0]]).single_points(1.5), "cut: 1.5"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(IndicatorError) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert caught.value.expected


@pytest.mark.parametrize(
    "shares",
    [
        {"JPN": 0.7, "USA": 0.2, "other": 0.1},
        {"CHN": 0.31, "DEU": 0.17, "KOR": 0.29},  # sums to 0.77
        {"NLD": 1.0},
        {"other": 1.0},
        {"JPN": 0.0, "USA": 0.0},
    ],
)
def test_concentration_of_world_supply_is_that_of_the_scan(shares: dict[str, float]) -> None:
    dataset = city({"a": ("local", 1.0)}, provision=supplied("etcher", 2025, **shares))
    facts = segment_facts(dataset, catalogue(), weights({"a": "robot"}), Thresholds())
    expected = facts.segments["etcher"].world_hhi
    found = world_supply_hhi(dataset).get("etcher")
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected, abs=2e-12)
