"""``chainmend catalogue``: what is shown, what is checked, in both languages and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.chain.test_catalogue import TOYS, write
from typer.testing import CliRunner, Result

from chainmend.cli.catalogue import add
from chainmend.errors import CatalogueError
from chainmend.i18n import set_language


def run(*words: str) -> Result:
    """Run ``chainmend catalogue`` with `words`, on a wide terminal."""
    app = typer.Typer()
    add(app)
    return CliRunner().invoke(app, ["catalogue", *words], env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_each_name_stands_beside_how_surely_it_is_known() -> None:
    shown = {line.split()[0]: line for line in run("show").output.splitlines() if line.strip()}
    assert "confirmed" in shown["embodied-intelligence"]
    assert "unofficial" in shown["new-materials"]
    assert "open" in shown["future-1"]


def test_the_status_is_shown_in_chinese_too() -> None:
    set_language("zh")
    shown = {line.split()[0]: line for line in run("show").output.splitlines() if line.strip()}
    assert "已确认 confirmed" in shown["embodied-intelligence"]
    assert "非官方 unofficial" in shown["new-materials"]
    assert "待定 open" in shown["future-1"]


def test_one_cluster_is_shown_with_its_segments(tmp_path: Path) -> None:
    output = run("show", str(write(tmp_path)), "--cluster", "toys").output
    assert "toy.robots" in output
    assert "Only toys count" in output
    assert "Wafers  chip.wafers" not in output  # it is named as an input, not shown itself


def test_each_segment_of_a_cluster_stands_with_its_inputs_and_users(tmp_path: Path) -> None:
    lines = [x.strip() for x in run("show", str(write(tmp_path)), "--cluster", "toys").output.splitlines()]
    gears, robots = lines.index("Gears  toy.gears"), lines.index("Robots  toy.robots")
    assert gears < robots
    assert lines[gears + 1 : gears + 3] == ["upstream: nothing", "downstream, essential: Robots toy.robots"]
    assert lines[robots + 1 : robots + 4] == [
        "upstream, essential: Gears toy.gears",
        "upstream, substitutable: Wafers chip.wafers",
        "downstream: nothing",
    ]


def test_segments_of_a_cluster_stand_in_the_order_of_its_stages() -> None:
    set_language("zh")
    output = run("show", "--cluster", "integrated-circuits").output
    stages = ("半导体设备", "晶圆制造", "封装测试", "芯片设计与器件产品")
    places = [output.index(f"集成电路 · {stage}") for stage in stages]
    assert places == sorted(places)
    assert output.index("ic.logic-foundry\n") < output.index("ic.mcu-design\n")


def test_show_for_machines(tmp_path: Path) -> None:
    found = json.loads(run("show", str(write(tmp_path)), "--cluster", "toys", "--json").output)
    assert found["id"] == "toy-town"
    (cluster,) = found["clusters"]
    assert (cluster["id"], cluster["status"], cluster["name"]["zh"]) == ("toys", "confirmed", "玩具")
    robots = cluster["chains"][0]["segments"][1]
    assert robots["inputs"][1] == {"segment": "chip.wafers", "class": "substitutable"}
    gears = cluster["chains"][0]["segments"][0]
    assert (gears["users"], robots["users"]) == ([{"segment": "toy.robots", "class": "essential"}], [])


def test_an_unknown_cluster_is_an_error(tmp_path: Path) -> None:
    result = run("show", str(write(tmp_path)), "--cluster", "toes")
    assert isinstance(result.exception, CatalogueError)
    assert "chips, toys" in str(result.exception)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_clean_catalogue_ends_with_0(language: str) -> None:
    set_language("zh" if language == "zh" else "en")
    result = run("check")
    assert result.exit_code == 0
    assert ("no problems" if language == "en" else "没有问题") in result.output


def test_all_problems_are_printed_and_the_end_is_1(tmp_path: Path) -> None:
    write(tmp_path, toys=TOYS.replace('"3491"', '"9999"').replace("stage: whole", "stage: hole"))
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    assert "toys.yaml:23: unknown code 9999" in result.output
    assert "toys.yaml:23: unknown stage hole" in result.output
    assert "problems: 2" in result.output


@pytest.mark.parametrize(
    ("before", "after", "line"), [('"3491"', '"9999"', 23), ("[智能玩具]", "[智能玩具", 4)]
)
def test_problems_for_machines(before: str, after: str, line: int, tmp_path: Path) -> None:
    write(tmp_path, toys=TOYS.replace(before, after))
    result = run("check", str(tmp_path), "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["clean"] is False
    assert [(p["file"], p["line"]) for p in found["problems"]] == [("toys.yaml", line)]


def test_a_folder_that_is_not_there_is_an_error_and_no_problem(tmp_path: Path) -> None:
    assert isinstance(run("check", str(tmp_path / "nowhere")).exception, CatalogueError)
