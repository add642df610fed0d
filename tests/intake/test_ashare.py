"""Listed companies become firms and products of a city; the traps of the files are kept out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from chainmend.errors import DatasetError
from chainmend.intake.sources.ashare import ashare
from chainmend.registry import get
from chainmend.tables import Firms, Products

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

# Made-up companies; the last two rows are bad: a code that stands twice and one that is none.
COMPANIES = [
    ("000001", "SZ", "甲气体", "甲气体股份有限公司", "浙江", "杭州市", None),
    ("600002", "SH", "乙芯片", "乙芯片股份有限公司", "浙江", "杭州市", "nan"),
    ("600003", "SH", "丙机械", "丙机械股份有限公司", "浙江", "宁波市", None),
    ("600004", "SH", "丁石化", "丁石化股份有限公司", "广西", "nan", "杭州市"),
    ("600005", "SH", "戊钢构", "戊钢构股份有限公司", "浙江", None, None),
    ("600006", "SH", None, "己药业股份有限公司", None, None, None),
    ("300007", "SZ", "庚光电", "庚光电股份有限公司", "广东", "深圳市", None),
    ("830008", "BJ", "辛材料", "辛材料股份有限公司", "江苏", "苏州市", None),
    ("000001.SZ", "SZ", "甲气体", "甲气体股份有限公司", "浙江", "杭州市", None),
    ("abc", "SZ", "无", "无", "浙江", "杭州市", None),
]
PRODUCTS = [
    ("000001", "特种气体", 0.9),
    ("000001", "工业气体", 0.6),
    ("000001", "其他业务", 0.1),
    ("000001", "境内", 0.8),
    ("000001", "华东地区", 0.7),
    ("000001", "医药制造业", 0.6),
    ("000001", "气瓶", 0.001),
    ("000001.SZ", "特种气体", 0.3),
    ("600002", "驱动芯片", 0.4),
    ("600002", "测试芯片", -55.9),
    ("600002", "分部间抵销", -0.2),
    ("999999", "没有这家公司", 1.0),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ["code", "exch", "name", "fullname", "province", "city", "office_city"]
    labelled = pl.DataFrame(COMPANIES, schema=names, orient="row").with_columns(
        pl.lit("半导体").alias("sw_industry_ckg"), pl.lit("化工原料").alias("tushare_industry")
    )
    labelled.write_parquet(tmp_path / "a_share_companies.parquet")
    pl.DataFrame(PRODUCTS, schema=["code", "product", "weight"], orient="row").write_parquet(
        tmp_path / "ckg_company_product_with_city.parquet"
    )
    summaries = {"code": ["000001", "600002"], "business_summary_en": ["Makes gases.", "nan"]}
    pl.DataFrame(summaries).write_parquet(tmp_path / "business_summary_en.parquet")
    return tmp_path


@pytest.fixture
def dataset(folder: Path) -> Dataset:
    return ashare(folder, city="杭州市")


def test_firms_of_the_city_are_local_and_bad_rows_are_none(dataset: Dataset) -> None:
    firms = dataset.firms
    Firms.validate(dataset.tables["firms"])
    assert firms.height == 8
    assert (dataset.place.city, dataset.place.province) == ("杭州市", "浙江")
    assert dataset.date == dt.date(2026, 8, 16)
    assert firms.filter(pl.col("place") == "local")["firm_id"].to_list() == ["000001.SZ", "600002.SH"]
    assert firms.filter(pl.col("place") == "region")["firm_id"].to_list() == ["600003.SH", "600005.SH"]
    assert firms.filter(firm_id="600006.SH")["name"].item() == "己药业股份有限公司"
    assert not firms["leader"].any()


def test_labels_of_industry_are_never_an_input(dataset: Dataset) -> None:
    assert dataset.tables["firms"]["industry_code"].null_count() == 8
    words = dataset.tables["firms"].write_csv()
    assert "半导体" not in words
    assert "化工原料" not in words
    assert dataset.tables["firms"]["scope_text"].drop_nulls().to_list() == ["Makes gases."]


def test_weights_become_shares_of_products_only(dataset: Dataset) -> None:
    products = dataset.tables["products"]
    Products.validate(products)
    assert products.select("firm_id", "product", "share").rows() == [
        ("000001.SZ", "工业气体", 0.4),
        ("000001.SZ", "气瓶", None),
        ("000001.SZ", "特种气体", 0.6),
        ("600002.SH", "测试芯片", 0.0),
        ("600002.SH", "驱动芯片", 0.4),
    ]


def test_notes_name_the_lower_bound_and_what_is_elsewhere(dataset: Dataset) -> None:
    notes = "\n".join(dataset.notes)
    assert "lower bound: only listed companies are known, and of 1 of the province" in notes
    assert "1 companies have an office in 杭州市 but are registered elsewhere" in notes
    assert "5 rows of products were left out" in notes


def test_options_and_registration(folder: Path) -> None:
    short = ashare(folder, city="杭州", province="浙江", date=dt.date(2025, 1, 1))
    assert (short.place.city, short.date) == ("杭州市", dt.date(2025, 1, 1))
    assert get("source", "ashare").function is ashare


@pytest.mark.parametrize(("city", "province"), [("不夜城", None), ("杭州市", "广东")])
def test_a_city_without_companies_is_an_error(folder: Path, city: str, province: str | None) -> None:
    with pytest.raises(DatasetError, match=f"no company is registered in {city}; expected: a city such as "):
        ashare(folder, city=city, province=province)


def test_missing_files_and_columns_are_named(folder: Path) -> None:
    pl.DataFrame({"code": ["000001"]}).write_parquet(folder / "business_summary_en.parquet")
    with pytest.raises(DatasetError, match=r"business_summary_en\.parquet: no column business_summary_en"):
        ashare(folder, city="杭州市")
    (folder / "business_summary_en.parquet").unlink()
    with pytest.raises(DatasetError, match=r"no file business_summary_en\.parquet"):
        ashare(folder, city="杭州市")


def test_real_data(shared: Path) -> None:
    dataset = ashare(shared / "data" / "companies", city="杭州市")
    firms, products = dataset.firms, dataset.tables["products"]
    Firms.validate(dataset.tables["firms"])
    Products.validate(products)
    local = firms.filter(pl.col("place") == "local")
    assert (firms.height, local.height) == (6076, 201)
    assert any("of 221 of the province" in note for note in dataset.notes)
    assert products.group_by("firm_id").agg(pl.col("share").sum())["share"].max() <= 1 + 1e-9  # type: ignore[operator]
    assert set(products["firm_id"]) <= set(firms["firm_id"])
    assert not set(products["product"]) & {"境内", "其他业务", "服务", "设备", "平衡项目", "分部间抵销"}
    assert products.filter(firm_id="688268.SH").sort("share", descending=True, nulls_last=True)["product"][
        0
    ] == ("特种气体")
