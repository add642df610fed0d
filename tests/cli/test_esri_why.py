"""``chainmend esri --why``: one firm's role in words, as JSON, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import run
from tests.cli.test_stress import folder, segments, told

__all__ = ["folder", "segments"]  # fixtures


def test_json_holds_who_hangs_on_the_firm(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """E sells to C, C to R; a fourth firm deals with nobody."""
    found = told(capsys, "esri", str(folder), "--why", "C")
    assert (found["esri"], found["own_share"]) == (pytest.approx(0.8), pytest.approx(0.2))
    assert [(r["firm_id"], r["essentiality"]) for r in found["only_supplier_of"]] == [("R", 2)]
    assert (found["only_supplier_of_all"], found["cut_off"]) == (1, 1)
    assert {"direction": "upstream", "essential": False, "steps": 1, "firms": 1} in found["reach"]
    assert (found["firm"]["firm_id"], found["estimated"], found["synthetic"]) == ("C", False, True)


def test_the_text_says_it_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = run(capsys, "esri", str(folder), "--why", "C")
    assert code == 0
    assert (
        "If it stops, the city loses 80.00% of its output, 400 m yuan a year; its own share is 20.00%." in out
    )
    assert "Buyers that have nobody else of its segment: 1, for 1 of which the input is essential." in out
    assert "cut off from the rest of the network without it: 1." in out
    assert "made-up data" in out
    out = run(capsys, "esri", str(folder), "--why", "R", "--lang", "zh")[1]
    assert "各采购方均有同一环节的其他供应商。" in out
    assert "若无该企业，网络其余部分仍然连通。" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--why", "Q"), "no firm Q in the network of 2025"),
        (("--why", "C", "--estimate"), "--why together with --estimate or --out"),
        (("--why", "C", "--out", "x.csv"), "--why together with --estimate or --out"),
        (("--why", "C", "--tolerance", "2"), "tolerance"),
    ],
)
def test_what_cannot_be_said_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "esri", str(folder), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
