"""``chainmend stress --days``: the time path in words, as JSON, as a file, and what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run
from tests.cli.test_stress import ESTIMATE, folder, linkless, segments, told

__all__ = ["folder", "linkless", "segments"]  # fixtures

DAYS = ("--days", "10", "--stop-days", "5", "--recovery", "0")


def test_without_days_there_is_no_path(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(folder), "--firm", "R")
    assert told(capsys, *words)["path"] is None
    assert "Day by day" not in run(capsys, *words)[1]


def test_json_holds_the_path_of_the_city_and_of_segments(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """R makes 3e8 of 5e8 a year, C 1e8, half of it for R; the third firm deals with nobody."""
    found = told(capsys, "stress", str(folder), "--firm", "R", *DAYS)["path"]
    assert (found["days"], found["stop_days"], found["recovery"], found["stock_days"]) == (10, 5, 0, 15)
    assert found["interval"] is None
    assert any("15 days of every input" in note for note in found["notes"])
    city = found["city"]
    assert city["daily"][:5] == pytest.approx([0.4, 0.3, 0.3, 0.3, 0.3])
    assert (city["lowest"], city["lowest_day"], city["recovery_day"]) == (pytest.approx(0.3), 1, 6)
    by = {r["sector"]: r for r in found["by_segment"]}
    assert by[segments[2]]["daily"][:6] == [0, 0, 0, 0, 0, 1]
    assert (by[segments[2]]["stop_day"], by[segments[2]]["recovery_day"]) == (0, 5)
    assert by[segments[2]]["days_lost"] == pytest.approx(5, abs=0.01)
    assert by["unplaced"]["daily"] == pytest.approx([1] * 10)
    assert sum(r["lost"] for r in found["by_cluster"]) == pytest.approx(city["lost"])
    assert city["lost"] == pytest.approx(city["days_lost"] * 5e8 / 365)


def test_the_text_says_what_was_assumed_and_when_the_city_is_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "stress", str(folder), "--firm", "R", *DAYS)
    assert code == 0
    assert "day by day" in err
    assert "assumed: the stop lasts 5 days, then all capacity is back" in out
    assert "assumed: every firm holds 15 days of every input and refills within as many" in out
    assert "another model than the cascade above" in out
    assert "The city makes least on day 1: 30.0% of its normal output. It is back to normal on day 6." in out
    assert "below 50% on day" in out
    assert "within 1 % of normal on every day: 1" in out


def test_the_same_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(folder), "--firm", "R", "--days", "40", "--stop-days", "0", "--lang", "zh")
    out = run(capsys, *words)[1]
    assert "假设：停产持续至推演结束" in out
    assert "第 1 天全市产出降至最低，为正常水平的 30.0%。40 天内未恢复正常。" in out
    assert "尚未恢复" in out


def test_a_gradual_recovery_and_another_threshold(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("stress", str(folder), "--firm", "R", "--days", "40", "--stop-days", "5", "--recovery", "10")
    assert "then capacity comes back within 10 days" in run(capsys, *words)[1]
    by = {r["sector"]: r for r in told(capsys, *words, "--below", "0.6")["path"]["by_segment"]}
    assert by[segments[1]]["stop_day"] == 1  # C is at a half, which is below 0.6 and not below the usual 0.5
    assert by[segments[2]]["daily"][5:8] == pytest.approx([0.1, 0.2, 0.3], abs=2e-3)


def test_a_city_that_hardly_notices(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(folder), "--firm", "E", "--share", "0.001", "--days", "20")
    assert "The city stays within 1 % of its normal output on every day." in run(capsys, *words)[1]


def test_limit_shortens_the_series(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(folder), "--firm", "R", *DAYS, "--limit", "1")
    assert len(told(capsys, *words)["path"]["by_segment"]) == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_out_path_holds_every_day(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = tmp_path / f"days.{ending}"
    code, out, _err = run(capsys, "stress", str(folder), "--firm", "R", *DAYS, "--out-path", str(file))
    assert code == 0
    assert "days." in out
    read = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert read["day"].unique().sort().to_list() == list(range(10))
    city = read.filter(pl.col("what") == "city").sort("day")
    assert city["share"][:2].to_list() == pytest.approx([0.4, 0.3])


def test_drawn_links_give_an_interval_of_days(linkless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(linkless), "--firm", "R", *ESTIMATE, "--days", "10", "--stop-days", "0")
    found = told(capsys, *words)
    low, high = found["path"]["interval"]
    assert 6 <= low <= found["path"]["city"]["days_lost"] <= high  # R alone is 60 % of ten days
    assert "nine of ten of them lose between" in run(capsys, *words)[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out-path", "x.csv"), "--out-path without --days"),
        (("--days", "5", "--out-path", "x.xlsx"), "name another file with --out-path"),
        (("--days", "5", "--upstream-share", "0.5"), "leave out --upstream-share or --days"),
        (("--days", "5", "--below", "0"), "below: 0; expected: a share above 0"),
        (("--days", "0"), "--days"),
        (("--days", "5", "--stock", "0.5"), "--stock"),
    ],
)
def test_what_cannot_be_done_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "stress", str(folder), "--firm", "R", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
