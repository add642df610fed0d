"""``chainmend demo`` for machines; what it prints for people is looked at with the made-up city itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.test_main import run

if TYPE_CHECKING:
    import pytest

PARTS = {"dataset-1", "dataset-2", "scan-1", "scan-2", "list", "planted.json"}


def test_json_is_one_object_that_says_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "demo", "--firms", "500", "--out", str(tmp_path / "demo"), "--json")
    told = json.loads(out)
    assert code == 0
    assert told["synthetic"] is True
    assert told["mark"].startswith("Made-up data")
    assert told["firms"] == 500
    assert len(set(told["scans"])) == 2
    assert [s["found"] for s in told["scores"]] == [s["planted"] for s in told["scores"]]
    assert {p.name for p in (tmp_path / "demo").iterdir()} == PARTS


def test_the_mark_is_chinese_where_chinese_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("demo", "--firms", "500", "--out", str(tmp_path / "demo"), "--json", "--lang", "zh")
    assert "示例" in json.loads(run(capsys, *words)[1])["mark"]
