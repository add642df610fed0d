"""``chainmend stress``: what it prints, what ``--json`` prints, files, and errors."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cli.test_main import run
from tests.gaps.city import city

from chainmend.chain.catalogue import load_catalogue
from chainmend.intake.writer import write_dataset


@pytest.fixture(scope="module")
def segments() -> tuple[str, str, str]:
    """Three segments of which each is essential for the next."""
    chains = load_catalogue("hangzhou-296x")
    essential = [d for d in chains.dependences if d.kind == "essential"]
    return next((a.source, a.target, b.target) for a in essential for b in essential if a.target == b.source)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, segments: tuple[str, str, str]) -> Path:
    """E in Japan sells 10 to C (output 1e8), which sells 5e7 to R (output 3e8); L is alone and on no segment."""
    firms = {"E": ("abroad", 9e8), "C": ("local", 1e8), "R": ("local", 3e8), "L": ("local", 1e8)}
    links = [("E", "C", 2025, 1e7), ("C", "R", 2025, 5e7), ("C", "R", 2024, 1e7)]
    placed = [{"firm_id": f, "segment_id": s, "weight": 1.0} for f, s in zip("ECR", segments, strict=True)]
    made = tmp_path_factory.mktemp("city")
    write_dataset(city(firms, links, overrides=placed), made)
    return made


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_json_holds_shares_and_yuan_by_cluster_segment_and_firm(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "stress", str(folder), "--origin", "JPN")
    assert found["scenario"] == "suppliers from Japan: all production stops"
    assert found["share"] == {"total": 0.8, "own": 0, "spread": 0.8, "downstream": 0.8, "upstream": 0}
    assert found["lost"]["total"] == 4e8
    assert (found["steps"], found["converged"], found["tolerance"], found["stopped"]) == (3, True, 0.01, 1)
    assert (found["year"], found["firms"], found["links"], found["output"]) == (2025, 4, 2, 5e8)
    assert (found["synthetic"], found["estimated"]) == (True, False)
    assert [(r["sector"], r["lost"], r["loss"]) for r in found["by_segment"]] == [
        (segments[2], 3e8, 1),
        (segments[1], 1e8, 1),
        ("unplaced", 0, 0),
    ]
    assert [(r["firm_id"], r["lost"]) for r in found["by_firm"]] == [
        ("R", 3e8),
        ("C", 1e8),
        ("E", 0),
        ("L", 0),
    ]
    assert sum(r["lost"] for r in found["by_cluster"]) == 4e8


def test_the_text_says_what_is_lost_and_that_the_data_are_made_up(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, "stress", str(folder), "--firm", "R")
    assert code == 0
    assert "R: all production stops" in out
    assert "made-up data" in out
    # R has 60 % of the output; C sells it half of what it makes, which is another 10 %
    assert "loses 70.00% of its output, 350 m yuan a year: 60.00% by the shock itself, 10.00% by what" in out
    assert "firms that the shock hits: 1; steps: 2; tolerance: 0.01" in out
    assert "did not come to rest" not in out
    assert all(f"By {part}" in out for part in ("cluster", "segment", "firm"))


def test_the_same_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "stress", str(folder), "--firm", "R", "--lang", "zh")[1]
    assert "R全部停产" in out
    assert "全市产值损失 70.00%，折合每年 3.5 亿元：其中冲击直接造成 60.00%，传导造成 10.00%。" in out


def test_options_can_be_repeated_and_shares_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(
        capsys, "stress", str(folder), "--firm", "L", "--firm", "C", "--share", "0.5", "--upstream-share", "0"
    )
    assert found["stopped"] == 2
    assert found["share"]["own"] == pytest.approx(0.2)
    assert found["share"]["total"] == pytest.approx(0.2 + 0.3)


def test_a_segment_by_id_and_another_year(
    folder: Path, segments: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("stress", str(folder), "--segment", segments[2])
    assert told(capsys, *words)["share"]["upstream"] == pytest.approx(0.7)
    found = told(capsys, *words, "--year", "2024")  # C sold R a tenth of its output
    assert (found["year"], found["share"]["upstream"]) == (2024, pytest.approx(0.62))


def test_limit_shortens_the_tables_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stress", str(folder), "--origin", "Japan", "--limit", "1")
    assert len(told(capsys, *words)["by_firm"]) == 1
    assert "1 more; --limit 0 shows all" in run(capsys, *words)[1]


def test_a_cascade_that_does_not_come_to_rest_is_told_once(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chainmend.fragility import stress

    monkeypatch.setattr(stress, "stress", partial(stress.stress, max_steps=1))
    words = ("stress", str(folder), "--origin", "JPN")
    assert told(capsys, *words)["converged"] is False
    code, out, err = run(capsys, *words)
    assert (code, out.count("did not come to rest")) == (0, 1)
    assert "Warning" not in err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_out_holds_every_firm(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    file = tmp_path / f"losses.{ending}"
    assert run(capsys, "stress", str(folder), "--firm", "R", "--limit", "1", "--out", str(file))[0] == 0
    read = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert read.height == 4
    assert read["lost"].sum() == pytest.approx(3.5e8)
    assert {"own", "downstream", "upstream", "loss", "segment_id", "name"} <= set(read.columns)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "nothing that stops"),
        (("--firm", "Q"), "no firm Q in the network of 2025"),
        (("--firm", "R", "--share", "2"), "share: 2.0; expected: a share above 0, at most 1"),
        (("--firm", "R", "--year", "2020"), "no supply links of 2020"),
        (("--firm", "R", "--out", "x.xlsx"), "a name that ends in .csv or .parquet"),
        (("--firm", "R", "--tolerance", "-1"), "tolerance"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "stress", str(folder), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_city_without_links_is_told_which_table_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dataset(city({"C": ("local", 1.0)}), tmp_path)
    code, _out, err = run(capsys, "stress", str(tmp_path), "--firm", "C")
    assert code == 2
    assert "no table supply_links" in err
    assert "--estimate" in err


@pytest.fixture(scope="module")
def linkless(tmp_path_factory: pytest.TempPathFactory, segments: tuple[str, str, str]) -> Path:
    """The same firms without any links."""
    firms = {"E": ("abroad", 9e8), "C": ("local", 1e8), "R": ("local", 3e8), "L": ("local", 1e8)}
    placed = [{"firm_id": f, "segment_id": s, "weight": 1.0} for f, s in zip("ECR", segments, strict=True)]
    folder = tmp_path_factory.mktemp("linkless")
    write_dataset(city(firms, overrides=placed), folder)
    return folder


ESTIMATE = ("--estimate", "--links-per-firm", "2", "--draws", "5")


def test_estimated_links_are_marked_and_give_an_interval(
    linkless: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("stress", str(linkless), "--firm", "R", *ESTIMATE)
    found = told(capsys, *words)
    assert found["estimated"] is True
    low, high = found["interval"]["total"]
    assert 0.6 <= low <= found["share"]["total"] <= high <= 1  # R itself has 60 % of the output
    assert found == told(capsys, *words)
    assert found["share"] != told(capsys, *words, "--seed", "1")["share"]
    out = run(capsys, *words)[1]
    assert "links are estimates" in out
    assert "5 draws, 2 customers a firm, 50% of output sold inside" in out
    assert "nine of ten of them lose between" in out
    assert "供应关系为估计值" in run(capsys, *words, "--lang", "zh")[1]


def test_observed_links_give_no_interval(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "stress", str(folder), "--firm", "R")["interval"] is None
