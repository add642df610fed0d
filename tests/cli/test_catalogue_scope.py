"""``chainmend catalogue scope``: both measures in both languages and for machines, each name with its status."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run

from chainmend.demo import make_city
from chainmend.intake.writer import write_dataset


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A made-up city now and half a year later."""
    made = make_city(firms=700, seed=3)
    found = []
    for name, data in (("now", made.now), ("later", made.later)):
        folder = tmp_path_factory.mktemp(name)
        write_dataset(data, folder)
        found.append(str(folder))
    return found[0], found[1]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "220")


def test_text_shows_each_cluster_with_its_status(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, "catalogue", "scope", folders[0])
    assert code == 0
    lines = {line.split("  ")[0]: line for line in out.splitlines()}
    assert "made-up data" in out
    assert "confirmed" in lines["Integrated circuits"]
    assert "unofficial" in lines["New materials"]
    assert "Firms that two clusters claim" in out
    assert "Growth" not in out


def test_text_in_chinese_with_growth(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "catalogue", "scope", folders[1], "--before", folders[0], "--lang", "zh")
    assert code == 0
    for words in (
        "示例数据",
        "非官方 unofficial",
        "待定 open",
        "各集群产值",
        "增速 2025-12-31 → 2026-06-30",
        "个百分点",
    ):
        assert words in out
    assert "年均" not in out  # the dates are half a year apart


def test_json_adds_up(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "catalogue", "scope", folders[1], "--before", folders[0], "--json")[1])
    assert told["synthetic"] is True
    assert (told["date"], told["before"]) == ("2026-06-30", "2025-12-31")
    for m in told["measures"].values():
        parts = m["counted"]["output"] + m["rest"] + sum(a["output"] for a in m["unreached"].values())
        assert parts == pytest.approx(told["city"]["output"], abs=1)
        assert sum(c["output"] for c in m["clusters"]) == pytest.approx(m["counted"]["output"], abs=1)
        assert {c["status"] for c in m["clusters"]} >= {"confirmed", "stated", "unofficial", "open"}
    assert told["growth"]["codes"][0]["cluster_id"] is None
    assert "4416" in told["uncounted"]


def test_out_writes_a_row_for_each_cluster_and_the_matrix(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "clusters.csv"
    told = json.loads(run(capsys, "catalogue", "scope", folders[0], "--out", str(file), "--json")[1])
    table = pl.read_csv(file)
    clusters = told["measures"]["codes"]["clusters"]
    assert table["cluster"].to_list() == 2 * [c["id"] for c in clusters]
    assert table["status"].head(len(clusters)).to_list() == [c["status"] for c in clusters]
    square = table.head(len(clusters)).select([c["id"] for c in clusters]).to_numpy()
    assert (square == square.T).all()
    assert square.diagonal().tolist() == [c["whole"] for c in clusters]
    code, _out, err = run(capsys, "catalogue", "scope", folders[0], "--out", "clusters.xlsx")
    assert code == 2
    assert ".csv" in err


def test_an_earlier_date_that_is_later_is_refused(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "catalogue", "scope", folders[0], "--before", folders[1])
    assert (code, out) == (2, "")
    assert "earlier date" in err


def test_unknown_outputs_and_codes_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["firm_id,name,industry_code,city,output", "1,甲,3973,甲市,", "2,乙,39,甲市,5", "3,丙,,甲市,7"]
    (tmp_path / "firms.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "dataset.yaml").write_text("city: 甲市\ndate: 2025-12-31\n", "utf-8")
    code, out, _err = run(capsys, "catalogue", "scope", str(tmp_path))
    assert code == 0
    for words in (
        "not known of 1",
        "code too coarse to tell",
        "no industry code",
        "lower bounds: of 2 firms",
    ):
        assert words in out


def test_a_rate_a_year_stands_beside_growth_over_years(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for year, output in ((2015, "290300000000"), (2024, "440900000000")):
        (tmp_path / str(year)).mkdir()
        rows = f"firm_id,name,industry_code,city,output\n1,甲,3973,甲市,{output}\n"
        (tmp_path / str(year) / "firms.csv").write_text(rows, "utf-8")
        (tmp_path / str(year) / "dataset.yaml").write_text(f"city: 甲市\ndate: {year}-12-31\n", "utf-8")
    folders = (str(tmp_path / "2024"), "--before", str(tmp_path / "2015"))
    code, out, _err = run(capsys, "catalogue", "scope", *folders)
    assert code == 0
    line = next(line for line in out.splitlines() if line.startswith("all firms"))
    assert line.split()[2:5] == ["+51.9%", "–", "+4.8%"]  # 440.9 / 290.3 over nine years
