"""Files of a shape nobody meant: each is refused with file and line, and none ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.chain.test_catalogue import CHIPS, FILES, TOYS, write

from chainmend.chain.catalogue import load_catalogue
from chainmend.errors import CatalogueError

INPUTS = TOYS[TOYS.index("        inputs:") :]
CHAINS = TOYS[TOYS.index("chains:") :]

# file, what stands there, what is put instead, the line that must be named, what the refusal must say
BROKEN = {
    "unknown key of the head": ("catalogue", "order:", "ordr:", 6, "ordr"),
    "a cluster in the order that is not there": ("catalogue", "[chips, toys]", "[chips, tops]", 6, "tops"),
    "sources of the head as a list": ("catalogue", "sources: {}", "sources: [a]", 5, "citation"),
    "sources of a cluster as a list": ("toys", "{report: A report of 2025}", "[a]", 10, "citation"),
    "chains as a number": ("toys", CHAINS, "chains: 3\n", 11, "a list"),
    "inputs as a number": ("toys", INPUTS, "        inputs: 3\n", 32, "a list"),
    "scope codes as a number": ("toys", '\n    - {code: "3985", share: 0.4}', " 3", 8, "a list"),
    "an unknown tag": ("toys", "tier: trillion", "tier: !big trillion", 4, "trillion"),
    "a date that is none": ("toys", "tier: trillion", "tier: 2026-13-45", 4, "2026-13-45"),
    "a control character": ("toys", "智能玩具", "智\x01能", 3, "no text has"),
    "a list that holds itself": ("toys", "[智能玩具]", "&a [*a]", 3, "deep"),
    "a source that is not there": ("toys", "source: report", "source: rapport", 30, "rapport"),
    "a readiness of true": ("toys", "readiness: 7", "readiness: true", 30, "1 to 9"),
    "a share of true": ("toys", "share: 0.4", "share: true", 9, "above 0"),
    "a customs code in full width": ("chips", "381800", "３８１８００", 14, "six digits"),
    "a segment without its chain's id": ("toys", "id: toy.gears", "id: gears", 18, "toy. and a name"),
    "a stage twice": ("toys", "id: whole", "id: parts", 16, "parts stands twice"),
    "a key of a stage": ("toys", "{id: whole,", "{id: whole, colour: red,", 16, "colour"),
    "an empty name": ("toys", "en: Gears", 'en: ""', 19, "both languages"),
    "a comma that cuts a text short": ("toys", "en: Wheels that", "en: Wheels, small, that", 20, "small"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_its_line(case: str, tmp_path: Path) -> None:
    file, before, after, line, said = BROKEN[case]
    text = FILES[f"{file}.yaml"]
    assert text.count(before) == 1, "the case must change one place"
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(write(tmp_path, **{file: text.replace(before, after)}))
    assert refused.value.where == f"{file}.yaml:{line}"
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a list\n", "one word\n"])
def test_a_head_that_says_nothing_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"catalogue\.yaml:1"):
        load_catalogue(write(tmp_path, catalogue=text))


def test_a_cluster_file_with_the_other_ending_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "cheese.yml").write_text(CHIPS, "utf-8")
    with pytest.raises(CatalogueError, match=r"cheese\.yml"):
        load_catalogue(tmp_path)
