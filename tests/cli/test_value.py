"""``chainmend value``: what it prints, what ``--json`` prints, files, and errors."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run
from tests.cli.test_stress import folder, linkless, segments, told  # fixtures

from chainmend.cli.losses import may_stop

__all__ = ["folder", "linkless", "segments"]


def test_json_holds_values_and_scenarios(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """E in Japan is the only supplier of C, and so of R: 4e8 of 5e8 stop now, 70 % of that with the mend."""
    found = told(capsys, "value", str(folder), "--segment", segments[0], "--draws", "20")
    assert (found["estimated"], found["year"], found["output"]) == (False, 2025, 5e8)
    assert (found["settings"]["q"], found["settings"]["draws"]) == (0.3, 20)
    (row,) = found["by_segment"]
    assert (row["segment_id"], row["scenarios"], row["draws"]) == (segments[0], 1, 20)
    assert row["value"] == pytest.approx(0.1 * 0.3 * 4e8)
    assert (row["low"], row["high"]) == (pytest.approx(row["value"]), pytest.approx(row["value"]))
    (scenario,) = found["scenarios"]
    assert (scenario["source"], scenario["loss_now"]) == ("JPN", 0.8)
    assert scenario["loss_mended"] == pytest.approx(0.56)


def test_without_a_segment_all_that_have_a_main_source_are_ranked(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "value", str(folder), "--q", "0.5", "--draws", "0")
    assert [r["segment_id"] for r in found["by_segment"]] == [segments[0], segments[1]]
    assert [r["low"] for r in found["by_segment"]] == [None, None]
    assert found["by_segment"][0]["value"] == pytest.approx(0.1 * 0.5 * 4e8)
    assert found["scenarios"][1]["source"] == "C"  # the only chip maker of R, and local


def test_the_text_says_what_is_assumed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "value", str(folder), "--draws", "10")
    assert code == 0
    assert "12 m yuan" in out
    assert "12 m yuan – 12 m yuan" in out
    assert "Japan" in out
    assert "The new supplier takes 30% of what local firms buy" in out
    assert "Interval: 10 draws of the values of all links." in out
    assert "made-up data" in out


def test_the_same_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "value", str(folder), "--draws", "10", "--lang", "zh")[1]
    assert "本地新增供应商每年避免的损失" in out
    assert "1,200 万元" in out
    assert "日本" in out


def test_a_segment_that_nobody_is_seen_to_buy_is_unknown(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("value", str(folder), "--segment", segments[2])
    assert told(capsys, *words)["by_segment"][0]["value"] is None
    assert "unknown: no local firm is seen to buy it" in run(capsys, *words)[1]


def test_settings_of_a_file_and_of_the_line(
    folder: Path, tmp_path: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("value: {abroad: 0.5, q: 0.2, draws: 0}\n", "utf-8")
    words = ("value", str(folder), "--segment", segments[0], "--settings", str(file))
    assert told(capsys, *words)["by_segment"][0]["value"] == pytest.approx(0.5 * 0.2 * 4e8)
    assert told(capsys, *words, "--q", "1")["by_segment"][0]["value"] == pytest.approx(0.5 * 4e8)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_out_holds_every_segment(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = tmp_path / f"values.{ending}"
    words = ("value", str(folder), "--draws", "5", "--limit", "1", "--out", str(file))
    out = run(capsys, *words)[1]
    assert "1 more; --limit 0 shows all" in out
    read = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert read.height == 2
    assert {"segment_id", "value", "low", "high", "scenarios", "draws", "estimated"} == set(read.columns)


def test_estimated_links_are_marked(linkless: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("value", str(linkless), "--estimate", "--links-per-firm", "2", "--draws", "5")
    found = told(capsys, *words)
    assert found["estimated"] is True
    assert {r["draws"] for r in found["by_segment"]} == {5}
    assert found == told(capsys, *words)
    out = run(capsys, *words)[1]
    assert "links are estimates" in out
    assert "Mean of 5 networks drawn" in out


def test_cascades_that_do_not_come_to_rest_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chainmend.remedy.value._MOST_STEPS", 1)
    code, out, err = run(capsys, "value", str(folder), "--draws", "0")
    assert code == 0
    assert "cascades had not come to rest after 1 steps" in out
    assert "Warning" not in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--segment", "nothing like it"), "no segment nothing like it"),
        (("--q", "1.5"), "--q: 1.5; expected: a share from 0 to 1"),
        (("--estimate", "--draws", "0"), "--draws: 0"),
        (("--year", "2020"), "no supply links of 2020"),
        (("--out", "x.xlsx"), "a name that ends in .csv or .parquet"),
        (("--settings", "nothere.yaml"), "nothere.yaml"),
        (("--tolerance", "2"), "tolerance"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "value", str(folder), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_segment_without_a_main_source_says_so() -> None:
    assert (may_stop(0), may_stop(3)) == ("no main source", "3")
