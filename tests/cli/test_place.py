"""``chainmend place``: how many firms are placed, why one is, agreement with labels, files."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run

from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import make_city
from chainmend.intake.writer import write_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a made-up city."""
    made = tmp_path_factory.mktemp("city")
    write_dataset(make_city(firms=500, seed=1).now, made)
    return made


@pytest.fixture(scope="module")
def firm(folder: Path) -> tuple[str, str]:
    """Id and name of a firm that has products."""
    named = pl.read_parquet(folder / "products.parquet").row(0, named=True)["firm_id"]
    firms = pl.read_parquet(folder / "firms.parquet")
    row = firms.row(by_predicate=pl.col("firm_id") == named, named=True)
    return row["firm_id"], row["name"]


def test_text_counts_firms_by_evidence_and_cluster(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "place", str(folder), "--json")[1])
    code, out, _err = run(capsys, "place", str(folder))
    assert code == 0
    assert f"{told['placed']} of {told['firms']} firms are placed" in out
    assert "By evidence" in out
    assert "By cluster" in out


def test_json_counts_and_says_made_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "place", str(folder), "--json")
    told = json.loads(out)
    assert code == 0
    assert told["synthetic"] is True
    assert told["firms"] == pl.read_parquet(folder / "firms.parquet").height
    assert 0 < told["placed"] <= told["firms"]
    assert told["evaluation"] is None


@pytest.mark.parametrize("by", [0, 1], ids=["id", "name"])
def test_explain_by_id_or_name(
    folder: Path, firm: tuple[str, str], capsys: pytest.CaptureFixture[str], by: int
) -> None:
    code, out, _err = run(capsys, "place", str(folder), "--explain", firm[by])
    assert code == 0
    assert firm[0] in out
    assert firm[1] in out
    assert "confidence" in out


def test_explain_as_json_holds_the_evidence(
    folder: Path, firm: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(run(capsys, "place", str(folder), "--explain", firm[0], "--json")[1])
    assert told["firm_id"] == firm[0]
    assert sum(p["weight"] for p in told["placements"]) == pytest.approx(1)
    assert all(p["evidence"] for p in told["placements"])


def test_an_unknown_firm_is_an_error_that_names_similar_ones(
    folder: Path, firm: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(
        capsys, "place", str(folder), "--explain", firm[1][:-1]
    )  # the last letter is missing
    assert (code, out) == (2, "")
    assert firm[1] in err


def test_an_unknown_firm_that_is_like_no_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, "place", str(folder), "--explain", "qqqq")
    assert code == 2
    assert "no firm qqqq" in err
    assert "similar" not in err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_out_writes_every_placement(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = tmp_path / f"placed.{ending}"
    told = json.loads(run(capsys, "place", str(folder), "--out", str(file), "--json")[1])
    read = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert read["firm_id"].n_unique() == told["placed"]
    assert {"segment_id", "weight", "basis"} <= set(read.columns)


@pytest.mark.parametrize("mistakes", [0, 1])
def test_agreement_with_labels(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], mistakes: int
) -> None:
    file, labels = tmp_path / "placed.parquet", tmp_path / "labels.csv"
    run(capsys, "place", str(folder), "--out", str(file))
    whole = pl.read_parquet(file).filter(pl.col("weight") == 1).sort("firm_id")
    segment = whole["segment_id"][0]
    other = next(s for s in whole["segment_id"] if s != segment)
    firms = whole.filter(pl.col("segment_id") == segment)["firm_id"].head(4).to_list()
    named = [other] * mistakes + [segment] * (4 - mistakes)
    pl.DataFrame({"firm_id": firms, "segment_id": named}).write_csv(labels)

    words = ("place", str(folder), "--labels", str(labels))
    told = json.loads(run(capsys, *words, "--json")[1])["evaluation"]
    share = 1 - mistakes / 4
    assert (told["precision"], told["recall"], told["coverage"]) == (share, share, 1)
    assert told["confusions"] == [{"label": other, "predicted": segment, "firms": 1}] * mistakes
    code, out, _err = run(capsys, *words)
    assert code == 0
    assert f"recall {share:.3f}" in " ".join(out.split())


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The words that ``chainmend place WORDS`` ends with, with exit code 2."""
    code, _out, err = run(capsys, "place", *words)
    assert code == 2
    assert "Traceback" not in err
    return err


def test_files_that_cannot_be_used_are_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "firms.csv").write_text("firm_id,name\n1,甲\n", "utf-8")
    (tmp_path / "labels").mkdir()
    labels = tmp_path / "labels" / "l.csv"
    labels.write_text("firm,segment_id\n1,ic.eda\n", "utf-8")
    assert "nope.csv" in refused(capsys, str(tmp_path), "--labels", str(tmp_path / "nope.csv"))
    assert "no column firm_id" in refused(capsys, str(tmp_path), "--labels", str(labels))
    assert ".parquet" in refused(capsys, str(tmp_path), "--out", str(tmp_path / "p.xlsx"))


def test_each_cluster_stands_beside_how_surely_its_name_is_known(
    folder: Path, firm: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(run(capsys, "place", str(folder), "--json")[1])
    assert set(told["clusters"]) == set(told["by_cluster"])
    known = {c.id: c for c in load_catalogue("hangzhou-296x").clusters}
    table = run(capsys, "place", str(folder))[1].partition("By cluster")[2]
    assert told["clusters"]
    for name, told_of_it in told["clusters"].items():  # which clusters a small city has depends on its seed
        assert told_of_it["status"] == known[name].status
        line = next(line for line in table.splitlines() if known[name].name.en in line)
        assert known[name].status in line
    placed = json.loads(run(capsys, "place", str(folder), "--explain", firm[0], "--json")[1])["placements"]
    text = run(capsys, "place", str(folder), "--explain", firm[0])[1]
    assert placed
    for p in placed:
        assert f"{p['cluster']['en']} · {p['cluster']['status']}" in text
