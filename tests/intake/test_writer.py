"""What is written is read again as the same dataset."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
import pytest

from chainmend.intake.reader import read_dataset
from chainmend.intake.writer import write_dataset

from .city import FIRMS, YAML, write

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def city(folder: Path) -> Dataset:
    """Return a dataset of many tables, with quotes, commas and line breaks in its texts."""
    files = {
        "firms.csv": FIRMS.replace("leader\n", "leader,scope_text\n", 1)
        .replace(",true\n", ',true,"芯片，“设计”, ""EDA""\n销售"\n')
        .replace(",false\n", ",false,\n"),
        "products.csv": "firm_id,product,share\nf1,硅片,0.1\nf2,面粉,\n",
        "supply_links.csv": "supplier_id,buyer_id,year,amount\nf3,f1,2025,0.1\n",
        "customs.csv": "year,month,flow,hs,partner,value\n2025,0,import,010121,JPN,12\n",
        "provision.csv": "segment_id,origin,year,share,source\nic.eda,USA,2025,0.74,报告\n",
        "overrides.csv": "firm_id,segment_id,weight,by,date\nf1,ic.eda,1,王,2025-06-01\nf2,none,,,\n",
        "needs.csv": "need_id,reporter_id,text,date,verified\nn1,f1,缺光刻胶,2025-05-01,是\n",
    }
    return read_dataset(write(folder, files, YAML + "region: [宁波市, 苏州市]\nsynthetic: true\n"))


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_written_and_read_again_it_is_the_same(tmp_path: Path, form: Literal["parquet", "csv"]) -> None:
    given = city(tmp_path / "given")
    assert sum(given.rejected.values()) == 0
    write_dataset(given, tmp_path / "out", format=form)
    read = read_dataset(tmp_path / "out")
    assert read.place == given.place
    assert (read.date, read.synthetic) == (given.date, True)
    assert set(read.tables) == set(given.tables)
    assert {"provision", "overrides"} <= set(read.tables)
    assert read.fingerprint == given.fingerprint


def test_nothing_but_tables_and_description_is_left(tmp_path: Path) -> None:
    given = city(tmp_path / "given")
    write_dataset(given, tmp_path / "out")
    expected = {"dataset.yaml", *(f"{name}.parquet" for name in given.tables)}
    assert {path.name for path in (tmp_path / "out").iterdir()} == expected


def test_a_writing_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = city(tmp_path / "given")
    out = tmp_path / "out"
    write_dataset(given, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def broken(*_given: object, **_named: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pl.DataFrame, "write_parquet", broken)
        with pytest.raises(OSError, match="no space"):
            write_dataset(dataclasses.replace(given, date=given.date.replace(day=1)), out)
    assert {name: (out / name).read_bytes() for name in before} == before


def test_writing_in_another_kind_leaves_no_second_copy_of_a_table(tmp_path: Path) -> None:
    given = city(tmp_path / "given")
    write_dataset(given, tmp_path / "out")
    write_dataset(given, tmp_path / "out", format="csv")
    read = read_dataset(tmp_path / "out")
    assert read.fingerprint == given.fingerprint
    assert not any("firms" in note for note in read.notes)


def test_notes_are_kept(tmp_path: Path) -> None:
    given = dataclasses.replace(city(tmp_path / "given"), notes=("下限：只有上市公司",))
    write_dataset(given, tmp_path / "out")
    assert read_dataset(tmp_path / "out").notes == ("下限：只有上市公司",)
