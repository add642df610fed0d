"""Files become frames of text with the number of each row, or a clear refusal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from chainmend.errors import DatasetError
from chainmend.intake.columns import HEADINGS, MONEY, WORDS, match, table_of
from chainmend.intake.description import read_description
from chainmend.intake.files import ROW, encoding_of, read_csv, read_excel, read_parquet
from chainmend.tables import TABLES

from .city import YAML, sheet, write


def test_headings_name_columns_of_the_contracts() -> None:
    for table, columns in HEADINGS.items():
        assert set(columns) <= set(TABLES[table].column_names())
    for table, column in [*MONEY, *WORDS]:
        assert column in TABLES[table].column_names()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_known_by_its_contract_and_its_columns(table: str) -> None:
    columns = TABLES[table].column_names()
    assert table_of(table) == table
    assert match(table, columns, {})[0] == {c: c for c in columns}


@pytest.mark.parametrize("table", sorted(HEADINGS))
def test_a_heading_means_one_column(table: str) -> None:
    aliases = [a for names in HEADINGS[table].values() for a in names]
    assert len(aliases) == len(set(aliases))


def test_headings_in_full_width_or_with_white_space() -> None:
    headings = ["ｆｉｒｍ＿ｉｄ", " 企业 名称 "]
    assert match("firms", headings, {})[0] == dict(zip(headings, ["firm_id", "name"], strict=True))


def test_a_citys_own_heading_wins() -> None:
    assert match("firms", ["名称", "户名"], {"户名": "name", "名称": "scope_text"})[0] == {
        "名称": "scope_text",
        "户名": "name",
    }


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030",) * 2]
)
def test_encodings_are_found(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "企业.csv"
    path.write_bytes("企业名称,字\n杭州甲,㐀𠀀\n".encode(encoding))
    assert encoding_of(path) == found
    frame = read_csv(path)
    assert frame.columns == [ROW, "企业名称", "字"]
    assert frame.row(0) == (2, "杭州甲", "㐀𠀀")


def test_csv_is_text_with_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,date\n0131,2025-01-01\n,x\n", encoding="utf-8")
    assert read_csv(path).rows() == [(2, "0131", "2025-01-01"), (3, None, "x")]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2,3\n", "甲,乙\n".encode("utf-16")])
def test_csv_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"broken\.csv"):
        read_csv(path)


def test_headings_below_a_title(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet(path, [["名录"], ["企业编号", None, "产值"], ["f1", "x", 12.5], ["f2", None, 7]])
    (frame,) = read_excel(path, lambda row: sum(h in {"企业编号", "产值"} for h in row)).values()
    assert frame.columns == [ROW, "企业编号", "column 2", "产值"]
    assert frame.rows() == [(3, "f1", "x", "12.5"), (4, "f2", None, "7")]


@pytest.mark.parametrize("read", [read_parquet, lambda path: read_excel(path, len)])
def test_what_is_no_such_file_is_named(tmp_path: Path, read: object) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(b"neither a workbook nor a parquet file")
    assert callable(read)
    with pytest.raises(DatasetError, match=r"broken\.bin"):
        read(path)


def test_no_description(tmp_path: Path) -> None:
    assert read_description(tmp_path) is None


def test_a_description(tmp_path: Path) -> None:
    more = "region: [宁波市]\nsynthetic: true\nunits: {firms.output: 亿元, money: 万元}\n"
    more += "columns: {firms: {户名: name}}\n"
    found = read_description(write(tmp_path, {}, YAML + more))
    assert found is not None
    assert (found.place.city, found.place.region, found.synthetic) == ("杭州市", ("宁波市",), True)
    assert found.date == dt.date(2025, 12, 31)
    assert found.factors[("firms", "output")] == 1e8
    assert found.factors[("trades", "amount")] == 1e4
    assert found.columns == {"firms": {"户名": "name"}}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("city: [\n", "YAML"),
        ("- a\n", "city"),
        ("province: 浙江省\n", "city"),
        (YAML + "mayor: x\n", "mayor"),
        ("city: 杭州市\ndate: yesterday\n", "yesterday"),
        (YAML + "units: {firms.output: 斤}\n", "斤"),
        (YAML + "units: {firms.name: 元}\n", r"firms\.name"),
        (YAML + "columns: {farms: {a: b}}\n", "farms"),
        (YAML + "columns: {firms: 3}\n", "columns"),
        (YAML + "units: 万元\n", "units"),
        (YAML + "region: 宁波市\n", "region"),
        (YAML + "columns: {firms: {a: b}}\n", "firm_id"),
    ],
)
def test_a_description_that_is_not_understood(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(DatasetError, match=named) as refused:
        read_description(write(tmp_path, {}, text))
    assert "dataset.yaml" in str(refused.value)
