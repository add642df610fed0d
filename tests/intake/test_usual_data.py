"""What cities' files usually look like: units above the table, merged headings, the words of the registers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from chainmend.errors import DatasetError
from chainmend.intake.reader import read_dataset

if TYPE_CHECKING:
    import polars as pl


def workbook(path: Path, rows: list[list[str | float]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业")
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)


def about(folder: Path, more: str = "") -> Path:
    (folder / "dataset.yaml").write_text(f"city: 杭州市\ndate: 2025-12-31\n{more}", "utf-8")
    return folder


def firms(folder: Path) -> pl.DataFrame:
    return read_dataset(about(folder)).tables["firms"]


@pytest.mark.parametrize("line", ["单位：万元", "（单位: 万元）"])
def test_a_unit_above_the_table_counts_for_its_amounts(tmp_path: Path, line: str) -> None:
    head: list[str | float] = ["企业代码", "企业名称", "城市", "产值"]
    workbook(tmp_path / "企业.xlsx", [["规上企业名单"], ["", "", "", line], head, ["1", "甲", "杭州市", 5]])
    assert firms(tmp_path)["output"].to_list() == [50_000.0]


def test_headings_over_two_rows(tmp_path: Path) -> None:
    above: list[str | float] = ["企业代码", "企业名称", "所在地", ""]
    below: list[str | float] = ["", "", "城市", "区县"]
    workbook(tmp_path / "企业.xlsx", [above, below, ["1", "甲", "杭州市", "滨江区"]])
    assert firms(tmp_path).select("firm_id", "city", "district").rows() == [("1", "杭州市", "滨江区")]


def test_words_of_the_registers(tmp_path: Path) -> None:
    (tmp_path / "企业.csv").write_text(
        "企业代码,企业名称,国家,城市,状态,链主,产值\n"
        "1,甲,中国,杭州市,存续（在营、开业、在册）,√,—\n"
        '2,乙,CN,杭州市,"吊销，未注销",否,无\n',
        "utf-8",
    )
    found = firms(tmp_path).select("country", "status", "leader", "output").rows()
    assert found == [("CHN", "active", True, None), ("CHN", "closed", False, None)]


def test_a_day_in_quotes_and_a_country_by_name(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name,city\n1,甲,杭州市\n", "utf-8")
    (tmp_path / "dataset.yaml").write_text('city: 杭州市\ndate: "2025-12-31"\ncountry: 中国\n', "utf-8")
    data = read_dataset(tmp_path)
    assert (str(data.date), data.place.country) == ("2025-12-31", "CHN")


def test_a_country_that_is_no_code_is_refused_once(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name\n1,甲\n", "utf-8")
    with pytest.raises(DatasetError, match="country: 火星"):
        read_dataset(about(tmp_path, "country: 火星\n"))


def test_a_city_that_no_firm_is_in_is_noted(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name,city\n1,甲,杭州\n", "utf-8")
    assert any("no firm is in the city 杭州市" in note for note in read_dataset(about(tmp_path)).notes)


TRADE = "2025-03-01,3\n"


def test_files_of_trades_may_have_headings_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name,city\na,甲,杭州市\nb,乙,杭州市\n", "utf-8")
    (tmp_path / "trades.csv").write_text("seller_id,buyer_id,date,amount\na,b," + TRADE, "utf-8")
    (tmp_path / "交易.csv").write_text("销方代码,购方代码,日期,金额\na,b," + TRADE, "utf-8")
    assert read_dataset(about(tmp_path)).tables["supply_links"]["amount"].to_list() == [6.0]


def test_files_of_trades_in_two_units_are_refused(tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name,city\na,甲,杭州市\nb,乙,杭州市\n", "utf-8")
    (tmp_path / "trades.csv").write_text("seller_id,buyer_id,date,amount\na,b," + TRADE, "utf-8")
    (tmp_path / "交易.csv").write_text("销方代码,购方代码,日期,金额（万元）\na,b," + TRADE, "utf-8")
    with pytest.raises(DatasetError, match="amounts in several units"):
        read_dataset(about(tmp_path))
