"""Country shares of inputs become provision of segments."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import polars as pl
import pytest

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError
from chainmend.intake.sources import chipchain as module
from chainmend.intake.sources.chipchain import chipchain, segments_of_inputs
from chainmend.tables import Provision, empty

PROVIDERS = """provider_name,alias,provider_id,provider_type,country
NLD,Netherlands,P1,country,
JPN,Japan,P2,country,
EUR,Europe,P3,country,EUR
Various countries,,P4,country,
Maker,,P5,organization,NLD
"""
INPUTS = "input_id,input_name\nA1,Steppers\nA2,Scanners\nA3,Cleaners\nA4,Unmapped\n"
# Made-up shares; the two bad rows are a share in words and one beyond 100 per cent.
PROVISION = """provider_name,provider_id,provided_name,provided_id,share_provided,year,source
NLD,P1,Steppers,A1,40,2025,x
JPN,P2,Steppers,A1,60,2025,x
JPN,P2,Steppers,A1,100,2019,x
NLD,P1,Scanners,A2,98,2022,x
JPN,P2,Scanners,A2,,2022,x
JPN,P2,Cleaners,A3,50,2025,x
EUR,P3,Cleaners,A3,10,2025,x
Various countries,P4,Cleaners,A3,15.0,2025,x
Maker,P5,Cleaners,A3,50,2025,x
NLD,P1,Unmapped,A4,100,2025,x
NLD,P1,Cleaners,A3,many,2025,x
NLD,P1,Cleaners,A3,250,2025,x
NLD,P1,Fabrication,S2,100,2022,x
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("providers", PROVIDERS), ("inputs", INPUTS), ("provision", PROVISION)):
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    mapped = {"A1": "ic.lithography", "A2": "ic.lithography", "A3": "ic.cleaning-equipment"}
    monkeypatch.setattr(module, "segments_of_inputs", lambda: mapped)
    return tmp_path


def city(**tables: pl.DataFrame) -> Dataset:
    return Dataset(Place("杭州市", "浙江"), dt.date(2025, 12, 31), {"firms": empty("firms"), **tables})


def test_a_segment_has_the_mean_of_its_inputs_and_bad_rows_are_left_out(folder: Path) -> None:
    dataset = chipchain(folder, city())
    provision = dataset.tables["provision"]
    Provision.validate(provision)
    assert provision.select("segment_id", "origin", "year", "share").rows() == [
        ("ic.cleaning-equipment", "JPN", 2025, 0.5),
        ("ic.cleaning-equipment", "other", 2025, 0.5),
        ("ic.lithography", "JPN", 2025, 0.3),
        ("ic.lithography", "NLD", 2025, 0.7),
    ]
    assert "Steppers (A1, 2025); Scanners (A2, 2022)" in provision["source"][2]
    assert dataset.rejected == {"provision": 2}
    assert "2 rows of country shares cannot be read" in dataset.notes[-1]


def test_what_is_there_is_kept_but_for_the_same_segments(folder: Path) -> None:
    old = pl.DataFrame(
        [("emb.reducers", "JPN", 2024, 0.6, "own"), ("ic.lithography", "NLD", 2020, 1.0, "own")],
        schema=empty("provision").schema,
        orient="row",
    )
    dataset = chipchain(folder, city(provision=old))
    provision = dataset.tables["provision"]
    assert provision.filter(pl.col("source") == "own")["segment_id"].to_list() == ["emb.reducers"]
    again = chipchain(folder, dataset).tables["provision"]
    assert again.equals(provision)


def test_missing_files_columns_and_inputs_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "segments_of_inputs", lambda: {"Z9": "ic.eda"})
        with pytest.raises(DatasetError, match=r"no input with shares .* expected: inputs such as Z9"):
            chipchain(folder, city())
    (folder / "inputs.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(DatasetError, match=r"inputs\.csv\.gz: cannot be read"):
        chipchain(folder, city())
    (folder / "inputs.csv.gz").unlink()
    with pytest.raises(DatasetError, match=r"no file inputs\.csv\.gz"):
        chipchain(folder, city())
    (folder / "inputs.csv").write_text("input_id,name\n", "utf-8")
    with pytest.raises(DatasetError, match=r"inputs\.csv: no column input_name"):
        chipchain(folder, city())


def test_every_input_leads_to_a_segment_of_the_shipped_catalogue() -> None:
    from chainmend.chain.catalogue import load_catalogue

    assert set(segments_of_inputs().values()) <= set(load_catalogue("hangzhou-296x").segments)


def test_real_data(shared: Path) -> None:
    dataset = chipchain(shared / "data" / "eto_chip_supply_chain", city())
    provision = dataset.tables["provision"]
    Provision.validate(provision)
    assert provision.group_by("segment_id").agg(pl.col("share").sum())["share"].to_list() == pytest.approx(
        [1.0] * provision["segment_id"].n_unique()
    )
    light = provision.filter(segment_id="ic.lithography").sort("share", descending=True)
    assert light["origin"][0] == "NLD"
    assert light["share"][0] > 0.8
    assert dataset.rejected == {"provision": 0}
