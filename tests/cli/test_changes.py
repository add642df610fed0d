"""What a scan did to the standing list, as `chainmend scan --list` prints it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.cli.test_main import run
from tests.mendlist.test_explaining import made

from chainmend.chain.catalogue import load_catalogue
from chainmend.intake.reader import read_dataset
from chainmend.intake.writer import write_dataset
from chainmend.mendlist import reconcile, write_list
from chainmend.scanning import scan

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of two years of a city whose chips came from here and now come from elsewhere, and its list so far."""
    folder = tmp_path_factory.mktemp("city")
    for year, bought in ((2025, {"b": 10.0, "c": 90.0}), (2026, {"b": 2.0, "c": 83.0, "d": 15.0})):
        city = made(bought, makes={"a": "工业机器人", "b": "晶圆代工", "c": "晶圆代工", "d": "晶圆代工"})
        write_dataset(replace(city, date=city.date.replace(year=year)), folder / str(year))
    first = scan(read_dataset(folder / "2025"), load_catalogue("hangzhou-296x"))
    write_list(folder / "list", reconcile(None, first))
    return folder


@pytest.fixture
def words(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command that scans the second year against a copy of the list."""
    monkeypatch.setenv("COLUMNS", "300")
    shutil.copytree(home / "list", tmp_path / "list")
    return ["scan", str(home / "2026"), "--list", str(tmp_path / "list"), "--out", str(tmp_path / "out")]


def test_changes_are_printed_with_how_long_they_held_and_why(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, *words)
    assert code == 0
    assert "What changed on the mend-list" in out
    assert "2 of 2 scans" in out
    assert "new among the largest suppliers: d (15%)" in out


def test_json_has_the_reasons_and_how_firmly_findings_stand(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(run(capsys, *words, "--json")[1])
    worse = [e for e in told["events"] if e["event"] == "worsened"]
    assert worse
    assert all(e["because"] and e["because_zh"] for e in worse)
    assert {s["finding_id"] for s in told["stands"]} == {f["finding_id"] for f in told["findings"]}
    sensitive = {s["finding_id"] for s in told["stands"] if not s["robust"]}
    assert sensitive == {s["finding_id"] for s in told["sensitivity"] if s["found"]}
