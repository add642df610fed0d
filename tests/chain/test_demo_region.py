"""The second shipped catalogue: of another kind in every respect, and as sound as the first."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pytest
from tests.cli.test_catalogue import run

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.scope import uncounted
from chainmend.i18n import set_language

REGION = load_catalogue("demo-region-nace")


def test_it_is_small_and_has_another_code_system_and_no_size_classes() -> None:
    assert REGION.code_system == "NACE Rev. 2"
    assert {c.tier for c in REGION.clusters} == {"unranked"}
    assert {c.status for c in REGION.clusters} == {"unofficial"}
    assert 15 <= len(REGION.segments) <= 25
    assert all(re.fullmatch(r"\d\d\.\d\d", code) for code, _name in REGION.codes)


def test_every_segment_says_how_hard_it_is_and_why_and_counts_somewhere() -> None:
    assert all(s.difficulty.readiness and s.difficulty.reason for s in REGION.segments.values())
    assert uncounted(REGION) == {}


def test_every_named_code_is_used() -> None:
    used = {c for s in REGION.segments.values() for c in s.codes}
    assert used == {code for code, _name in REGION.codes}


def test_one_cluster_rests_on_the_other() -> None:
    crossing = [
        d for d in REGION.dependences if d.source.split(".")[0] == "mt" and d.target.split(".")[0] == "med"
    ]
    assert ("mt.bearings", "med.imaging") in [(d.source, d.target) for d in crossing]


def test_its_divisions_are_those_of_isic(shared: Path) -> None:
    """NACE Rev. 2 and ISIC Rev. 4 are one down to the division, and a name of both is the same in both."""
    path = shared / "data" / "classifications" / "isic4_desc.csv.gz"
    if not path.is_file():
        pytest.skip("the classification is not there")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        isic = {row[0]: row[1] for row in csv.reader(file)}
    codes = {code.replace(".", ""): name.en for code, name in REGION.codes}
    assert {code[:2] for code in codes} <= set(isic)
    for code in ("2660", "2670", "3250", "3312", "3320", "6201", "7120"):
        assert codes[code].casefold() == isic[code].casefold()


@pytest.mark.parametrize(("language", "words"), [("en", "no size class"), ("zh", "未分规模")])
def test_it_is_shown_in_both_languages(language: str, words: str) -> None:
    set_language("zh" if language == "zh" else "en")
    assert run("show", "demo-region-nace").output.count(words) == 2
