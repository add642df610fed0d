"""Bad input: a clear message, the bad row in the quarantine, the good rows kept."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from chainmend.errors import DatasetError
from chainmend.intake.reader import read_dataset

from .city import FIRMS, quarantined, sheet, write

HEAD = "firm_id,name,output\n"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        read_dataset(tmp_path / "nowhere")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        read_dataset(write(tmp_path, {}, yaml=""))
    assert "firms" in str(refused.value)


def test_no_table_of_firms_says_which_names_are_taken(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        read_dataset(write(tmp_path, {"needs.csv": "need_id,reporter_id,text,date,verified\n"}))
    assert "firms" in str(refused.value)
    assert "企业" in str(refused.value)


def test_another_encoding_is_refused_with_the_ones_expected(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        read_dataset(write(tmp_path, {"firms.csv": FIRMS.encode("utf-16")}))
    message = str(refused.value)
    assert "firms.csv" in message
    assert "UTF-8" in message
    assert "GB18030" in message


@pytest.mark.parametrize("name", ["firms.xlsx", "firms.parquet"])
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match=name):
        read_dataset(write(tmp_path, {name: b"this is neither a workbook nor a parquet file"}))


def test_a_required_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        read_dataset(write(tmp_path, {"firms.csv": "name,output\n杭州甲,1\n"}))
    assert "firm_id" in str(refused.value)


def test_a_letter_in_a_number_is_rejected_with_row_column_and_value(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": HEAD + 'f1,杭州甲,1\nf2,杭州乙,"12,4O0"\nf3,杭州丙,3\n'})
    read = read_dataset(folder)
    assert read.tables["firms"]["firm_id"].sort().to_list() == ["f1", "f3"]
    assert read.rejected["firms"] == 1
    (row,) = quarantined(folder, "firms")
    assert (row["file"], row["row"], row["column"], row["value"]) == ("firms.csv", "3", "output", "12,4O0")
    assert row["rule"]


def test_the_quarantine_keeps_the_whole_row(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": HEAD + "f1,杭州甲,1\nf2,杭州乙,x\n"})
    read_dataset(folder)
    (row,) = quarantined(folder, "firms")
    (original,) = [
        json.loads(v) for k, v in row.items() if k not in {"file", "row", "column", "rule", "value"}
    ]
    assert {"f2", "杭州乙", "x"} <= set(original.values())


def test_the_quarantine_may_be_elsewhere(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", {"firms.csv": HEAD + "f1,杭州甲,1\nf2,杭州乙,x\n"})
    read_dataset(folder, quarantine=tmp_path / "refused")
    assert (tmp_path / "refused" / "firms.csv").is_file()
    assert not (folder / "quarantine").exists()


def test_negative_output(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": HEAD + "f1,杭州甲,1\nf2,杭州乙,-3\n"})
    assert read_dataset(folder).tables["firms"]["firm_id"].to_list() == ["f1"]
    (row,) = quarantined(folder, "firms")
    assert (row["row"], row["column"]) == ("3", "output")
    assert float(row["value"]) == -3


def test_of_two_rows_with_one_key_the_first_stays(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": HEAD + "f1,杭州甲,1\nf1,杭州乙,2\nf2,杭州丙,2\n"})
    read = read_dataset(folder)
    assert read.tables["firms"].sort("firm_id")["name"].to_list() == ["杭州甲", "杭州丙"]
    (row,) = quarantined(folder, "firms")
    assert (row["row"], row["rule"]) == ("3", "duplicate_key")


def test_the_same_row_twice_stays_once(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": HEAD + "f1,杭州甲,1\nf1,杭州甲,1\n"}))
    assert read.tables["firms"].height == 1
    assert read.notes


def test_a_district_that_is_not_in_the_table_of_districts(tmp_path: Path) -> None:
    firms = (
        "firm_id,name,city,district\nf1,杭州甲,杭州市,滨江区\nf2,杭州乙,杭州市,月亮区\nf3,杭州丙,杭州市,\n"
    )
    folder = write(tmp_path, {"firms.csv": firms, "districts.csv": "district,lon,lat\n滨江区,120.2,30.2\n"})
    read = read_dataset(folder)
    assert read.tables["firms"]["firm_id"].sort().to_list() == ["f1", "f3"]
    (row,) = quarantined(folder, "firms")
    assert (row["row"], row["column"], row["value"]) == ("3", "district", "月亮区")


@pytest.mark.parametrize(
    ("table", "good", "bad"),
    [
        ("products", "firm_id,product\nf1,硅片", "ghost,硅片"),
        ("supply_links", "supplier_id,buyer_id,year,amount\nf3,f1,2025,9", "ghost,f1,2025,9"),
        ("supply_links", "supplier_id,buyer_id,year,amount\nf3,f1,2025,9", "f3,ghost,2025,9"),
        (
            "needs",
            "need_id,reporter_id,text,date,verified\nn1,f1,缺光刻胶,2025-05-01,是",
            "n2,ghost,缺,2025-05-01,是",
        ),
        ("patents", "patent_id,owner_id,date,invention\np1,f1,2025-05-01,是", "p2,ghost,2025-05-01,是"),
    ],
)
def test_ids_that_name_no_firm(tmp_path: Path, table: str, good: str, bad: str) -> None:
    folder = write(tmp_path, {"firms.csv": FIRMS, f"{table}.csv": f"{good}\n{bad}\n"})
    read = read_dataset(folder)
    assert (read.tables[table].height, read.rejected[table]) == (1, 1)
    (row,) = quarantined(folder, table)
    assert (row["row"], row["value"]) == ("3", "ghost")


def test_institutes_may_own_patents_and_report_needs(tmp_path: Path) -> None:
    files = {
        "firms.csv": FIRMS,
        "institutes.csv": "institute_id,name\nu1,某大学\n",
        "patents.csv": "patent_id,owner_id,date,invention\np1,u1,2025-05-01,是\n",
        "needs.csv": "need_id,reporter_id,text,date,verified\nn1,u1,缺光刻胶,2025-05-01,否\n",
    }
    read = read_dataset(write(tmp_path, files))
    assert (read.has("patents"), read.has("needs"), sum(read.rejected.values())) == (True, True, 0)


def test_dates_in_the_future(tmp_path: Path) -> None:
    patents = "patent_id,owner_id,date,invention\np1,f1,2025-12-31,是\np2,f1,2026-01-01,是\n"
    folder = write(tmp_path, {"firms.csv": FIRMS, "patents.csv": patents})
    assert read_dataset(folder).tables["patents"]["patent_id"].to_list() == ["p1"]
    (row,) = quarantined(folder, "patents")
    assert (row["row"], row["column"]) == ("3", "date")
    assert "2026" in row["value"]


SCOPE = {"measure": "增加值", "universe": "规上工业", "year": "2025", "months": "12", "basis": "real"}


@pytest.mark.parametrize("lacking", ["measure", "universe", "months", "basis"])
def test_a_figure_without_scope(tmp_path: Path, lacking: str) -> None:
    columns = ["subject", *SCOPE, "value", "unit", "growth", "bound", "source"]
    rest = {"value": "1", "unit": "元", "growth": "0.05", "bound": "exact", "source": "公报"}
    whole = {"subject": "集成电路", **SCOPE, **rest}
    rows = [whole, {**whole, "subject": "机器人", lacking: ""}]
    text = "\n".join([",".join(columns), *(",".join(r[c] for c in columns) for r in rows)]) + "\n"
    folder = write(tmp_path, {"firms.csv": FIRMS, "statistics.csv": text})
    assert read_dataset(folder).tables["statistics"]["subject"].to_list() == ["集成电路"]
    (row,) = quarantined(folder, "statistics")
    assert (row["row"], row["column"], row["rule"]) == ("3", lacking, "no_scope")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("supply_links", "supplier_id,buyer_id,year,amount\nf1,f1,2025,9\nf3,f1,2025,9\n"),
        ("trades", "seller_id,buyer_id,date,amount\nf1,f1,2025-05-01,9\nf3,f1,2025-05-01,9\n"),
    ],
)
def test_a_firm_that_sells_to_itself(tmp_path: Path, name: str, text: str) -> None:
    folder = write(tmp_path, {"firms.csv": FIRMS, f"{name}.csv": text})
    read = read_dataset(folder)
    assert read.tables["supply_links"].select("supplier_id", "buyer_id").rows() == [("f3", "f1")]
    assert read.rejected[name] == 1
    assert [row["row"] for row in quarantined(folder, name)] == ["2"]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": HEAD + "f1,甲,1\n\nf2,乙,2\n,,\n\n"}))
    assert (read.tables["firms"].height, dict(read.rejected)) == (2, {})


def test_a_title_above_the_headings_of_a_sheet(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    rows = [
        ["2025年企业名录", None, None],
        [None, None, None],
        ["企业编号", "企业名称", "产值（万元）"],
        ["f1", "杭州甲", 12],
    ]
    sheet(folder / "企业.xlsx", rows)
    row = read_dataset(folder).tables["firms"].row(0, named=True)
    assert (row["firm_id"], row["name"], row["output"]) == ("f1", "杭州甲", 120_000)


def test_a_sheet_without_headings_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    sheet(folder / "企业.xlsx", [["甲", 1, 2], ["乙", 3, 4]])
    with pytest.raises(DatasetError, match="xlsx"):
        read_dataset(folder)


def test_codes_that_lost_their_zero_get_it_back_and_a_note_says_so(tmp_path: Path) -> None:
    frame = pl.DataFrame({"firm_id": ["f1", "f2"], "name": ["甲", "乙"], "industry_code": [131, 3973]})
    frame.write_parquet(write(tmp_path, {}) / "firms.parquet")
    read = read_dataset(tmp_path)
    assert read.tables["firms"].sort("firm_id")["industry_code"].to_list() == ["0131", "3973"]
    assert any("industry_code" in note for note in read.notes)


def test_codes_with_a_decimal_point(tmp_path: Path) -> None:
    text = "firm_id,name,industry_code\nf1,甲,3973.0\n"
    assert read_dataset(write(tmp_path, {"firms.csv": text})).tables["firms"]["industry_code"].to_list() == [
        "3973"
    ]


def test_no_firms(tmp_path: Path) -> None:
    read = read_dataset(write(tmp_path, {"firms.csv": "firm_id,name\n"}))
    assert read.tables["firms"].is_empty()
    assert read.notes


def test_one_firm(tmp_path: Path) -> None:
    assert read_dataset(write(tmp_path, {"firms.csv": "firm_id,name\nf1,甲\n"})).tables["firms"].height == 1


def test_when_every_firm_is_refused_the_reading_fails(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="firms"):
        read_dataset(write(tmp_path, {"firms.csv": HEAD + "f1,甲,x\nf2,乙,y\n"}))


def test_coordinates_in_the_other_order_are_turned_with_a_note(tmp_path: Path) -> None:
    districts = "district,lon,lat\n滨江区,30.2,120.2\n余杭区,30.4,120.3\n"
    read = read_dataset(write(tmp_path, {"firms.csv": FIRMS, "districts.csv": districts}))
    assert read.tables["districts"].sort("lon").select("lon", "lat").rows() == [(120.2, 30.2), (120.3, 30.4)]
    assert any("districts" in note for note in read.notes)


@pytest.mark.parametrize("written", ["nan", "inf", "-inf"])
def test_what_is_a_number_for_machines_only(tmp_path: Path, written: str) -> None:
    folder = write(tmp_path, {"firms.csv": HEAD + f"f1,甲,1\nf2,乙,{written}\n"})
    assert read_dataset(folder).tables["firms"]["firm_id"].to_list() == ["f1"]
    assert {row["value"] for row in quarantined(folder, "firms")} == {written}


def test_a_unit_in_the_heading_of_one_file_is_not_that_of_another(tmp_path: Path) -> None:
    files = {"firms.csv": "firm_id,name,产值（万元）\nf1,甲,3\n", "企业.csv": "firm_id,name,产值\nf2,乙,3\n"}
    read = read_dataset(write(tmp_path, files))
    assert read.tables["firms"].sort("firm_id")["output"].to_list() == [30_000, 3]


def test_a_sheet_of_remarks_beside_the_table(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(write(tmp_path, {}) / "企业.xlsx"))
    book.add_worksheet("Sheet1").write_column(0, 0, ["企业编号", "f1"])
    book.get_worksheet_by_name("Sheet1").write_column(0, 1, ["企业名称", "甲"])
    book.add_worksheet("填表说明").write(0, 0, "产值按万元填报")
    book.close()
    assert read_dataset(tmp_path).tables["firms"]["firm_id"].to_list() == ["f1"]


def test_trades_in_a_workbook_become_supply_links(tmp_path: Path) -> None:
    folder = write(tmp_path, {"firms.csv": FIRMS})
    sheet(folder / "交易.xlsx", [["销方", "购方", "日期", "金额"], ["f3", "f1", "2025-03-01", 100]])
    read = read_dataset(folder)
    assert "trades" not in read.tables
    assert read.tables["supply_links"]["amount"].to_list() == [100]


def test_codes_of_a_workbook_that_lost_their_zero(tmp_path: Path) -> None:
    sheet(write(tmp_path, {}) / "企业.xlsx", [["firm_id", "name", "industry_code"], ["f1", "甲", 131]])
    assert read_dataset(tmp_path).tables["firms"]["industry_code"].to_list() == ["0131"]


def test_rows_of_a_sheet_that_begins_further_down_are_those_the_user_sees(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    head = [[None], [None], ["firm_id", "name", "output"]]
    sheet(folder / "企业.xlsx", [*head, ["f1", "甲", 1], ["f2", "乙", "x"]])
    read_dataset(folder)
    assert [row["row"] for row in quarantined(folder, "firms")] == ["5"]


def test_rejected_trades_of_a_dataset_since_mended_do_not_stay_in_the_quarantine(tmp_path: Path) -> None:
    head = "seller_id,buyer_id,date,amount\nf3,f1,2025-03-01,1\n"
    folder = write(tmp_path, {"firms.csv": FIRMS, "trades.csv": head + "f1,f1,2025-03-01,1\n"})
    assert read_dataset(folder).rejected == {"trades": 1}
    assert len(quarantined(folder, "trades")) == 1
    write(folder, {"trades.csv": head})
    assert read_dataset(folder).rejected == {}
    assert not (folder / "quarantine" / "trades.csv").exists() or quarantined(folder, "trades") == []
