"""What changed between two catalogues: each kind of change by one edit of a small one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chain.test_catalogue import CHIPS, HEAD, TOYS
from tests.chain.test_matching import pair

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.compare import Change, compare

NEW = """\
      - id: toy.wheels
        name: {zh: 轮子, en: Wheels}
        what: {zh: 转的, en: What turns}
        stage: parts
        terms: {zh: [轮子], en: [toy wheel]}
        inputs: [{segment: toy.gears, class: essential}]
"""

# file, what stands there, what is put instead, the changes
EDITS: dict[str, tuple[str, str, str, list[Change]]] = {
    "nothing": ("toys", "trillion", "trillion", []),
    "segment added": ("toys", "      - id: toy.robots", NEW + "      - id: toy.robots", [
        Change("segment", "added", "toy.wheels", (), ("轮子", "Wheels"))]),
    "moved to another stage": ("toys", "stage: whole", "stage: parts", [
        Change("segment", "moved", "toy.robots", ("toys", "toy", "whole"), ("toys", "toy", "parts"))]),
    "renamed": ("toys", "en: Gears", "en: Cogs", [
        Change("segment", "renamed", "toy.gears", ("齿轮", "Gears"), ("齿轮", "Cogs"))]),
    "recoded": ("toys", 'codes: ["3491"]', 'codes: ["3985"]', [
        Change("segment", "recoded", "toy.robots", ("3491",), ("3985",))]),
    "other customs codes": ("chips", '["381800"]', '["381800", "854231"]', [
        Change("segment", "recoded", "chip.wafers", (), ("HS 854231",))]),
    "another class of dependence": ("toys", "chip.wafers, class: substitutable", "chip.wafers, class: essential", [
        Change("segment", "inputs", "toy.robots", ("chip.wafers substitutable",), ("chip.wafers essential",))]),
    "terms": ("chips", "not: [光伏]", "not: [太阳能]", [
        Change("segment", "terms", "chip.wafers", ("- 光伏",), ("- 太阳能",))]),
    "described otherwise": ("chips", "Slices of silicon", "Thin slices", [
        Change("segment", "described", "chip.wafers", ("单晶硅的薄片", "Slices of silicon"),
               ("单晶硅的薄片", "Thin slices"))]),
    "difficulty": ("toys", "readiness: 7", "readiness: 8", [
        Change("segment", "difficulty", "toy.robots", ("readiness 7", "concentration 0.3", "因", "Why"),
               ("readiness 8", "concentration 0.3", "因", "Why"))]),
    "status": ("chips", "status: stated", "status: confirmed", [
        Change("cluster", "status", "chips", ("stated",), ("confirmed",))]),
    "tier": ("chips", "tier: hundred-billion", "tier: unranked", [
        Change("cluster", "tier", "chips", ("hundred-billion",), ("unranked",))]),
    "scope": ("chips", "share: 0.6", "share: 0.5", [
        Change("cluster", "scope", "chips", ("3985 0.6",), ("3985 0.5",))]),
    "code system": ("catalogue", "GB/T 4754-2017", "GB/T 4754-2011", [
        Change("catalogue", "code_system", "toy-town", ("GB/T 4754-2017",), ("GB/T 4754-2011",))]),
    "name of a chain": ("chips", "chip\n    name: {zh: 芯片, en: Chips}", "chip\n    name: {zh: 芯片, en: Dies}", [
        Change("chain", "renamed", "chip", ("芯片", "Chips"), ("芯片", "Dies"))]),
}  # fmt: skip
FILES = {"toys": TOYS, "chips": CHIPS, "catalogue": HEAD}


@pytest.mark.parametrize("case", EDITS)
def test_one_edit_is_one_change(case: str, tmp_path: Path) -> None:
    file, before, after, changes = EDITS[case]
    assert FILES[file].count(before) == 1
    a, b = pair(tmp_path, **{file: FILES[file].replace(before, after)})
    found = compare(a, b)
    assert list(found.changes) == changes
    touched = {c.id for c in changes if c.level == "segment" and c.event != "added"}
    assert found.unchanged == 3 - len(touched)


@pytest.mark.parametrize("case", [c for c in EDITS if c != "nothing"])
def test_the_other_way_round_before_and_after_change_places(case: str, tmp_path: Path) -> None:
    file, before, after, _changes = EDITS[case]
    a, b = pair(tmp_path, **{file: FILES[file].replace(before, after)})
    other = {"added": "removed", "removed": "added"}
    there = [(c.level, other.get(c.event, c.event), c.id, c.after, c.before) for c in compare(a, b).changes]
    back = [(c.level, c.event, c.id, c.before, c.after) for c in compare(b, a).changes]
    assert sorted(back) == sorted(there)


def test_a_segment_that_goes_to_another_cluster_is_moved_and_who_needs_it_does_not_change(
    tmp_path: Path,
) -> None:
    start, end = TOYS.index("      - id: toy.gears"), TOYS.index("      - id: toy.robots")
    gears = TOYS[start:end].replace("toy.gears", "chip.gears").replace("stage: parts", "stage: materials")
    toys = (TOYS[:start] + TOYS[end:]).replace("toy.gears", "chip.gears")
    a, b = pair(tmp_path, toys=toys, chips=CHIPS + gears)
    assert list(compare(a, b).changes) == [
        Change("segment", "moved", "chip.gears", ("toys", "toy", "parts"), ("chips", "chip", "materials"))
    ]


def test_a_segment_with_another_id_in_its_chain_is_renamed(tmp_path: Path) -> None:
    a, b = pair(tmp_path, toys=TOYS.replace("toy.gears", "toy.cogs"))
    assert list(compare(a, b).changes) == [
        Change(
            "segment", "renamed", "toy.cogs", ("toy.gears", "齿轮", "Gears"), ("toy.cogs", "齿轮", "Gears")
        )
    ]


def test_a_cluster_with_another_id_is_renamed_and_its_segments_have_not_moved(tmp_path: Path) -> None:
    a, _b = pair(tmp_path)
    folder = tmp_path / "b"
    (folder / "chips.yaml").rename(folder / "dies.yaml")
    (folder / "dies.yaml").write_text(CHIPS.replace("id: chips", "id: dies"), "utf-8")
    (folder / "catalogue.yaml").write_text(HEAD.replace("[chips, toys]", "[dies, toys]"), "utf-8")
    assert list(compare(a, load_catalogue(folder)).changes) == [
        Change("cluster", "renamed", "dies", ("chips", "芯片", "Chips"), ("dies", "芯片", "Chips"))
    ]


def test_two_cities_by_a_concordance() -> None:
    a, b = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
    found = compare(a, b, {"geq.bearings": "mt.bearings"})
    assert found.same["geq.bearings"] == "mt.bearings"
    assert Change("catalogue", "code_system", b.id, ("GB/T 4754-2017",), ("NACE Rev. 2",)) in found.changes
    moved = {c.id: (c.before, c.after) for c in found.changes if c.event == "moved"}
    assert moved["mt.bearings"][1] == ("machine-tools", "mt", "components")
    added = {c.id for c in found.changes if c.level == "segment" and c.event == "added"}
    assert added == set(b.segments) - set(found.same.values())
