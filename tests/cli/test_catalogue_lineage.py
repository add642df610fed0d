"""``chainmend catalogue lineage``: the table, its links for a diagram, both languages, machines."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.chain.test_catalogue import write
from tests.chain.test_lineage import lineage
from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.errors import CatalogueError, SettingsError
from chainmend.i18n import set_language


def test_each_succession_with_both_statuses() -> None:
    shown = [line for line in run("lineage").output.splitlines() if "Integrated circuits" in line]
    assert len(shown) == 1
    for word in ("Intelligent internet of things", "confirmed", "splits", "2025", "inferred"):
        assert word in shown[0]


def test_in_chinese() -> None:
    set_language("zh")
    output = run("lineage").output
    assert "智能物联" in output
    assert "已提及 stated" in output
    assert "推断 inferred" in output
    assert "未记录去向：云计算大数据、智能仪表" in output
    assert "现代纺织与服装（非官方 unofficial）" in output


def test_for_machines(tmp_path: Path) -> None:
    found = json.loads(run("lineage", str(lineage(tmp_path)), "--json").output)
    assert found["catalogue"] == "toy-town"
    assert [s["status"] for s in found["successions"]] == ["confirmed", "inferred"]
    assert {c["id"]: c["status"] for c in found["clusters"]} == {"chips": "stated", "toys": "confirmed"}
    assert found["no_successor"] == ["play.games"]
    assert found["no_origin"] == [{"cluster": "chips", "status": "stated"}]
    assert len(found["links"]) == 4


def test_links_as_csv_and_json(tmp_path: Path) -> None:
    for suffix in ("csv", "json"):
        out = tmp_path / f"links.{suffix}"
        assert str(out) in run("lineage", "--out", str(out)).output.replace("\n", "")
    with (tmp_path / "links.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    links = json.loads((tmp_path / "links.json").read_text("utf-8"))
    assert [{k: str(v) for k, v in link.items()} for link in links] == rows
    assert len(rows) == 14


def test_another_ending_is_refused(tmp_path: Path) -> None:
    assert isinstance(run("lineage", "--out", str(tmp_path / "links.xls")).exception, SettingsError)


@pytest.mark.parametrize("text", ["origins: []\n", None])
def test_a_catalogue_that_has_none_says_so(text: str | None, tmp_path: Path) -> None:
    folder = lineage(tmp_path, text) if text else write(tmp_path)
    assert "says nothing" in run("lineage", str(folder)).output


def test_a_lineage_that_is_wrong_is_an_error(tmp_path: Path) -> None:
    folder = lineage(tmp_path, "origins: []\nsuccessions: none\n")
    assert isinstance(run("lineage", str(folder)).exception, CatalogueError)
