"""The template of a catalogue passes the check as it stands, explains every key, and overwrites nothing."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from chainmend.chain import catalogue as loading
from chainmend.chain.catalogue import check_catalogue, load_catalogue
from chainmend.chain.lineage import flow
from chainmend.chain.lookup import find
from chainmend.chain.new import write_template
from chainmend.errors import CatalogueError


def test_it_passes_the_check_as_it_stands(tmp_path: Path) -> None:
    files = write_template(tmp_path / "river-town")
    assert [f.name for f in files] == ["catalogue.yaml", "example-cluster.yaml", "lineage.yaml"]
    found, problems = check_catalogue(tmp_path / "river-town")
    assert problems == []
    assert found is not None
    assert (found.id, len(found.segments), found.clusters[0].status) == ("river-town", 4, "open")
    assert find(found, "山地自行车")[0].segment.id == "bike.bicycles"
    assert [k["kind"] for k in flow(found)] == ["part", "renamed"]


@pytest.mark.parametrize("name", ["河城", "River Town", "town_1"])
def test_a_folder_whose_name_is_no_id_keeps_the_id_of_the_template(name: str, tmp_path: Path) -> None:
    write_template(tmp_path / name)
    assert load_catalogue(tmp_path / name).id == "my-city"


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert write_template(tmp_path / "empty")


@pytest.mark.parametrize("held", ["catalogue.yaml", "notes.txt"])
def test_what_is_there_is_never_overwritten(held: str, tmp_path: Path) -> None:
    (tmp_path / held).write_text("mine", "utf-8")
    with pytest.raises(CatalogueError, match="nothing was written"):
        write_template(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [held]
    assert (tmp_path / held).read_text("utf-8") == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "town").write_text("mine", "utf-8")
    with pytest.raises(CatalogueError, match="new or empty folder"):
        write_template(tmp_path / "town")


def test_every_key_of_the_format_stands_in_it(tmp_path: Path) -> None:
    text = "".join(f.read_text("utf-8") for f in write_template(tmp_path / "t"))
    keys = {*loading._HEAD, *loading._CLUSTER, *loading._SEGMENT}
    assert {k for k in keys if not re.search(rf"\b{k}:", text)} == set()


def test_the_codes_are_those_of_the_classification(shared: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "t")
    table = pl.read_csv(shared / "data/classifications/gbt4754_2017.csv.gz", infer_schema=False)
    known = dict(table.select(table.columns[:2]).iter_rows())
    assert {c: known.get(c) for c, _name in load_catalogue(tmp_path / "t").codes} == {
        c: name.zh for c, name in load_catalogue(tmp_path / "t").codes
    }
