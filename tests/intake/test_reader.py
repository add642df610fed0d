"""A folder of files becomes a dataset, whatever its encoding, format, headings and units."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from chainmend.intake.reader import read_dataset, read_report

from .city import FIRMS, YAML, sheet, write

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def firm(dataset: Dataset, firm_id: str = "f1") -> dict[str, object]:
    return dataset.tables["firms"].row(by_predicate=pl.col("firm_id") == firm_id, named=True)


def test_a_folder_of_csv_files(tmp_path: Path) -> None:
    links = "supplier_id,buyer_id,year,amount\nf3,f1,2025,90000\n"
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS, "supply_links.csv": links}))
    assert (read.place.city, read.place.province, read.date) == ("杭州市", "浙江省", dt.date(2025, 12, 31))
    assert read.tables["firms"].height == 3
    assert read.tables["supply_links"].row(0)[:4] == ("f3", "f1", 2025, 90000.0)
    assert sum(read.rejected.values()) == 0
    assert firm(read)["leader"] is True
    assert firm(read, "f3")["district"] is None


def test_a_table_not_provided_is_absent(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS}))
    assert "patents" not in read.tables
    assert not read.has("supply_links")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS.encode(encoding)}))
    assert firm(read)["name"] == "杭州甲半导体有限公司"


def test_excel_and_parquet_give_the_same_dataset_as_csv(tmp_path: Path) -> None:
    from_csv = read_dataset(write(tmp_path / "csv", {"firms.csv": FIRMS}))
    rows = [[cell or None for cell in line.split(",")] for line in FIRMS.splitlines()]
    sheet(write(tmp_path / "xlsx", {}) / "firms.xlsx", rows)
    from_csv.tables["firms"].write_parquet(write(tmp_path / "parquet", {}) / "firms.parquet")
    assert read_dataset(tmp_path / "xlsx").fingerprint == from_csv.fingerprint
    assert read_dataset(tmp_path / "parquet").fingerprint == from_csv.fingerprint


def test_chinese_file_names_and_headings(tmp_path: Path) -> None:
    text = "企业编号,企业名称,行业代码,省份,城市,状态\nf1,杭州甲,3973,浙江省,杭州市,在营\n"
    row = firm(read_dataset(write(tmp_path, {"企业.csv": text})))
    assert (row["name"], row["industry_code"], row["city"], row["status"]) == (
        "杭州甲",
        "3973",
        "杭州市",
        "active",
    )


def test_a_citys_own_headings_are_mapped_in_dataset_yaml(tmp_path: Path) -> None:
    yaml = YAML + "columns:\n  firms:\n    本局编号: firm_id\n    户名: name\n"
    read = read_dataset(write(tmp_path, {"firms.csv": "本局编号,户名\nf1,杭州甲\n"}, yaml))
    assert (firm(read)["firm_id"], firm(read)["name"]) == ("f1", "杭州甲")


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    row = firm(read_dataset(write(tmp_path, {"firms.csv": "firm_id,name\nf1,杭州甲\n"})))
    assert (row["country"], row["status"], row["leader"]) == ("CHN", "active", False)


def test_units_of_dataset_yaml(tmp_path: Path) -> None:
    yaml = YAML + "units: {firms.output: 万元}\n"
    read = read_dataset(write(tmp_path, {"firms.csv": "firm_id,name,output\nf1,杭州甲,120\n"}, yaml))
    assert firm(read)["output"] == pytest.approx(1_200_000)


@pytest.mark.parametrize(("unit", "factor"), [("元", 1), ("万元", 1e4), ("亿元", 1e8)])
def test_units_of_a_heading(tmp_path: Path, unit: str, factor: float) -> None:
    text = f"firm_id,name,产值（{unit}）\nf1,杭州甲,3\n"
    assert firm(read_dataset(write(tmp_path, {"firms.csv": text})))["output"] == pytest.approx(3 * factor)


def test_separators_of_thousands(tmp_path: Path) -> None:
    text = 'firm_id,name,output\nf1,杭州甲,"1,200,000.5"\n'
    assert firm(read_dataset(write(tmp_path, {"firms.csv": text})))["output"] == pytest.approx(1_200_000.5)


@pytest.mark.parametrize("written", ["2001-02-03", "2001/02/03", "20010203", "2001年2月3日"])
def test_dates(tmp_path: Path, written: str) -> None:
    text = f"firm_id,name,founded\nf1,杭州甲,{written}\n"
    assert firm(read_dataset(write(tmp_path, {"firms.csv": text})))["founded"] == dt.date(2001, 2, 3)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("是", True), ("否", False), ("true", True), ("false", False), ("1", True), ("0", False)],
)
def test_yes_and_no(tmp_path: Path, written: str, meant: bool) -> None:
    text = f"firm_id,name,leader\nf1,杭州甲,{written}\n"
    assert firm(read_dataset(write(tmp_path, {"firms.csv": text})))["leader"] is meant


@pytest.mark.parametrize(
    ("written", "meant"), [("在营", "active"), ("存续", "active"), ("注销", "closed"), ("吊销", "closed")]
)
def test_states_of_a_firm(tmp_path: Path, written: str, meant: str) -> None:
    text = f"firm_id,name,status\nf1,杭州甲,{written}\n"
    assert firm(read_dataset(write(tmp_path, {"firms.csv": text})))["status"] == meant


def test_shares_in_per_cent(tmp_path: Path) -> None:
    products = "firm_id,product,share\nf1,硅片,62.5%\nf1,外延片,0.375\n"
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS, "products.csv": products}))
    assert dict(read.tables["products"].select("product", "share").iter_rows()) == pytest.approx(
        {"硅片": 0.625, "外延片": 0.375}
    )


def test_trades_become_supply_links_and_are_not_kept(tmp_path: Path) -> None:
    trades = "seller_id,buyer_id,date,amount\nf3,f1,2025-03-01,100\nf3,f1,2025-04-01,50\nf3,f1,2024-04-01,7\n"
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS, "trades.csv": trades}))
    assert "trades" not in read.tables
    sums = read.tables["supply_links"].select("year", "amount", "trades").sort("year").rows()
    assert sums == [(2024, 7.0, 1), (2025, 150.0, 2)]


def test_supply_links_win_over_trades_and_a_note_says_so(tmp_path: Path) -> None:
    files = {
        "firms.csv": FIRMS,
        "trades.csv": "seller_id,buyer_id,date,amount\nf3,f1,2025-03-01,100\n",
        "supply_links.csv": "supplier_id,buyer_id,year,amount\nf3,f1,2025,90000\n",
    }
    read = read_dataset(write(tmp_path, files))
    assert read.tables["supply_links"]["amount"].to_list() == [90000.0]
    assert any("trades" in note for note in read.notes)


def test_unknown_columns_and_files_are_noted(tmp_path: Path) -> None:
    text = "firm_id,name,moon_phase\nf1,杭州甲,3\n"
    notes = " ".join(read_dataset(write(tmp_path, {"firms.csv": text, "weather.csv": "a\n1\n"})).notes)
    assert "moon_phase" in notes
    assert "weather.csv" in notes


def test_a_second_reading_is_the_same_dataset(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": FIRMS + "f4,,3973,CHN,浙江省,杭州市,,1,active,false\n"})
    first = read_dataset(folder)
    second = read_dataset(folder)  # the quarantine written by the first reading is no table
    assert first.rejected["firms"] == second.rejected["firms"] == 1
    assert second.fingerprint == first.fingerprint


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    firms = FIRMS + "f1,另一家,3973,CHN,浙江省,杭州市,,1,active,false\nf4,丁,3973,CHN,,,,x,active,false\n"
    customs = "year,month,flow,hs,partner,value\n2025,0,进口,854231,JPN,1\n"
    customs += "2025,13,进口,854232,JPN,1\n2025,1,转口,1,J,1\n"
    _dataset, reports = read_report(write(tmp_path, {"firms.csv": firms, "customs.csv": customs}))
    counts = {r.table: (r.files, r.read, r.kept, r.rejected) for r in reports}
    assert counts == {"firms": (("firms.csv",), 5, 3, 2), "customs": (("customs.csv",), 3, 1, 2)}
    assert all(sum(r.rules.values()) >= r.rejected for r in reports)
