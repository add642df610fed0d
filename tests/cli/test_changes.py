"""What a scan did to the standing list, as `chainmend scan --list` prints it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.cli.test_main import run
from tests.mendlist.test_explaining import made

from chainmend.intake.writer import write_dataset

if TYPE_CHECKING:
    from pathlib import Path

TWO_YEARS = (2024, 2025)


@pytest.fixture
def scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Words of the second of two scans of a city whose chips came from here and now come from elsewhere."""
    from dataclasses import replace

    monkeypatch.setenv("COLUMNS", "300")
    words: list[str] = []
    for year, bought in zip(
        TWO_YEARS, ({"b": 10.0, "c": 90.0}, {"b": 2.0, "c": 83.0, "d": 15.0}), strict=True
    ):
        city = made(bought, makes={"a": "工业机器人", "b": "晶圆代工", "c": "晶圆代工", "d": "晶圆代工"})
        write_dataset(replace(city, date=city.date.replace(year=year + 1)), tmp_path / str(year))
        words = ["scan", str(tmp_path / str(year)), "--list", str(tmp_path / "list")]
        if year == TWO_YEARS[0]:
            assert run(capsys, *words, "--out", str(tmp_path / "first"))[0] == 0
    return [*words, "--out", str(tmp_path / "second")]


def test_changes_are_printed_with_how_long_they_held_and_why(
    scanned: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, *scanned)
    assert code == 0
    assert "What changed on the mend-list" in out
    assert "2 of 2 scans" in out
    assert "new among the largest suppliers: d (15%)" in out


def test_json_has_the_reasons_and_how_firmly_findings_stand(
    scanned: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(run(capsys, *scanned, "--json")[1])
    worse = [e for e in told["events"] if e["event"] == "worsened"]
    assert worse
    assert all(e["because"] and e["because_zh"] for e in worse)
    assert {s["finding_id"] for s in told["stands"]} == {f["finding_id"] for f in told["findings"]}
    sensitive = {s["finding_id"] for s in told["stands"] if not s["robust"]}
    assert sensitive == {s["finding_id"] for s in told["sensitivity"] if s["found"]}
