"""The page on the pilot field says of every scenario and model what the code asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chainmend.pilot.finding import scenarios

pytest.importorskip("PIL", reason="the extra pilot is not installed")
SCENARIOS = scenarios()


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, list[str]]:
    """Id -> the cells of its line."""
    text = (root / "docs/pilot.md").read_text("utf-8").partition("\n## Scenarios\n")[2].partition("\n## ")[0]
    found = [
        [c.strip() for c in line.strip("| ").split("|")] for line in text.splitlines() if line[:3] == "| `"
    ]
    return {cells[0].strip("`"): cells[1:] for cells in found}


def test_every_scenario_is_on_the_page(rows: dict[str, list[str]]) -> None:
    assert sorted(rows) == sorted(SCENARIOS)


@pytest.mark.parametrize("id", sorted(SCENARIOS))
def test_item_metric_limits_and_tolerances_are_those_of_the_code(id: str, rows: dict[str, list[str]]) -> None:
    _what, item, metric, least, most, int8 = rows[id]
    task = SCENARIOS[id].task
    limits, allowed = task.limits, task.tolerances["int8"]
    assert item == task.item[1]
    assert (re.findall(r"`(\w+)`", metric) or [""])[0] == task.metric
    assert least == ("–" if limits.accuracy is None else f"{limits.accuracy:g}")
    assert most == ("–" if limits.latency_seconds is None else f"{limits.latency_seconds:g} s")
    bounds = {"cosine": allowed.cosine, "top-1": allowed.top1, "drop": allowed.drop}
    assert int8 == ", ".join(f"{name} {bound:g}" for name, bound in bounds.items() if bound is not None)
    assert allowed.error is None


def test_every_family_of_models_is_on_the_page(root: Path) -> None:
    text = (root / "docs/pilot.md").read_text("utf-8")
    families = {family for scenario in SCENARIOS.values() for family in scenario.families} - {"own"}
    assert [family for family in families if f"`{family}`" not in text] == []
