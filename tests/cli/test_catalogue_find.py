"""``chainmend catalogue find``: what is printed, in both languages and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.chain.test_catalogue import write
from tests.chain.test_lookup import EXPECTED
from tests.cli.test_catalogue import run, wide  # noqa: F401  (a fixture that applies to every test here)

from chainmend.errors import SettingsError
from chainmend.i18n import set_language


@pytest.mark.parametrize(
    "term", ["光刻机", "减速器", "CMOS图像传感器"]
)  # all ten: tests/chain/test_lookup.py
def test_what_a_newcomer_looks_for(term: str) -> None:
    found = json.loads(run("find", term, "--json").output)["found"]
    assert found[0]["segment"] in EXPECTED[term]
    assert found[0]["cluster"]["status"] in ("confirmed", "stated", "unofficial")
    for side in ("upstream", "downstream"):
        assert found[0][side]
        assert all(e["zh"] and e["en"] and e["class"] and e["status"] for e in found[0][side])


def test_in_english(tmp_path: Path) -> None:
    lines = run("find", "robots", "--catalogue", str(write(tmp_path))).output.splitlines()
    assert lines[0].startswith("1. Robots 机器人  toy.robots")
    text = "\n".join(lines)
    assert "Toys · confirmed · stage Whole" in text
    assert "found by name: Robots" in text
    assert "industry codes 3491; customs codes –" in text
    assert "upstream, essential: Gears toy.gears" in text
    assert "upstream, substitutable: Wafers chip.wafers" in text
    assert "downstream: nothing" in text


def test_in_chinese(tmp_path: Path) -> None:
    set_language("zh")
    text = run("find", "硅片", "--catalogue", str(write(tmp_path))).output
    assert text.startswith("1. 硅片 Wafers  chip.wafers")
    assert "芯片 · 已提及 stated · 阶段：材料" in text
    assert "依据名称：硅片" in text
    assert "上游：无" in text
    assert "下游（可替代）：机器人 toy.robots" in text


def test_only_as_many_as_asked_for() -> None:
    few, every = run("find", "芯片", "--limit", "2").output, run("find", "芯片", "--limit", "0").output
    assert "--limit 0 prints all" in few
    assert "3. " not in few
    assert "12. " in every
    assert "--limit" not in every


def test_nothing_found_ends_with_1_and_says_what_is_near() -> None:
    result = run("find", "光克机")
    assert result.exit_code == 1
    assert "no segment is found by 光克机" in result.output
    assert "光刻机" in result.output
    found = json.loads(run("find", "光克机", "--json").output)
    assert (found["count"], found["found"]) == (0, [])
    assert "光刻机" in found["near"]


def test_an_empty_term_is_refused() -> None:
    refused = run("find", " ").exception
    assert isinstance(refused, SettingsError)
    assert str(refused) == "an empty term; expected: a word, a code or the name of a firm"
