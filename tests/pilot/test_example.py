"""The example result file of the documents is sound, and its verdicts are those that the page tells of."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainmend.pilot.matrix import build_matrix
from chainmend.pilot.results import read_trials

pytest.importorskip("cryptography", reason="the extra pilot is not installed")

from chainmend.pilot.checking import check_results
from chainmend.pilot.signing import read_public


def test_example_can_be_derived_again_and_is_signed(root: Path) -> None:
    folder = root / "docs/pilot"
    found = check_results(folder / "example.jsonl", read_public(folder / "example.pub"))
    assert found.problems == []
    assert found.fingerprint
    assert len(found.trials) == 9


def test_example_shows_what_works_is_wrong_and_fails(root: Path) -> None:
    matrix = build_matrix(read_trials(root / "docs/pilot/example.jsonl"))
    wrong = {cell.row.model.id for cell in matrix.cells.values() if cell.verdict == "wrong"}
    fails = {cell.row.model.id for cell in matrix.cells.values() if cell.verdict == "fails"}
    assert (wrong, fails) == ({"silero_vad.int8", "silero_vad.float16"}, {"lac.float16"})
    assert matrix.counts["works"] == 6
