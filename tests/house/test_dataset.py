"""A dataset knows whose it is, who is local, and whether it is the same as another."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError
from chainmend.tables import TABLES, empty

PLACE = Place("杭州市", "浙江省")
DAY = dt.date(2025, 12, 31)


def firms(*rows: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    """Firms of (id, country, province, city), with whatever else the contract asks for."""
    frame = pl.DataFrame(
        {
            "firm_id": [r[0] for r in rows],
            "name": [r[0] for r in rows],
            "country": [r[1] for r in rows],
            "province": pl.Series([r[2] for r in rows], dtype=pl.String),
            "city": pl.Series([r[3] for r in rows], dtype=pl.String),
            "status": ["active"] * len(rows),
            "leader": [False] * len(rows),
        }
    )
    return pl.concat([empty("firms"), frame], how="diagonal")


FIRMS = firms(
    ("a", "CHN", "浙江省", "杭州市"),
    ("b", "CHN", "浙江省", "宁波市"),
    ("c", "CHN", "江苏省", "苏州市"),
    ("d", "JPN", None, None),
    ("e", "CHN", None, None),
    ("f", "USA", "浙江省", "杭州市"),
)


def test_places_of_firms_by_province() -> None:
    places = Dataset(PLACE, DAY, {"firms": FIRMS}).firms["place"].to_list()
    assert places == ["local", "region", "country", "abroad", "country", "abroad"]


def test_a_region_of_named_cities_replaces_the_province() -> None:
    place = Place("杭州市", "浙江省", region=("苏州市",))
    places = Dataset(place, DAY, {"firms": FIRMS}).firms["place"].to_list()
    assert places == ["local", "country", "region", "abroad", "country", "abroad"]


def test_without_a_province_there_is_no_region() -> None:
    places = Dataset(Place("杭州市"), DAY, {"firms": FIRMS}).firms["place"].to_list()
    assert "region" not in places


def test_a_dataset_needs_firms_and_known_tables() -> None:
    with pytest.raises(DatasetError, match="no table of firms"):
        Dataset(PLACE, DAY, {})
    with pytest.raises(DatasetError, match="unknown tables: frims"):
        Dataset(PLACE, DAY, {"firms": FIRMS, "frims": FIRMS})


def test_an_absent_table_is_empty_with_the_right_columns_and_not_had() -> None:
    city = Dataset(PLACE, DAY, {"firms": FIRMS, "needs": empty("needs")})
    assert not city.has("customs")
    assert not city.has("needs")
    assert city.has("firms")
    assert city.table("customs").schema == empty("customs").schema


@pytest.mark.parametrize("name", list(TABLES))
def test_every_contract_holds_for_its_empty_table(name: str) -> None:
    good, failed = TABLES[name].filter(empty(name))
    assert good.height == 0
    assert failed.counts() == {}


@given(order=st.permutations(range(FIRMS.height)), columns=st.permutations(FIRMS.columns))
@settings(max_examples=25, deadline=None)
def test_fingerprint_ignores_the_order_of_rows_and_columns(order: list[int], columns: list[str]) -> None:
    same = Dataset(PLACE, DAY, {"firms": FIRMS[order].select(columns)})
    assert same.fingerprint == Dataset(PLACE, DAY, {"firms": FIRMS}).fingerprint


def test_fingerprint_tells_what_differs() -> None:
    base = Dataset(PLACE, DAY, {"firms": FIRMS})
    others = [
        Dataset(PLACE, DAY, {"firms": FIRMS.with_columns(leader=pl.lit(True))}),
        Dataset(PLACE, DAY, {"firms": FIRMS.head(5)}),
        Dataset(PLACE, DAY, {"firms": FIRMS}, synthetic=True),
        Dataset(PLACE, dt.date(2025, 6, 30), {"firms": FIRMS}),
        Dataset(Place("宁波市", "浙江省"), DAY, {"firms": FIRMS}),
        Dataset(PLACE, DAY, {"firms": FIRMS, "needs": empty("needs")}),
    ]
    prints = {d.fingerprint for d in [base, *others]}
    assert len(prints) == 7


def test_fingerprint_is_the_same_in_another_process() -> None:
    import subprocess
    import sys

    code = (
        "import datetime as dt; from chainmend.tables import empty; from chainmend.dataset import *;"
        "print(Dataset(Place('杭州市'), dt.date(2025, 12, 31), {'firms': empty('firms')}).fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == Dataset(Place("杭州市"), DAY, {"firms": empty("firms")}).fingerprint
