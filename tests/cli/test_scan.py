"""``chainmend scan``: what it prints and writes, the standing list, settings that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import run

from chainmend.demo import make_city
from chainmend.intake.writer import write_dataset
from chainmend.scanning import load_scan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up city half a year apart: folders ``now`` and ``later``."""
    city = make_city(firms=500, seed=1)
    made = tmp_path_factory.mktemp("city")
    write_dataset(city.now, made / "now")
    write_dataset(city.later, made / "later")
    return made


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not wrapped, so that a test finds words that stand together; nothing is varied, which takes long."""
    monkeypatch.setenv("COLUMNS", "400")
    for name in ("STEP", "MISSING_LINKS", "LOW_CONFIDENCE"):
        monkeypatch.setenv(f"CHAINMEND_SENSITIVITY__{name}", "0")


def events(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def test_text_names_the_findings_and_the_folder(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--limit", "0")
    assert code == 0
    saved = load_scan(tmp_path / "s")
    assert f"scan {saved.id}" in out
    assert f"Findings: {saved.findings.height}" in out
    assert [s for s in saved.findings["summary_en"] if s not in out] == []
    assert str(tmp_path / "s") in out
    assert "rules" in err  # the steps


def test_json_is_one_object_with_what_was_saved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--json")
    told, saved = json.loads(out), load_scan(tmp_path / "s")
    assert (code, err) == (0, "")
    assert told["manifest"]["synthetic"] is True
    assert told["manifest"]["scan_id"] == saved.id
    assert [f["finding_id"] for f in told["findings"]] == saved.findings["finding_id"].to_list()
    assert told["not_checked"] == saved.not_checked.to_dicts()
    assert told["remedies"] == saved.remedies.to_dicts()
    assert told["sensitivity"] == saved.sensitivity.to_dicts()
    assert told["events"] == []  # there is no list to hold it against


def test_values_are_printed_most_first(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--limit", "2")
    text = run(capsys, *words)[1]
    told = json.loads(run(capsys, *words, "--json")[1])
    saved = load_scan(tmp_path / "s")
    assert told["values"] == saved.values.to_dicts()
    assert told["scenarios"] == saved.scenarios.to_dicts()
    printed = text[text.index("Losses avoided a year") :]
    ranked = saved.values.drop_nulls("value").sort(["value", "segment_id"], descending=[True, False])
    assert [s for s in ranked["segment_id"] if f"\n{s} " in printed] == ranked["segment_id"].to_list()[:2]


def test_each_finding_says_whether_it_stands_and_what_comes_first(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINMEND_SENSITIVITY__STEP", "0.2")
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--limit", "0")
    text = run(capsys, *words)[1]
    saved = load_scan(tmp_path / "s")
    moved = saved.sensitivity.filter("found")["finding_id"].n_unique()
    table = text[text.index("Findings: ") : text.index("Losses avoided")]
    assert 0 < moved < saved.findings.height
    assert table.count("robust") == saved.findings.height - moved
    assert table.count("sensitive (") == moved
    names = {"attract": "Attract", "develop": "Develop", "ally": "Ally", "stock": "Stock"}
    for remedy, n in saved.remedies.group_by("remedy").len().iter_rows():
        assert table.count(f" {names[remedy]} ") == n


def test_without_the_network_there_are_no_values(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAINMEND_NETWORK__ENABLED", "false")
    text = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"))[1]
    assert "Losses avoided" not in text
    assert "the settings leave out what is computed on the network" in text
    assert load_scan(tmp_path / "s").knock_outs.is_empty()


def test_an_engine_that_does_not_exist_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = run(
        capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--engine", "steam"
    )
    assert code == 2
    assert "steam" in err
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(("language", "mark"), [("zh", "示例数据"), ("en", "made-up data")])
def test_made_up_data_is_marked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, mark: str
) -> None:
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--lang", language)
    assert mark in run(capsys, *words)[1]


def test_limit_prints_the_gravest_and_counts_the_rest(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--limit", "2")[1]
    summaries = load_scan(tmp_path / "s").findings["summary_en"].to_list()
    assert [s for s in summaries if s in out] == summaries[:2]
    assert f"{len(summaries) - 2} more in" in out


def test_a_negative_limit_is_wrong_usage(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--limit", "-1")
    assert run(capsys, *words)[0] == 2
    assert not (tmp_path / "s").exists()


def test_the_same_scan_twice_leaves_its_events_once(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--list", str(tmp_path / "list"))
    first = run(capsys, *words)
    once = events(tmp_path / "list")
    assert {e["event"] for e in once} == {"opened"}
    assert f"opened {len(once)}" in first[1]
    code, out, _err = run(capsys, *words, "--json")
    assert code == 0
    assert json.loads(out)["events"] == []
    assert events(tmp_path / "list") == once


def test_a_later_scan_says_what_it_changes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    standing = ("--list", str(tmp_path / "list"))
    run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), *standing)
    before = events(tmp_path / "list")
    code, out, _err = run(
        capsys, "scan", str(folder / "later"), "--out", str(tmp_path / "t"), *standing, "--json"
    )
    told = json.loads(out)["events"]
    assert code == 0
    assert {"gone", "worsened"} <= {e["event"] for e in told}
    assert events(tmp_path / "list") == before + told


def test_an_older_scan_is_refused_and_nothing_is_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    standing = ("--list", str(tmp_path / "list"))
    run(capsys, "scan", str(folder / "later"), "--out", str(tmp_path / "s"), *standing)
    before = events(tmp_path / "list")
    code, _out, err = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "t"), *standing)
    assert code == 2
    assert "2025-12-31" in err
    assert not (tmp_path / "t").exists()
    assert events(tmp_path / "list") == before


def test_settings_reach_the_rules(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("thresholds:\n  self_sufficiency: 0\n", "utf-8")
    kinds = []
    for words in ((), ("--settings", str(file))):
        assert run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"), *words)[0] == 0
        kinds.append(set(load_scan(tmp_path / "s").findings["kind"]))
    assert kinds[0] - kinds[1] == {"weak"}  # no share is below zero


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("thresholds:\n  top_share: 3\n", "top_share"),
        ("threshold:\n  top_share: 0.5\n", "threshold"),
        ("- top_share\n", "settings.yaml"),
        ("thresholds: [\n", "settings.yaml"),
        (None, "settings.yaml"),
    ],
    ids=["out-of-range", "unknown-key", "a-list", "no-yaml", "not-there"],
)
def test_unusable_settings_are_an_error(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, named: str
) -> None:
    file = tmp_path / "settings.yaml"
    if text is not None:
        file.write_text(text, "utf-8")
    words = ("scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--settings", str(file))
    code, _out, err = run(capsys, *words)
    assert code == 2
    assert named in err
    assert not (tmp_path / "s").exists()


def test_a_folder_with_other_things_is_not_overwritten(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    code, _out, err = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path))
    assert code == 2
    assert "not a scan" in err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_list_inside_the_scan_folder_is_refused_before_anything_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from chainmend.cli import main

    for inside in (tmp_path / "o", tmp_path / "o" / "list"):
        with pytest.raises(SystemExit) as stopped:
            main(["scan", str(tmp_path), "--out", str(tmp_path / "o"), "--list", str(inside)])
        assert stopped.value.code == 2
        assert "inside the folder of the scan" in capsys.readouterr().err


def test_each_cluster_stands_beside_how_surely_its_name_is_known(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _code, out, _err = run(capsys, "scan", str(folder / "now"), "--out", str(tmp_path / "s"))
    saved = load_scan(tmp_path / "s")
    table = out.partition("Findings by cluster")[2].partition("Not checked")[0]
    shown = {tuple(line.split("  ")[0].split()): line for line in table.splitlines()[2:] if line.strip()}
    for id in saved.findings["cluster_id"].unique():
        name = saved.manifest["clusters"][id]
        assert name["status"] in shown[tuple(name["en"].split())]
    statuses = {id: name["status"] for id, name in saved.manifest["clusters"].items()}
    assert statuses["visual-intelligence"] == "confirmed"
    assert statuses["new-materials"] == "unofficial"
    assert statuses["future-1"] == "open"


def test_the_list_keeps_how_surely_names_are_known(folder: Path, tmp_path: Path) -> None:
    import polars as pl

    from chainmend.cli import main

    with pytest.raises(SystemExit):
        main(["scan", str(folder / "now"), "--out", str(tmp_path / "s"), "--list", str(tmp_path / "l")])
    entries = pl.read_parquet(tmp_path / "l/mendlist.parquet")
    clusters = load_scan(tmp_path / "s").manifest["clusters"]
    assert entries.height
    assert [clusters[c]["status"] for c in entries["cluster_id"]] == entries["cluster_status"].to_list()
