"""``chainmend esri``: firms by what the city loses when they stop."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run
from tests.cli.test_stress import ESTIMATE, folder, linkless, segments, told

__all__ = ["folder", "linkless", "segments"]  # fixtures


def test_json_ranks_the_firms(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E takes C and R with it, R takes half of C; L is alone and takes only itself."""
    found = told(capsys, "esri", str(folder))
    assert (found["synthetic"], found["estimated"], found["not_converged"]) == (True, False, 0)
    assert (found["year"], found["engine"], found["tolerance"]) == (2025, "threads", 0.01)
    rows = [(r["firm_id"], r["esri"], r["own_share"], r["ratio"]) for r in found["by_firm"]]
    assert rows == [
        ("C", pytest.approx(0.8), 0.2, pytest.approx(4)),
        ("E", pytest.approx(0.8), 0, None),
        ("R", pytest.approx(0.7), pytest.approx(0.6), pytest.approx(0.7 / 0.6)),
        ("L", pytest.approx(0.2), 0.2, pytest.approx(1)),
    ]


def test_the_text_is_a_table_and_says_what_it_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "esri", str(folder), "--top", "2")
    assert code == 0
    assert "made-up data" in out
    assert "Firms by ESRI" in out
    assert "Japan" in out
    assert "80.00%" in out
    assert "2 more; --top 0 shows all" in out
    assert "stopping one firm after another: 100%" in err


def test_the_same_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "esri", str(folder), "--lang", "zh")[1]
    assert "日本" in out
    assert "4 亿元" in out
    assert "该企业停产时全市产值的损失比例" in out


def test_estimated_links_give_an_interval_for_each_firm(
    linkless: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "esri", str(linkless), *ESTIMATE)
    assert found["estimated"] is True
    assert [r for r in found["by_firm"] if not r["esri_low"] <= r["esri"] <= r["esri_high"]] == []
    out = run(capsys, "esri", str(linkless), *ESTIMATE)[1]
    first = found["by_firm"][0]
    assert f"{first['esri']:.2%} ({first['esri_low']:.2%}–{first['esri_high']:.2%})" in out
    assert "links are estimates" in out
    code, _out, err = run(capsys, "esri", str(linkless), *ESTIMATE, "--year", "2025")
    assert (code, "--year together with --estimate; expected: one of them" in err) == (2, True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_out_holds_every_firm(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = tmp_path / f"esri.{ending}"
    assert run(capsys, "esri", str(folder), "--top", "1", "--out", str(file))[0] == 0
    read = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert read["firm_id"].to_list() == ["C", "E", "R", "L"]
    assert {"esri", "downstream", "upstream", "own_share", "ratio", "lost", "steps"} <= set(read.columns)


@pytest.mark.parametrize(
    ("words", "message"),
    [(("--engine", "steam"), "steam"), (("--out", "x.xlsx"), "a name that ends in .csv or .parquet")],
)
def test_what_cannot_be_done_is_said_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "esri", str(folder), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
