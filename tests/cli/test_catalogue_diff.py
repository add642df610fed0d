"""``chainmend catalogue diff``: changes, firms that move, both languages, machines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.chain.test_catalogue import TOYS, write
from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.chain import catalogue as loader
from chainmend.errors import CatalogueError, SettingsError
from chainmend.i18n import set_language

FIRMS = """\
firm_id,name,country,city
F1,甲,CHN,玩具市
F2,乙,CHN,玩具市
F3,丙,CHN,玩具市
"""
PRODUCTS = "firm_id,product\nF1,齿轮\nF2,硅片\nF3,玩具机器人\n"


@pytest.fixture
def versions(tmp_path: Path) -> tuple[str, str]:
    """A small catalogue, and one in which gears are read as robots and chips are confirmed."""
    folders = [tmp_path / name for name in ("v1", "v2")]
    for folder in folders:
        folder.mkdir()
        write(folder)
    toys = TOYS.replace("zh: [齿轮]", "zh: [链轮]").replace("zh: [玩具机器人]", "zh: [玩具机器人, 齿轮]")
    write(folders[1], toys=toys)
    chips = folders[1] / "chips.yaml"
    chips.write_text(chips.read_text("utf-8").replace("status: stated", "status: confirmed"), "utf-8")
    return str(folders[0]), str(folders[1])


@pytest.fixture
def town(tmp_path: Path) -> str:
    folder = tmp_path / "town"
    folder.mkdir()
    about = "city: 玩具市\ndate: 2025-12-31\nsynthetic: true\n"
    for name, text in (("dataset.yaml", about), ("firms.csv", FIRMS), ("products.csv", PRODUCTS)):
        (folder / name).write_text(text, "utf-8")
    return str(folder)


def test_changes_for_machines(versions: tuple[str, str]) -> None:
    found = json.loads(run("diff", *versions, "--json").output)
    assert [(c["level"], c["event"], c["id"]) for c in found["changes"]] == [
        ("cluster", "status", "chips"),
        ("segment", "terms", "toy.gears"),
        ("segment", "terms", "toy.robots"),
    ]
    assert found["changes"][0]["before"] == ["stated"]
    assert found["unchanged"] == 1
    assert found["placements"] is None
    assert {c["id"]: c["status"] for c in found["clusters"]["a"]} == {"chips": "stated", "toys": "confirmed"}


def test_changes_in_words(versions: tuple[str, str]) -> None:
    output = run("diff", *versions).output
    (line,) = [x for x in output.splitlines() if "status of the name" in x and "chips" in x]
    assert line.split()[-2:] == ["stated", "confirmed"]
    assert "Changes: 3" in output
    assert "segments that did not change: 1" in output


def test_changes_in_chinese(versions: tuple[str, str]) -> None:
    set_language("zh")
    output = run("diff", *versions).output
    assert "变更 3 条" in output
    assert "已提及 stated" in output
    assert "词条变更" in output


def test_firms_that_move(versions: tuple[str, str], town: str, tmp_path: Path) -> None:
    out = tmp_path / "moved.csv"
    found = json.loads(run("diff", *versions, "--dataset", town, "--out", str(out), "--json").output)
    moved = found["placements"]
    assert (moved["firms"], moved["moving"], moved["synthetic"]) == (3, 1, True)
    flow = {"before": "toy.gears", "after": "toy.robots", "firms": 1, "weight": 1.0, "such_as": ["甲"]}
    assert moved["flows"] == [flow]
    assert moved["rows"][0]["name"] == "甲"
    assert pl.read_csv(out).rows() == [("F1", "甲", "toy.gears", "toy.robots", 1.0)]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("1 of 3 firms move", "made-up data")), ("zh", ("3 家企业中有 1 家移动", "示例数据"))],
)
def test_firms_that_move_in_words(
    language: str, said: tuple[str, str], versions: tuple[str, str], town: str
) -> None:
    set_language("zh" if language == "zh" else "en")
    output = run("diff", *versions, "--dataset", town).output
    assert all(words in output for words in said)
    (line,) = [x for x in output.splitlines() if x.startswith("toy.gears") and "toy.robots" in x]
    assert line.rstrip().endswith("甲")


def test_corrections_follow_their_segment(tmp_path: Path, town: str) -> None:
    """Gears got another id; robots are gone, and with them what was corrected onto them."""
    old, new = tmp_path / "v1", tmp_path / "v2"
    old.mkdir()
    new.mkdir()
    write(old)
    end = TOYS.index("      - id: toy.robots")
    flags = (
        TOYS[end:].replace("toy.robots", "toy.flags").replace("机器人", "旗").replace("toy robot", "toy flag")
    )
    flags = flags.replace("en: Robots", "en: Flags")
    write(new, toys=(TOYS[:end] + flags).replace("toy.gears", "toy.cogs"))
    (Path(town) / "overrides.csv").write_text("firm_id,segment_id\nF2,toy.gears\nF1,toy.robots\n", "utf-8")
    found = json.loads(run("diff", str(old), str(new), "--dataset", town, "--json").output)["placements"]
    assert found["corrections_left_out"] == {"a": 0, "b": 1}
    assert [(r["firm_id"], r["before"], r["after"]) for r in found["rows"]] == [
        ("F1", "toy.robots", "toy.cogs"),
        ("F3", "toy.robots", None),
    ]
    assert "left out there: 1" in run("diff", str(old), str(new), "--dataset", town).output


def test_a_catalogue_does_not_differ_from_itself(town: str) -> None:
    found = json.loads(
        run("diff", "demo-region-nace", "demo-region-nace", "--dataset", town, "--json").output
    )
    assert found["changes"] == []
    assert found["placements"]["moving"] == 0


def test_that_is_said_in_one_sentence_without_a_table(town: str, versions: tuple[str, str]) -> None:
    words = ("diff", "demo-region-nace", "demo-region-nace")
    assert run(*words).output.splitlines()[1:] == ["the two catalogues are the same"]
    assert run(*words, "--dataset", town).output.splitlines()[1:] == [
        "the two catalogues are the same",
        "made-up data",
        "0 of 3 firms move",
    ]
    set_language("zh")
    assert "两个目录相同" in run(*words).output
    set_language("en")
    copy = shutil.copytree(versions[0], Path(versions[0]).parent / "copy")
    (copy / "toys.yaml").write_text(TOYS.replace("示例公司", "另一公司"), "utf-8")
    assert "nothing that is compared changed" in run("diff", versions[0], str(copy)).output


def test_two_cities_by_a_concordance(tmp_path: Path) -> None:
    links = tmp_path / "links.yaml"
    links.write_text(
        "from: hangzhou-296x\nto: demo-region-nace\n"
        "links: [{from: geq.bearings, to: mt.bearings, kind: exact}]\n",
        "utf-8",
    )
    words = ("diff", "hangzhou-296x", "demo-region-nace", "--json")
    plain, told = (
        {(c["event"], c["id"]) for c in json.loads(run(*words, *more).output)["changes"]}
        for more in ((), ("--concordance", str(links)))
    )
    assert ("added", "mt.bearings") in plain
    assert ("moved", "mt.bearings") in told
    assert ("added", "mt.bearings") not in told


def test_long_lists_are_cut_and_that_is_said() -> None:
    output = run("diff", "hangzhou-296x", "demo-region-nace", "--limit", "3").output
    assert "--limit 0 prints all" in output


def test_errors(versions: tuple[str, str], tmp_path: Path) -> None:
    assert isinstance(run("diff", versions[0], "nowhere").exception, CatalogueError)
    assert isinstance(run("diff", *versions, "--out", "x.csv").exception, SettingsError)
    assert isinstance(run("diff", *versions, "--dataset", ".", "--out", "x.txt").exception, SettingsError)
    assert not (tmp_path / "x.csv").exists()


def test_a_copy_elsewhere_is_the_same(tmp_path: Path) -> None:
    home = Path(loader.__file__).parent / "catalogues" / "demo_region_nace"
    copy = shutil.copytree(home, tmp_path / "copy")
    assert json.loads(run("diff", "demo-region-nace", str(copy), "--json").output)["unchanged"] == 24
