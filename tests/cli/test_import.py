"""``chainmend import`` makes a dataset, adds to one, and writes over nothing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner, Result

from chainmend.cli import import_
from chainmend.errors import DatasetError, RegistryError
from chainmend.intake.reader import read_dataset


def run(*words: object) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.callback()(lambda: None)
    import_.add(app)
    return CliRunner().invoke(app, ["import", *map(str, words)], catch_exceptions=True)


@pytest.fixture
def companies(tmp_path: Path) -> Path:
    folder = tmp_path / "companies"
    folder.mkdir()
    names = ["code", "exch", "name", "fullname", "province", "city", "office_city"]
    rows = [("600002", "SH", "乙芯片", "乙芯片股份有限公司", "浙江", "杭州市", "nan")]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(folder / "a_share_companies.parquet")
    pl.DataFrame({"code": ["600002"], "product": ["驱动芯片"], "weight": [0.4]}).write_parquet(
        folder / "ckg_company_product_with_city.parquet"
    )
    pl.DataFrame({"code": ["600002"], "business_summary_en": ["Makes chips."]}).write_parquet(
        folder / "business_summary_en.parquet"
    )
    return folder


@pytest.fixture
def chips(tmp_path: Path) -> Path:
    folder = tmp_path / "chips"
    folder.mkdir()
    for name, text in {
        "providers": "provider_name,provider_id,provider_type\nNLD,P1,country\n",
        "inputs": "input_id,input_name\nN19,Lithography tools\n",
        "provision": "provider_id,provided_id,share_provided,year\nP1,N19,100,2025\nP1,N19,many,2025\n",
    }.items():
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_firms_then_shares_give_a_dataset(companies: Path, chips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("ashare", companies, "--city", "杭州", "--out", out)
    assert first.exit_code == 0, first.output
    assert "1 firms of 杭州市 are local" in first.output
    assert "lower bound" in first.output
    second = run("chipchain", chips, "--out", out, "--json")
    assert second.exit_code == 0, second.output
    told = json.loads(second.stdout)
    assert (told["rows"], told["rejected"]) == ({"provision": 1}, {"provision": 1})
    dataset = read_dataset(out)
    assert sorted(dataset.tables) == ["firms", "products", "provision"]
    assert dataset.tables["provision"]["share"].to_list() == [1.0]
    assert dataset.place.city == "杭州市"


def test_unknown_source_names_the_known_ones(companies: Path, tmp_path: Path) -> None:
    error = run("nope", companies, "--out", tmp_path / "out").exception
    assert isinstance(error, RegistryError)
    assert "one of: ashare, chipchain" in str(error)


def test_nothing_is_written_over_and_nothing_added_to_nothing(
    companies: Path, chips: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    cases = [
        (("chipchain", chips, "--out", out), "no dataset to add to"),
        (("ashare", companies, "--out", out), "no city"),
        (("ashare", companies, "--city", "杭州市", "--out", companies), "there is something already"),
        (("ashare", tmp_path / "none", "--city", "杭州市", "--out", out), "no such folder"),
    ]
    for words, message in cases:
        error = run(*words).exception
        assert isinstance(error, DatasetError), words
        assert message in str(error)
    assert not out.exists()


def test_a_table_of_the_citys_own_is_not_doubled(companies: Path, chips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("ashare", companies, "--city", "杭州市", "--out", out)
    own = "segment_id,origin,year,share,source\nic.eda,USA,2024,0.9,own\n"
    (out / "provision.csv").write_text(own, "utf-8")
    error = run("chipchain", chips, "--out", out).exception
    assert isinstance(error, DatasetError)
    assert "provision stands in provision.csv already" in str(error)
    assert not (out / "provision.parquet").exists()
