"""Output of clusters: small cities worked out by hand, and totals that never exceed the city's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.chain.model import Catalogue, Chain, Cluster, CodeShare, Segment, Text
from chainmend.chain.output import (
    BASES,
    Amount,
    Basis,
    CityParts,
    Measure,
    city_parts,
    measure,
    overlap_matrix,
)
from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError
from chainmend.tables import TABLES

NAME = Text("名", "name")


def toy_cluster(id: str, *segments: str, **shares: float) -> Cluster:
    """A cluster that counts c3973 as code 3973 and has segments named ``id.name``."""
    made = tuple(Segment(s, NAME, NAME, "one", id, id) for s in segments)
    chain = Chain(id, NAME, id, (), made)
    return Cluster(
        id, NAME, "future", "open", (chain,), tuple(CodeShare(c[1:], s) for c, s in shares.items())
    )


CATALOGUE = Catalogue(
    "toy", "1", NAME, "GB/T 4754-2017",
    (
        toy_cluster("chips", "chips.a", "chips.b", c3973=1.0, c3491=0.2),
        toy_cluster("robots", "robots.a", c3491=0.5),
        toy_cluster("open"),
    ),
)  # fmt: skip


def dataset(
    rows: list[tuple[str, str | None, float | None]], date: dt.date = dt.date(2025, 12, 31), **changed: Any
) -> Dataset:
    """A city of firms (id, code, output); columns not given are empty."""
    usual = {"country": "CHN", "city": "甲市", "status": "active", "leader": False} | changed
    firms = pl.DataFrame(
        [{"firm_id": i, "name": i, "industry_code": c, "output": o} | usual for i, c, o in rows],
        schema_overrides={"industry_code": pl.String, "output": pl.Float64},
    )
    columns = TABLES["firms"].create_empty().schema
    for name, kind in columns.items():
        if name not in firms.columns:
            firms = firms.with_columns(pl.lit(None, kind).alias(name))
    return Dataset(Place("甲市"), date, {"firms": firms.select(list(columns))})


def placed(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}, orient="row"
    )


def outputs(m: Measure) -> dict[str, float | None]:
    return {c.cluster_id: c.counted.output for c in m.clusters}


CITY = dataset(
    [
        ("f1", "C3973", 100.0),
        ("f2", "3491", 1000.0),
        ("f3", "34", 50.0),
        ("f4", "5111", 7.0),
        ("f5", None, 3.0),
    ]
)
WEIGHTS = placed(
    ("f1", "chips.a", 0.5), ("f1", "robots.a", 0.5), ("f2", "robots.a", 1.0), ("f5", "chips.b", 1.0)
)


@pytest.fixture(scope="module")
def city() -> CityParts:
    return city_parts(CITY, CATALOGUE, WEIGHTS)


def test_by_codes(city: CityParts) -> None:
    m = measure(city, "codes")
    assert outputs(m) == {"chips": 100 + 200, "robots": 500, "open": 0}
    assert m.counted == Amount(2, 0, 800.0)
    assert m.rest == 300  # 3 of 10 parts of class 3491 count nowhere
    assert m.unreached == {
        "too coarse": Amount(1, 0, 50.0), "not in scope": Amount(1, 0, 7.0), "no code": Amount(1, 0, 3.0),
    }  # fmt: skip
    assert [c.share for c in m.clusters] == [300 / 1160, 500 / 1160, 0]


def test_by_placement(city: CityParts) -> None:
    m = measure(city, "placement")
    assert outputs(m) == {"chips": 50 + 3, "robots": 1050, "open": 0}
    assert m.rest == 0
    assert m.unreached == {"not placed": Amount(2, 0, 57.0)}


def test_what_clusters_would_count_twice(city: CityParts) -> None:
    by_codes, by_placement = (measure(city, b) for b in BASES)
    assert [c.whole for c in by_codes.clusters] == [1100, 1000, 0]
    assert by_codes.doubled == 1000
    assert by_codes.overlap == {("chips", "robots"): Amount(1, 0, 1000.0)}
    assert by_placement.doubled == 100
    assert by_placement.overlap == {("chips", "robots"): Amount(1, 0, 100.0)}


def test_the_matrix_of_overlap_is_symmetric_with_whole_outputs_on_its_diagonal(city: CityParts) -> None:
    found = overlap_matrix(measure(city, "codes"))
    assert found == {
        "chips": {"chips": 1100, "robots": 1000, "open": 0},
        "robots": {"chips": 1000, "robots": 1000, "open": 0},
        "open": {"chips": 0, "robots": 0, "open": 0},
    }
    none = city_parts(dataset([("f1", "3491", None)]), CATALOGUE, placed())
    assert overlap_matrix(measure(none, "codes"))["chips"] == {"chips": None, "robots": None, "open": 0}


def test_an_unknown_output_is_counted_and_never_zero() -> None:
    some = dataset([("f1", "3973", None), ("f2", "3491", None), ("f3", "3491", 10.0)])
    m = measure(city_parts(some, CATALOGUE, placed()), "codes")
    assert [c.counted for c in m.clusters] == [Amount(3, 2, 2.0), Amount(2, 1, 5.0), Amount(0, 0, 0.0)]
    assert m.city == Amount(3, 2, 10.0)
    assert m.overlap == {("chips", "robots"): Amount(2, 1, 10.0)}
    none = dataset([("f1", "3973", None)])
    m = measure(city_parts(none, CATALOGUE, placed()), "codes")
    assert (m.counted, m.rest, m.doubled) == (Amount(1, 1, None), None, None)
    assert m.clusters[0].counted == Amount(1, 1, None)
    assert (m.clusters[0].whole, m.clusters[0].share) == (None, None)


def test_a_cluster_without_a_firm_is_known_to_be_empty_only_where_firms_have_a_class() -> None:
    told = measure(
        city_parts(dataset([("f1", "5111", 1.0), ("f2", None, 1.0)]), CATALOGUE, placed()), "codes"
    )
    assert outputs(told) == {"chips": 0, "robots": 0, "open": 0}
    silent = measure(city_parts(dataset([("f1", None, 1.0)]), CATALOGUE, placed()), "codes")
    assert {(c.counted, c.whole, c.share) for c in silent.clusters} == {(Amount(0, 0, None), None, None)}


def test_not_a_number_is_unknown() -> None:
    some = dataset([("f1", "3973", float("nan")), ("f2", "3973", 1.0)])
    assert measure(city_parts(some, CATALOGUE, placed()), "codes").city == Amount(2, 1, 1.0)


@pytest.mark.parametrize("changed", [{"status": "closed"}, {"city": "乙市"}, {"country": "DEU"}])
def test_only_active_firms_of_the_city_count(changed: dict[str, str]) -> None:
    away = city_parts(dataset([("f1", "3973", 5.0)], **changed), CATALOGUE, placed(("f1", "chips.a", 1.0)))
    for basis in BASES:
        assert measure(away, basis).city == Amount(0, 0, None)


def test_weights_that_sum_to_more_than_one_are_scaled() -> None:
    some = dataset([("f1", None, 90.0)])
    m = measure(
        city_parts(some, CATALOGUE, placed(("f1", "chips.a", 1.0), ("f1", "robots.a", 2.0))), "placement"
    )
    assert outputs(m) == {"chips": 30, "robots": 60, "open": 0}


def test_halves_of_three_fen_are_one_fen_each_and_one_is_left() -> None:
    halves = placed(("f1", "chips.a", 0.5), ("f1", "robots.a", 0.5))
    m = measure(city_parts(dataset([("f1", None, 0.03)]), CATALOGUE, halves), "placement")
    assert outputs(m) == {"chips": 0.01, "robots": 0.01, "open": 0}
    assert m.rest == 0.01


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf"), None])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(DatasetError, match="chips"):
        city_parts(dataset([("f1", None, 1.0)]), CATALOGUE, placed(("f1", "chips.a", weight)))


def test_codes_of_another_classification_say_nothing() -> None:
    import dataclasses

    other = dataclasses.replace(dataset([("f1", "3973", 5.0), ("f2", None, 1.0)]), code_system="NACE Rev. 2")
    m = measure(city_parts(other, CATALOGUE, placed()), "codes")
    assert outputs(m) == {"chips": None, "robots": None, "open": None}
    assert m.unreached == {"no code": Amount(1, 0, 1.0), "other system": Amount(1, 0, 5.0)}


CODES = [*(s.code for c in CATALOGUE.clusters for s in c.codes), "C3491", "34", "6310", None]
FIRMS = st.lists(
    st.tuples(st.sampled_from(CODES), st.none() | st.floats(0, 1e13)), min_size=1, max_size=12
).map(lambda rows: [(f"f{n}", code, output) for n, (code, output) in enumerate(rows)])
ROWS = st.dictionaries(
    st.tuples(st.integers(0, 11), st.sampled_from(["chips.a", "chips.b", "robots.a"])),
    st.floats(0, 3),
    max_size=20,
).map(lambda found: [(f"f{n}", segment, weight) for (n, segment), weight in found.items()])


@settings(max_examples=60, deadline=None)
@given(FIRMS, ROWS, st.sampled_from(BASES), st.randoms())
def test_totals_never_exceed_the_city(
    firms: list[tuple[str, str | None, float | None]],
    rows: list[tuple[str, str, float]],
    basis: Basis,
    random: Any,
) -> None:
    m = measure(city_parts(dataset(firms), CATALOGUE, placed(*rows)), basis)
    fen = {name: round((amount or 0) * 100) for name, amount in {
        "city": m.city.output, "counted": m.counted.output, "rest": m.rest,
        "missed": sum(a.output or 0 for a in m.unreached.values()),
    }.items()}  # fmt: skip
    assert sum(round((v or 0) * 100) for v in outputs(m).values()) == fen["counted"]
    assert fen["counted"] <= fen["city"]
    assert fen["rest"] >= 0
    assert fen["counted"] + fen["rest"] + fen["missed"] == pytest.approx(fen["city"], abs=1)
    assert m.counted.firms + sum(a.firms for a in m.unreached.values()) == m.city.firms
    assert m.counted.unknown + sum(a.unknown for a in m.unreached.values()) == m.city.unknown
    for c in m.clusters:
        assert (c.counted.output or 0) <= (c.whole or 0)
    random.shuffle(firms)
    random.shuffle(rows)
    assert measure(city_parts(dataset(firms), CATALOGUE, placed(*rows)), basis) == m
