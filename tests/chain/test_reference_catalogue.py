"""The shipped catalogues: clean, ordered, quick to load, and true to the classification."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from chainmend.chain.catalogue import check_catalogue, load_catalogue, shipped


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_catalogue_is_clean(name: str) -> None:
    catalogue, problems = check_catalogue(name)
    assert problems == []
    assert catalogue is not None
    assert catalogue.id == name


def test_the_reference_catalogue_says_how_surely_each_name_is_known() -> None:
    found = {c.id: (c.tier, c.status) for c in load_catalogue("hangzhou-296x").clusters}
    ids = list(found)
    assert ids[:3] == ["artificial-intelligence", "visual-intelligence", "embodied-intelligence"]
    assert ids[-6:] == [f"future-{n}" for n in range(1, 7)]
    assert [tier for tier, _ in found.values()] == sorted(
        (tier for tier, _ in found.values()), key=["trillion", "hundred-billion", "future"].index
    )
    confirmed = {"artificial-intelligence", "visual-intelligence", "embodied-intelligence"}
    assert all(found[name][1] == "confirmed" for name in confirmed)
    unofficial = {
        "biomedicine-and-devices",
        "new-materials",
        "high-end-general-equipment",
        "modern-textiles-and-apparel",
    }
    assert all(found[name] == ("hundred-billion", "unofficial") for name in unofficial)
    assert all(found[f"future-{n}"] == ("future", "open") for n in range(1, 7))


def test_code_names_are_those_of_the_standard(shared: Path) -> None:
    path = shared / "data" / "classifications" / "gbt4754_2017.csv.gz"
    if not path.is_file():
        pytest.skip("the classification is not there")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        standard = {row["code"]: row["name"] for row in csv.DictReader(file)}
    named = {code: text.zh for code, text in load_catalogue("hangzhou-296x").codes}
    assert {c: n for c, n in named.items() if standard.get(c) != n} == {}
