"""Which segment is which: what is recognised, what is not guessed, and the score by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.chain.test_catalogue import CHIPS, TOYS, write

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.matching import likeness, proposals, same_segments

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue


def pair(tmp_path: Path, **changed: str) -> tuple[Catalogue, Catalogue]:
    """The small catalogue, and one with other text for the files named."""
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    return load_catalogue(write(folders[0])), load_catalogue(write(folders[1], **changed))


def test_equal_ids_are_the_same_whatever_the_name(tmp_path: Path) -> None:
    a, b = pair(tmp_path, toys=TOYS.replace("{zh: 齿轮, en: Gears}", "{zh: 轮, en: Wheels}"))
    assert same_segments(a, b) == {s: s for s in a.segments}


@pytest.mark.parametrize(
    "name", ["{zh: 齿轮, en: Gears}", "{zh: 齿轮, en: Cogs}", "{zh: 轮, en: GEARS}"], ids=["both", "zh", "en"]
)
def test_a_new_id_is_recognised_by_a_name(name: str, tmp_path: Path) -> None:
    toys = TOYS.replace("toy.gears", "toy.cogs").replace("{zh: 齿轮, en: Gears}", name)
    a, b = pair(tmp_path, toys=toys.replace("[gear]", "[cog]"))
    assert same_segments(a, b)["toy.gears"] == "toy.cogs"


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ("zh: [齿轮], en: [cog]", True),
        ("zh: [链轮, 带轮, 蜗轮], en: [gear]", True),
        ("zh: [链轮], en: [cog]", False),
    ],
    ids=["one of two", "one of two of the smaller", "none"],
)
def test_a_new_id_and_name_are_recognised_by_half_of_the_terms(
    terms: str, found: bool, tmp_path: Path
) -> None:
    toys = TOYS.replace("toy.gears", "toy.cogs").replace("{zh: 齿轮, en: Gears}", "{zh: 轮, en: Cogs}")
    a, b = pair(tmp_path, toys=toys.replace("zh: [齿轮], en: [gear]", terms))
    assert same_segments(a, b).get("toy.gears") == ("toy.cogs" if found else None)


def test_two_that_could_be_it_are_not_guessed(tmp_path: Path) -> None:
    twins = TOYS.replace("toy.gears", "toy.cogs").replace(
        "      - id: toy.robots",
        "      - id: toy.cogs2\n        name: {zh: 齿轮, en: Gears}\n        what: {zh: 轮, en: Wheel}\n"
        "        stage: parts\n        terms: {zh: [大齿轮], en: [big gear]}\n      - id: toy.robots",
    )
    twins = twins.replace("terms: {zh: [齿轮], en: [gear]}", "terms: {zh: [小齿轮], en: [small gear]}")
    twins = twins.replace(
        "- {segment: toy.cogs, class: essential}",
        "- {segment: toy.cogs, class: essential}\n          - {segment: toy.cogs2, class: essential}",
    )
    a, b = pair(tmp_path, toys=twins)
    assert "toy.gears" not in same_segments(a, b)


def test_what_somebody_says_goes_first(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    found = same_segments(a, b, {"toy.gears": "chip.wafers", "toy.nothing": "toy.gears"})
    assert found["toy.gears"] == "chip.wafers"
    assert len(set(found.values())) == len(found)
    assert "toy.nothing" not in found


def test_the_score_by_hand(tmp_path: Path) -> None:
    """Wafers: one of three words (name zh, name en, term) in common, and the one customs code of one pair."""
    chips = CHIPS.replace("chip.", "ship.").replace("id: chip\n", "id: ship\n")
    chips = chips.replace("{zh: 硅片, en: Wafers}", "{zh: 片, en: Slices}")
    toys = TOYS.replace("chip.wafers", "ship.wafers")
    a, b = pair(tmp_path, chips=chips.replace("[silicon wafer]", "[slice]"), toys=toys)
    (wafers,) = [p for p in likeness(a, b) if p.source == "chip.wafers"]
    words = 3  # 硅片 is name and term: 硅片, wafers, silicon wafer; the other has 片, slices, 硅片, slice
    assert wafers.score == pytest.approx(1 - (1 - 1 / words) * (1 - 0.5), abs=1e-4)
    assert (wafers.target, wafers.terms, wafers.hs, wafers.codes) == (
        "ship.wafers",
        ("硅片",),
        ("381800",),
        ("3985",),
    )
    assert not wafers.names


def test_a_customs_code_of_many_segments_says_less() -> None:
    a, b = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
    score = {(p.source, p.target): p.score for p in likeness(a, b)}
    sharing = [s for s in a.segments.values() if "810890" in s.hs]
    assert score["mat.titanium", "med.titanium"] == pytest.approx(0.5 / len(sharing), abs=1e-4)


def test_proposals_are_not_what_is_known_already() -> None:
    a, b = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
    first = proposals(a, b)[0]
    assert (first.source, first.target) == ("geq.castings", "mt.castings")
    rest = proposals(a, b, [("geq.castings", "mt.castings")])
    assert ("geq.castings", "mt.castings") not in [(p.source, p.target) for p in rest]
    assert all(p.score >= 0.6 for p in proposals(a, b, least=0.6))


def test_codes_of_two_systems_are_not_compared() -> None:
    """2815 is no class in common, whatever the digits."""
    a, b = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
    assert all(p.codes == () for p in likeness(a, b))
