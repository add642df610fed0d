"""``chainmend catalogue new``: what it writes passes the check, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.errors import CatalogueError
from chainmend.i18n import set_language


def test_what_is_written_passes_the_check(tmp_path: Path) -> None:
    folder = str(tmp_path / "river-town")
    result = run("new", folder)
    assert result.exit_code == 0
    assert "example-cluster is an example, its status is open" in result.output
    assert f"chainmend catalogue check {folder}" in result.output
    checked = run("check", folder)
    assert checked.exit_code == 0
    assert "no problems; clusters: 1, segments: 4" in checked.output
    assert "river-town" in run("show", folder, "--json").output


def test_in_chinese(tmp_path: Path) -> None:
    set_language("zh")
    output = run("new", str(tmp_path / "t")).output
    assert "已写入" in output
    assert "状态为待定 open" in output


def test_for_machines(tmp_path: Path) -> None:
    found = json.loads(run("new", str(tmp_path / "river-town"), "--json").output)
    assert found["catalogue"] == "river-town"
    assert found["files"] == ["catalogue.yaml", "example-cluster.yaml", "lineage.yaml"]
    assert [(c["id"], c["status"]) for c in found["clusters"]] == [("example-cluster", "open")]


def test_a_second_time_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    run("new", str(folder))
    (folder / "example-cluster.yaml").write_text("mine", "utf-8")
    result = run("new", str(folder))
    assert isinstance(result.exception, CatalogueError)
    assert (folder / "example-cluster.yaml").read_text("utf-8") == "mine"
