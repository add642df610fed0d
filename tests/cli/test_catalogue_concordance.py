"""``chainmend catalogue concordance``: links, proposals that are marked as such, figures carried over."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.chain.test_concordance import GOOD, write
from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.errors import CatalogueError, DatasetError, SettingsError
from chainmend.i18n import set_language

PAIR = ("concordance", "hangzhou-296x", "demo-region-nace")


def test_the_shipped_one_is_found_and_its_pairs_are_not_proposed_again() -> None:
    found = json.loads(run(*PAIR, "--json").output)
    links = {(x["from"], x["to"]): x["kind"] for x in found["links"]}
    assert links["geq.castings", "mt.castings"] == "exact"
    proposed = {(p["from"], p["to"]) for p in found["proposals"]}
    assert proposed
    assert not proposed & set(links)
    assert {p["status"] for p in found["proposals"]} == {"proposed"}
    assert (found["a"]["code_system"], found["b"]["code_system"]) == ("GB/T 4754-2017", "NACE Rev. 2")


@pytest.fixture
def unlinked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, str]:
    """Two catalogues between which nothing is shipped."""
    monkeypatch.setattr("chainmend.chain.concordance._SHIPPED", tmp_path)
    return "demo-region-nace", "hangzhou-296x"


def test_without_one_there_are_only_proposals(unlinked: tuple[str, str]) -> None:
    output = run("concordance", *unlinked).output
    assert "no concordance between the two" in output
    (line,) = [x for x in output.splitlines() if x.startswith("mt.castings") and "geq.castings" in x]
    assert "exact" in line
    assert "0.99" in line


def test_the_other_direction_is_derived_and_that_is_said(tmp_path: Path) -> None:
    words = ("concordance", "demo-region-nace", "hangzhou-296x")
    found = json.loads(run(*words, "--json").output)
    assert found["derived"] is True
    assert json.loads(run(*PAIR, "--json").output)["derived"] is False
    kinds = {(x["from"], x["to"]): x["kind"] for x in found["links"]}
    assert kinds["mt.castings", "geq.castings"] == "exact"
    assert kinds["mt.bearings", "geq.bearings"] == "broader"
    assert kinds["mt.linear-motion", "emb.screws"] == "narrower"
    output = run(*words).output
    assert "derived from the concordance of the other direction" in output
    assert "no concordance" not in output
    figures = tmp_path / "figures.csv"
    figures.write_text("segment_id,value\nmt.bearings,100\nmt.linear-motion,7\n", "utf-8")
    carried = json.loads(run(*words, "--figures", str(figures), "--json").output)["converted"]
    assert carried["values"] == {"geq.bearings": 100.0}
    assert carried["left"] == {"mt.linear-motion": 7.0}
    set_language("zh")
    assert "由反方向的对照表推得" in run(*words).output


def test_in_chinese() -> None:
    set_language("zh")
    output = run(*PAIR).output
    assert "完全对应 exact" in output
    assert "待人工判定" in output


def test_figures_go_over_and_what_stays_is_told(tmp_path: Path) -> None:
    links, out = write(tmp_path), tmp_path / "out.csv"
    figures = tmp_path / "figures.csv"
    figures.write_text("segment_id,value\ngeq.bearings,100\nemb.encoders,5\ngeq.seals,\n", "utf-8")
    words = (*PAIR, "--file", str(links), "--figures", str(figures))
    found = json.loads(run(*words, "--out", str(out), "--json").output)["converted"]
    assert found["values"] == pytest.approx({"mt.bearings": 70.0, "mt.spindles": 30.0})
    assert found["left"] == {"emb.encoders": 5.0}
    assert found["unknown"] == ["geq.seals"]
    table = list(csv.DictReader(out.open(encoding="utf-8")))
    assert {r["segment_id"]: float(r["value"]) for r in table} == pytest.approx(found["values"])
    output = run(*words).output
    assert "figure unknown: geq.seals" in output
    assert "Not carried over" in output


def test_what_is_written_can_be_read_again(tmp_path: Path) -> None:
    """What is only proposed counts for nothing, until a person takes that word away."""
    out = tmp_path / "links.csv"
    run(*PAIR, "--file", str(write(tmp_path)), "--out", str(out))
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    stated = [r for r in rows if r["status"] != "proposed"]
    assert len(stated) == 5
    assert len(rows) > 5
    found = json.loads(run(*PAIR, "--file", str(out), "--json").output)
    assert len(found["links"]) == 5
    edited = tmp_path / "edited.csv"
    with edited.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ("from", "to", "kind", "share", "source"), extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    found = json.loads(run(*PAIR, "--file", str(edited), "--json").output)
    assert len(found["links"]) == len(rows)
    assert found["links"][1]["source"] == "A survey of 2025"


def test_problems_end_with_1(tmp_path: Path) -> None:
    bad = write(tmp_path, GOOD.replace("geq.castings", "geq.x"))
    result = run(*PAIR, "--file", str(bad))
    assert result.exit_code == 1
    assert "links.yaml:5: unknown segment geq.x" in result.output
    found = json.loads(run(*PAIR, "--file", str(bad), "--json").output)
    assert [(p["file"], p["line"]) for p in found["problems"]] == [("links.yaml", 5)]


@pytest.mark.parametrize(
    "text", ["segment_id\ngeq.seals\n", "segment_id,value\ngeq.seals,many\n", "segment_id,value\na,1\na,2\n"]
)
def test_figures_that_cannot_be_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(text, "utf-8")
    assert isinstance(run(*PAIR, "--figures", str(tmp_path / "f.csv")).exception, DatasetError)


def test_figures_need_a_concordance(unlinked: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("segment_id,value\nmt.castings,1\n", "utf-8")
    none = run("concordance", *unlinked, "--figures", str(tmp_path / "f.csv"))
    assert isinstance(none.exception, SettingsError)


def test_errors(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("segment_id,value\nmt.castings,1\n", "utf-8")
    assert isinstance(run(*PAIR, "--figures", str(tmp_path / "f.csv")).exception, CatalogueError)
    assert isinstance(run(*PAIR, "--file", str(tmp_path / "no.yaml")).exception, CatalogueError)
    assert isinstance(run(*PAIR, "--out", str(tmp_path / "x.txt")).exception, SettingsError)
