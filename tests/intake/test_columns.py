"""What a city calls the columns of its firms' accounts, and the units it writes them in."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from chainmend.intake.columns import match
from chainmend.intake.reader import read_dataset
from chainmend.tables import ADDED

from .city import FIRMS, YAML, quarantined, write

HEADINGS = "企业编号,企业名称,所在城市,产值（万元）,营业收入（亿元）,研发费用（万元）,出口交货值（万元）"
ACCOUNTS = f"""{HEADINGS},高新技术企业,用地面积（平方米）
f1,杭州甲半导体有限公司,杭州市,120,0.5,300,,是,4000
f2,杭州乙食品有限公司,杭州市,80,—,0,20,否,
"""


def test_accounts_under_their_chinese_headings_and_in_their_units(tmp_path: Path) -> None:
    firms = read_dataset(write(tmp_path, {"企业.csv": ACCOUNTS})).tables["firms"]
    assert firms.select(ADDED["firms"]).rows() == [
        (5e7, 3e6, None, True, 4000.0),
        (None, 0.0, 2e5, False, None),
    ]


@pytest.mark.parametrize("heading", ["面积", "面积（平方公里）", "面积(平方千米)"])
def test_the_area_of_a_district(heading: str) -> None:
    assert match("districts", ["区县", heading], {})[0] == {"区县": "district", heading: "area"}


def test_land_in_another_unit_is_left_out_and_said(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"企业.csv": ACCOUNTS.replace("（平方米）", "（亩）")}))
    assert read.tables["firms"]["land"].to_list() == [None, None]
    assert any("columns left out: 用地面积（亩）" in note for note in read.notes)


@pytest.mark.parametrize(
    ("was", "became", "column", "rule"),
    [
        (",300,", ",-300,", "rd", "too_small"),
        (",0.5,", ",half,", "revenue", "not_a_number"),
        (",是,", ",maybe,", "high_tech", "not_yes_or_no"),
    ],
)
def test_a_bad_figure_is_refused_with_its_row(
    tmp_path: Path, was: str, became: str, column: str, rule: str
) -> None:
    read = read_dataset(write(tmp_path, {"企业.csv": ACCOUNTS.replace(was, became)}))
    assert read.tables["firms"]["firm_id"].to_list() == ["f2"]
    (refused,) = quarantined(tmp_path, "firms")
    assert (refused["column"], refused["rule"], refused["row"]) == (column, rule, "2")


def test_a_dataset_without_accounts_keeps_its_fingerprint(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS}, YAML))
    bare = read.tables["firms"].drop(ADDED["firms"])
    told = read.tables["firms"].with_columns(rd=pl.lit(1.0))
    same, other = (type(read)(read.place, read.date, {"firms": t}) for t in (bare, told))
    assert same.fingerprint == read.fingerprint != other.fingerprint


@pytest.mark.parametrize("heading", ["同比", "同比增速", "同比增长", "累计同比"])
def test_growth_on_the_year_before(heading: str) -> None:
    assert match("statistics", ["指标", heading], {})[0][heading] == "growth"
