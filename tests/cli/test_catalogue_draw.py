"""``chainmend catalogue draw``: which pictures it writes, in which language, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.chain.test_catalogue import write
from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.errors import CatalogueError, SettingsError
from chainmend.i18n import set_language


def test_every_cluster_with_segments_gets_a_picture(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "pictures"
    result = run("draw", "--out", str(out))
    assert result.exit_code == 0
    assert "unofficial" in next(line for line in result.output.splitlines() if "new-materials.svg" in line)
    assert len(list(out.glob("*.svg"))) == 11
    for picture in out.iterdir():
        ElementTree.parse(picture)


def test_a_catalogue_of_ones_own(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert run("draw", str(folder), "--out", str(tmp_path / "out"), "--cluster", "toys").exit_code == 0
    assert "玩具" in (tmp_path / "out/toys.svg").read_text("utf-8")


def test_one_chain_in_one_language_with_its_neighbours(tmp_path: Path) -> None:
    run("draw", "--out", str(tmp_path), "--chain", "emb", "--names", "en", "--neighbours")
    svg = (tmp_path / "emb.svg").read_text("utf-8")
    assert "from other clusters" in svg
    assert ">LiDAR<" in svg
    assert ">激光雷达<" not in svg


def test_in_chinese(tmp_path: Path) -> None:
    set_language("zh")
    assert "非官方 unofficial" in run("draw", "--out", str(tmp_path), "--cluster", "new-materials").output


def test_for_machines(tmp_path: Path) -> None:
    found = json.loads(run("draw", "--out", str(tmp_path), "--cluster", "new-materials", "--json").output)
    assert found["catalogue"] == "hangzhou-296x"
    (picture,) = found["pictures"]
    assert (picture["file"], picture["status"]) == ("new-materials.svg", "unofficial")


@pytest.mark.parametrize(
    ("words", "came"),
    [
        (["--cluster", "future-1"], "nothing to draw in future-1"),
        (["--cluster", "integrated-circuits", "--chain", "emb"], "nothing to draw in emb"),
        (["--chain", "nowhere"], "unknown chain nowhere"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, words: list[str], came: str) -> None:
    error = run("draw", "--out", str(tmp_path / "out"), *words).exception
    assert isinstance(error, CatalogueError)
    assert came in str(error)
    assert not (tmp_path / "out").exists()


def test_another_language_and_a_file_in_the_way_are_refused(tmp_path: Path) -> None:
    error = run("draw", "--out", str(tmp_path), "--names", "fr").exception
    assert isinstance(error, SettingsError)
    assert "both, zh, en" in str(error)
    (tmp_path / "file").write_text("")
    assert isinstance(run("draw", "--out", str(tmp_path / "file")).exception, SettingsError)
