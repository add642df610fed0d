"""``chainmend position``: what it prints in both languages, what ``--json`` prints, and errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import run

from chainmend.demo import make_city
from chainmend.intake.writer import write_dataset

HEAD = "subject,measure,universe,year,months,basis,value,unit,growth,bound,source\n"
SCOPE = "value_added,规上工业"
ROWS = (
    f"杭州市,{SCOPE},2015,12,nominal,2903,亿元,,exact,年鉴",
    f"杭州市,{SCOPE},2024,12,nominal,4409,亿元,0.06,exact,年鉴",
    f"宁波市,{SCOPE},2015,12,nominal,2600,亿元,,exact,年鉴",
    f"宁波市,{SCOPE},2024,12,nominal,5040,亿元,,exact,年鉴",
    f"嘉兴市,{SCOPE},2024,12,nominal,4409,亿元,0.2,lower,年鉴",
    f"绍兴市,{SCOPE},2024,11,nominal,2100,亿元,0.07,exact,快报",
    "杭州市,firms_in_private_500,民营企业 500 强,2025,12,nominal,36,家,,exact,榜单",
)


def folder(path: Path, *rows: str) -> str:
    path.mkdir(exist_ok=True)
    (path / "dataset.yaml").write_text("city: 杭州市\nprovince: 浙江省\ndate: 2025-12-31\n", "utf-8")
    (path / "firms.csv").write_text("firm_id,name,city,output\nf1,杭州甲,杭州市,1\n", "utf-8")
    if rows:
        (path / "statistics.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return str(path)


def plain(text: str) -> str:
    """The text without the breaks of its columns."""
    return " ".join(text.split())


def test_both_sets_are_printed_with_rank_gap_source_and_age(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    code, out, err = run(capsys, "position", folder(tmp_path, *ROWS))
    assert (code, err) == (0, "")
    told = [plain(line) for line in out.splitlines()]
    assert told[0] == "杭州市, data of 2025-12-31"
    assert told[1] == "Scale and growth"
    assert told[3] == (
        "value added 441 bn yuan 2 of 3, tied with 嘉兴市, perhaps 2 to 4 宁波市 +63.1 bn yuan 87.5% [1]"
    )
    assert told[4] == "规上工业, the year 2024, nominal"
    assert told[5].startswith("growth on the year before 6.00% 2 of 2, perhaps 2 to 4")
    assert (
        told[6]
        == (
            "growth a year since 2015, n = 9 4.75% 2 of 2, perhaps 2 to 4 宁波市 +2.88 points"  # 7.63 % less 4.75 %
        )
    )
    structure = told[told.index("Structure and resilience") + 2]
    assert structure == "firms among the top 500 private enterprises 36 firm(s) unknown [2]"
    at = told.index("[1] 年鉴, 12 months old")
    assert told[at + 1] == "[2] 榜单, 0 months old"
    assert "A rank is unknown where no other city of the table has the figure on the same scope." in told
    assert "ranked among: 嘉兴市, 宁波市, 杭州市" in told
    assert told[-1].startswith(
        "绍兴市 value added (规上工业, January to November 2024, nominal) not the same cumul"
    )


def test_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    code, out, _err = run(capsys, "position", folder(tmp_path, *ROWS), "--lang", "zh")
    assert code == 0
    assert "规模与增长" in out
    told = [plain(line) for line in out.splitlines()]
    at = told.index("规上工业，2024 年全年，现价")
    assert told[at - 1].startswith("增加值 4,409 亿元 2/3，与嘉兴市并列，可能为第 2 至 4 位 宁波市 +631 亿元")
    assert "[1] 年鉴，距今 12 个月" in told
    assert "累计月数不同：本市为" in out


def test_a_computed_rate_says_so_and_all_fits_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    scope = "gdp,全市"
    rows = [
        f"{city},{scope},{year},12,nominal,{value},亿元,,exact,年鉴"
        for city, values in {"杭州市": (18753, 20059), "哈尔滨市": (5490, 5576)}.items()
        for year, value in zip((2022, 2023), values, strict=True)
    ]
    _code, out, _err = run(capsys, "position", folder(tmp_path, *rows), "--lang", "zh")
    told = [plain(line) for line in out.splitlines()]
    assert "增速（本程序推算） 6.96% 1/2 哈尔滨市 -5.40 个百分点" in told
    assert "地区生产总值 20,059 亿元 1/2 哈尔滨市 -14,483 亿元 100.0% [1]" in told


def test_a_measure_may_be_named_in_chinese_and_a_unit_nobody_knows_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named, other = ROWS[3].replace("value_added", "增加值"), ROWS[4].replace("亿元", "bn")
    _code, out, _err = run(capsys, "position", folder(tmp_path, ROWS[1], named, other), "--json")
    found = json.loads(out)
    assert found["scale"][0]["standing"]["universe"] == ["宁波市", "杭州市"]
    (left,) = found["left_out"]
    assert (left["subject"], left["why"]["en"]) == ("嘉兴市", "in bn, and the city's figure in CNY")


def test_json_has_every_part_of_every_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "position", folder(tmp_path, *ROWS), "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["city"], found["currency"], found["synthetic"]) == ("杭州市", "CNY", False)
    value, growth, compound = found["scale"]
    assert value["scope"] == {
        "measure": "value_added",
        "universe": "规上工业",
        "year": 2024,
        "months": 12,
        "basis": "nominal",
        "until": None,
    }
    assert (value["value"], value["unit"], value["source"], value["age"]) == (440.9e9, "CNY", "年鉴", 12)
    assert value["standing"]["above"] == ["宁波市", pytest.approx(63.1e9)]
    assert (growth["kind"], growth["value"]) == ("growth", 0.06)
    assert (compound["since"], compound["stated"]) == (2015, False)
    assert [s["standing"] for s in found["structure"]] == [None]
    (left,) = found["left_out"]
    assert (left["subject"], left["scope"]["months"]) == ("绍兴市", 11)
    assert left["why"]["zh"].startswith("累计月数不同")


def test_a_year_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _code, out, _err = run(capsys, "position", folder(tmp_path, *ROWS), "--year", "2015", "--json")
    found = json.loads(out)
    assert [(x["kind"], x["scope"]["year"], x["standing"]["rank"]) for x in found["scale"]] == [
        ("value", 2015, 1)
    ]
    assert [x["scope"]["measure"] for x in found["left_out"] if x["subject"] == "杭州市"] == [
        "firms_in_private_500"
    ]


def test_a_single_city_has_no_rank(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "position", folder(tmp_path, *ROWS[:2]))
    assert code == 0
    assert "No rank is known" in out
    assert "no figure of the city" in out  # of the second set


def test_refused_rows_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = ROWS[3].replace("nominal", "fixed")
    code, out, _err = run(capsys, "position", folder(tmp_path, *ROWS[:2], bad))
    assert code == 0
    assert "rows refused, see `chainmend check`: statistics 1" in out


def test_the_made_up_city_says_that_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_dataset(make_city(firms=400).now, tmp_path)
    code, out, _err = run(capsys, "position", str(tmp_path))
    assert code == 0
    assert "[made-up data, no real firm or city]" in out
    assert "4.75%" in out


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        ((), (), "no table of statistics"),
        (ROWS[2:3], (), "no figure of 杭州市; expected: rows whose subject is the city"),
        (
            ROWS,
            ("--year", "1999"),
            "no figure of 杭州市 in 1999; expected: years with figures: 2015, 2024, 2025",
        ),
        (
            (ROWS[1].replace("0.06", "6.1"),),
            (),
            "(规上工业, the year 2024, nominal): a growth of 610%; expected: growth as a share or with its sign: 0.061",
        ),
        ((ROWS[0].replace("nominal", "fixed"),), (), "all 1 rows of the table of statistics were refused"),
    ],
)
def test_what_cannot_be_used_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: tuple[str, ...],
    words: tuple[str, ...],
    said: str,
) -> None:
    code, out, err = run(capsys, "position", folder(tmp_path, *rows), *words)
    assert (code, out) == (2, "")
    assert said in err
