"""``chainmend diff``: what changed between two scans, with the facts that moved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_main import run

from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import make_city
from chainmend.intake.reader import read_dataset
from chainmend.intake.writer import write_dataset
from chainmend.scanning import save_scan, scan


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Folders of two scans of a made-up city, half a year apart."""
    city, catalogue = make_city(firms=500, seed=1), load_catalogue("hangzhou-296x")
    made = tmp_path_factory.mktemp("city")
    for name, dataset in (("now", city.now), ("later", city.later)):
        write_dataset(dataset, made / f"data-{name}")
        save_scan(scan(read_dataset(made / f"data-{name}"), catalogue), made / name)
    return str(made / "now"), str(made / "later")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not wrapped, so that a test finds words that stand together."""
    monkeypatch.setenv("COLUMNS", "500")


def test_json_names_each_change_with_the_facts_that_moved(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _err = run(capsys, "diff", *scans, "--json")
    told = json.loads(out)
    changes = {(c["event"], c["kind"]): c for c in told["changes"]}
    assert code == 0
    assert told["a"] != told["b"]
    moved = {m["fact"]: (m["before"], m["after"]) for m in changes["gone", "missing"]["moved"]}
    assert moved["firms"][0] == 0
    assert moved["firms"][1] > 0
    weaker = [c for c in told["changes"] if (c["event"], c["kind"]) == ("worsened", "weak")]
    worse = max(weaker, key=lambda c: c["severity_after"] - c["severity_before"])
    assert worse["severity_after"] > worse["severity_before"]
    share = next(m for m in worse["moved"] if m["fact"] == "self_sufficiency")
    assert share["after"] < share["before"]


def test_text_shows_changes_and_counts_the_unchanged(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    changes = json.loads(run(capsys, "diff", *scans, "--json")[1])["changes"]
    code, out, _err = run(capsys, "diff", *scans)
    assert code == 0
    assert "From 2025-12-31 to 2026-06-30" in out
    shown = [c for c in changes if c["event"] != "unchanged"]
    assert [c["summary_en"] for c in shown if c["summary_en"] not in out] == []
    assert f"{len(changes) - len(shown)} findings are unchanged" in out
    assert "firms here 0 → " in out


@pytest.mark.parametrize(("language", "mark"), [("zh", "示例数据"), ("en", "made-up data")])
def test_made_up_data_is_marked(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str], language: str, mark: str
) -> None:
    assert mark in run(capsys, "diff", *scans, "--lang", language)[1]


def test_the_other_way_round_what_was_gone_is_opened(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    there, back = (
        json.loads(run(capsys, "diff", *pair, "--json")[1])["changes"] for pair in (scans, scans[::-1])
    )
    gone = {c["finding_id"] for c in there if c["event"] == "gone"}
    assert gone
    assert {c["finding_id"] for c in back if c["event"] == "opened"} == gone


def test_a_scan_does_not_differ_from_itself(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    changes = json.loads(run(capsys, "diff", scans[0], scans[0], "--json")[1])["changes"]
    assert changes
    assert {c["event"] for c in changes} == {"unchanged"}
    assert [c["moved"] for c in changes if c["moved"]] == []


@pytest.mark.parametrize("name", ["data-now", "nowhere"])
def test_a_folder_that_holds_no_scan_is_an_error(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, err = run(capsys, "diff", scans[0], str(Path(scans[0]).parent / name))
    assert (code, out) == (2, "")
    assert name in err
    assert "chainmend scan --out" in err


def test_a_damaged_scan_is_an_error(
    scans: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manifest.json").write_text("{", "utf-8")
    assert run(capsys, "diff", scans[0], str(tmp_path))[0] == 2


def test_scans_of_two_cities_are_refused(
    scans: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(scans[1], other)
    manifest = other / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("示例市", "别市"), "utf-8")
    code, _out, err = run(capsys, "diff", scans[0], str(other))
    assert code == 2
    assert "a scan of 示例市 and one of 别市; expected: two scans of one city" in err


def test_money_is_told_in_its_large_unit_and_a_new_finding_needs_no_reason(
    scans: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    _code, out, _err = run(capsys, "diff", *scans)
    assert "bn yuan → " in out
    assert "does not say why" not in out
