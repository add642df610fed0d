"""``chainmend indicators`` and ``chainmend list``."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run

from chainmend.cli.indicators import number
from chainmend.demo import make_city
from chainmend.intake.writer import write_dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a made-up city."""
    made = tmp_path_factory.mktemp("city")
    write_dataset(make_city(firms=400, seed=1).now, made)
    return made


def test_overview_has_a_line_for_every_indicator(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "indicators", str(folder), "--json")[1])
    code, out, _err = run(capsys, "indicators", str(folder))
    assert code == 0
    assert "made-up data" in out
    for id in {r["indicator"] for r in told["readings"]}:
        assert id in out
    assert told["synthetic"] is True
    assert told["clusters"]["integrated-circuits"]["status"] == "confirmed"


def test_one_indicator_shows_scope_source_and_age(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "indicators", str(folder), "--only", "location_quotient", "--limit", "3")
    assert code == 0
    for word in (
        "Location quotient",
        "firms of the dataset",
        "firms, 0 months old",
        "more; --limit 0 prints all",
    ):
        assert word in out


def test_one_subject(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "indicators", str(folder), "--subject", "integrated-circuits", "--json")[1])
    assert {r["subject"] for r in told["readings"]} == {"integrated-circuits"}
    code, _out, err = run(capsys, "indicators", str(folder), "--subject", "nothing")
    assert code == 2
    assert "nothing was measured of nothing" in err


def test_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "indicators", str(folder), "--lang", "zh", "--only", "location_quotient")[1]
    assert "区位商" in out
    assert "firms，距今 0 个月" in out


def test_rates_are_per_cent_and_their_differences_points(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    ids = ("compound_growth", "excess_growth", "output_density")
    out = run(capsys, "indicators", str(folder), *(w for id in ids for w in ("--only", id)), "--lang", "zh")[
        1
    ]
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert any(line.startswith("年均增速 示例市 4.75% [") for line in lines)
    assert any(line.startswith("公布增速与全部工业之差 296X 2.70 个百分点 [") for line in lines)
    source = "公开报道的杭州市数据，仅作示例城市的标定，距今 0 个月"
    assert any(line.endswith(f"总产值（规上工业，2025 年全年，现价）；{source}") for line in lines)
    told = json.loads(run(capsys, "indicators", str(folder), "--only", "excess_growth", "--json")[1])
    known = [r for r in told["readings"] if r["value"] is not None]
    assert {r["unit"] for r in known} == {"100 points"}
    assert max(r["value"] for r in known) < 0.2


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.04753, "share", "4.75%"),
        (0.7563, "share", "75.6%"),
        (-0.00001, "100 points", "0.00"),
        (0.027, "100 points", "2.70"),
        (1_705_472_400.0, "CNY/km2", "1.71 bn"),
        (13_706.0, "CNY/m2", "13,706"),
        (0.12345, "1", "0.1235"),
    ],
)
def test_numbers_as_they_are_read(value: float, unit: str, told: str) -> None:
    assert number(value, unit) == told


def test_intervals_and_a_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "readings.parquet"
    arguments = ("--only", "location_quotient", "--interval", "--draws", "5", "--out", str(file))
    code, _out, _err = run(capsys, "indicators", str(folder), *arguments)
    frame = pl.read_parquet(file)
    assert code == 0
    assert (frame["low"] <= frame["high"]).all()
    assert frame["low"].drop_nulls().len() > 0


def test_before_gives_growth_by_firms(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an earlier dataset growth is unknown and says so; with one it is there."""
    later = tmp_path / "later"
    write_dataset(make_city(firms=400, seed=1).later, later)
    only = ("--only", "cluster_growth_gap", "--json")
    without = json.loads(run(capsys, "indicators", str(later), *only)[1])
    with_before = json.loads(run(capsys, "indicators", str(later), "--before", str(folder), *only)[1])
    assert all(r["value"] is None and r["note_en"] for r in without["readings"])
    assert any(r["value"] is not None for r in with_before["readings"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "nothing"), "unknown indicator nothing"),
        (("--out", "readings.txt"), "ends in .csv or .parquet"),
        (("--draws", "1"), "draws"),
        (("--before", "nowhere"), "no folder nowhere"),
    ],
)
def test_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, _out, err = run(capsys, "indicators", str(folder), *arguments)
    assert code == 2
    assert words in err


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        ("indicators", "location_quotient"),
        ("rules", "missing"),
        ("sources", "ashare"),
        ("engines", "threads"),
    ],
)
def test_list(kind: str, id: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "list", kind)
    assert code == 0
    assert id in out
    told = json.loads(run(capsys, "list", kind, "--json")[1])
    assert id in [e["id"] for e in told[kind]]


def test_list_of_what_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, "list", "chips")
    assert code == 2
    assert "one of: indicators, rules, remedies, sources, engines" in err
