"""``chainmend remedy``: first remedies of all findings, candidates of one segment, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_main import run
from tests.cli.test_stress import told
from tests.gaps.city import city

from chainmend.chain.catalogue import load_catalogue
from chainmend.intake.writer import write_dataset


@pytest.fixture(scope="module")
def segments() -> tuple[str, str]:
    """A segment and one that needs it."""
    catalogue = load_catalogue("hangzhou-296x")
    need = next(d for d in catalogue.dependences if d.kind == "essential")
    return need.source, need.target


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, segments: tuple[str, str]) -> Path:
    """M buys parts of N (in the region, all it makes) and J (in Japan, most); T makes them too and is in talks."""
    firms = {"M": ("local", 1e9), "N": ("region", 1e6), "J": ("abroad", 9e9), "T": ("region", 5e9)}
    part, whole = segments
    placed = [
        {"firm_id": f, "segment_id": s, "weight": 1.0}
        for f, s in zip("MNJT", (whole, *[part] * 3), strict=True)
    ]
    links = [("N", "M", 2025, 1e6), ("J", "M", 2025, 9e6)]
    talks = [{"firm_id": "T", "segment_id": part, "stage": "negotiating"}]
    made = tmp_path_factory.mktemp("city")
    write_dataset(city(firms, links, overrides=placed, talks=talks), made)
    return made


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are not wrapped, so that a test finds words that stand together."""
    monkeypatch.setenv("COLUMNS", "300")


def test_every_finding_has_a_first_remedy(
    folder: Path, segments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "remedy", str(folder), "--limit", "0")
    assert found["findings"] == len(found["remedies"]) > 0
    mine = [r for r in found["remedies"] if r["segment_id"] == segments[0]]
    assert {"missing", "single_source"} <= {r["kind"] for r in mine}
    assert {(r["remedy"], r["lead"], r["also"], r["in_talks"]) for r in mine} == {
        ("ally", "industry", "stock", 1)
    }
    assert [c["candidate_id"] for c in mine[0]["candidates"]] == ["N"]
    assert len(told(capsys, "remedy", str(folder), "--limit", "1")["remedies"]) == 1


def test_the_text_names_remedy_department_and_whom_to_call(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "remedy", str(folder), "--limit", "0")
    assert code == 0
    assert "First remedies of" in out
    assert "Economy and information technology bureau" in out
    assert "placing firms on segments" in err


def test_candidates_of_a_segment_with_those_in_talks_apart(
    folder: Path, segments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found: dict[str, Any] = told(capsys, "remedy", str(folder), "--segment", segments[0])
    assert [f["remedy"] for f in found["findings"]] == ["ally"] * len(found["findings"])
    assert [*found["candidates"]] == ["ally", "stock"]
    assert [(c["rank"], c["name"], c["talks"]) for c in found["candidates"]["ally"]] == [
        (1, "N", None),
        (None, "T", "negotiating"),
    ]
    (stock,) = found["candidates"]["stock"]
    assert stock["facts"]["source"] == "JPN"
    assert stock["facts"]["days_from"] == "time path"


def test_one_kind_of_candidates(
    folder: Path, segments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    name = load_catalogue("hangzhou-296x").segments[segments[0]].name.zh
    found = told(capsys, "remedy", str(folder), "--segment", name, "--kind", "attract", "--limit", "1")
    assert (found["findings"], [*found["candidates"]]) == ([], ["attract"])
    assert [c["rank"] for c in found["candidates"]["attract"]] == [1, None]
    out = run(capsys, "remedy", str(folder), "--segment", name, "--kind", "attract", "--lang", "zh")[1]
    assert "招引：候选对象" in out
    assert "已在洽谈（谈判中）" in out
    assert "境外企业（日本）" in out


def test_a_segment_without_a_finding(
    folder: Path, segments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = load_catalogue("hangzhou-296x")
    far = next(
        s.id
        for s in catalogue.segments.values()
        if s.cluster_id != catalogue.segments[segments[0]].cluster_id
    )
    out = run(capsys, "remedy", str(folder), "--segment", far)[1]
    assert "No finding on this segment. If there were one:" in out
    assert "led by Science and technology bureau" in out
    out = run(capsys, "remedy", str(folder), "--segment", far, "--kind", "ally")[1]
    assert "nobody is known" in out
    out = run(capsys, "remedy", str(folder), "--segment", far, "--kind", "stock")[1]
    assert "no buyer is known to run short" in out


@pytest.mark.parametrize(
    ("words", "told_"),
    [
        (["--segment", "nothing at all"], "no segment nothing at all"),
        (["--kind", "attract"], "one of: attract, develop, ally, stock, together with --segment"),
        (["--segment", "x", "--kind", "pray"], "--kind pray"),
    ],
)
def test_what_makes_no_sense_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], told_: str
) -> None:
    code, _out, err = run(capsys, "remedy", str(folder), *words)
    assert code == 2
    assert told_ in err


def test_remedies_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "list", "remedies")["remedies"]
    assert [(r["id"], r["zh"]) for r in found] == [
        ("ally", "配套"), ("attract", "招引"), ("develop", "攻关"), ("stock", "储备"),
    ]  # fmt: skip
