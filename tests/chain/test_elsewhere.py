"""The trades that no chain has are read as written, and what cannot be meant is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chain.test_catalogue import write

from chainmend.chain.catalogue import check_catalogue, load_catalogue

TRADES = """trades:
  - id: finance
    name: {zh: 金融, en: Finance}
    terms: {zh: [银行, 保险], en: [insurance]}
"""


def written(folder: Path, text: str = TRADES) -> Path:
    (write(folder) / "elsewhere.yaml").write_text(text, "utf-8")
    return folder


def test_trades_are_read_as_written(tmp_path: Path) -> None:
    (trade,) = load_catalogue(written(tmp_path)).elsewhere
    assert (trade.id, trade.name.zh, trade.line) == ("finance", "金融", 2)
    assert (trade.terms.zh, trade.terms.en) == (("银行", "保险"), ("insurance",))


def test_a_catalogue_without_the_file_has_none(tmp_path: Path) -> None:
    before = load_catalogue(write(tmp_path))
    assert before.elsewhere == ()
    assert load_catalogue(written(tmp_path)).fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("id: finance", "name_: x", "id is missing"),
        ("zh: [银行, 保险]", "zh: 银行", "zh"),
        ("name: {zh: 金融, en: Finance}", "name: {zh: 金融}", "name"),
        ("terms: {", "term: {", "unknown key term"),
        ("terms: {", "terms: {not: [x], ", "unknown key not"),
        ("trades:", "trade:", "unknown key trade"),
    ],
)
def test_what_is_refused(tmp_path: Path, before: str, after: str, words: str) -> None:
    _found, problems = check_catalogue(written(tmp_path, TRADES.replace(before, after, 1)))
    assert any(p.file == "elsewhere.yaml" and words in p.came for p in problems), problems


def test_a_word_of_a_segment_is_no_word_of_another_trade(tmp_path: Path) -> None:
    robots = load_catalogue(write(tmp_path)).segments["toy.robots"]
    _found, problems = check_catalogue(written(tmp_path, TRADES.replace("银行", robots.terms.zh[0], 1)))
    assert [(p.file, p.line) for p in problems] == [("elsewhere.yaml", 2)]
    assert "toy.robots" in problems[0].came
    assert "finance" in problems[0].came
