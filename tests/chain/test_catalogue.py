"""Catalogues: what is loaded, and that everything refused is refused with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import chainmend.chain.catalogue
from chainmend.chain.catalogue import check_catalogue, load_catalogue
from chainmend.chain.model import CodeShare, Dependence
from chainmend.errors import CatalogueError

HEAD = """\
id: toy-town
version: "1"
name: {zh: 玩具城, en: Toy town}
code_system: GB/T 4754-2017
sources: {}
order: [chips, toys]
codes:
  "3985": {zh: 电子专用材料制造, en: Electronic materials}
  "3491": {zh: 工业机器人制造, en: Industrial robots}
"""

CHIPS = """\
id: chips
name: {zh: 芯片, en: Chips}
tier: hundred-billion
status: stated
scope:
  codes:
    - {code: "3985", share: 0.6}
chains:
  - id: chip
    name: {zh: 芯片, en: Chips}
    stages:
      - {id: materials, name: {zh: 材料, en: Materials}}
    segments:
      - id: chip.wafers
        name: {zh: 硅片, en: Wafers}
        what: {zh: 单晶硅的薄片, en: Slices of silicon}
        stage: materials
        codes: ["3985"]
        hs: ["381800"]
        terms: {zh: [硅片], en: [silicon wafer], not: [光伏]}
"""

TOYS = """\
id: toys
name: {zh: 玩具, en: Toys}
aliases: [智能玩具]
tier: trillion
status: confirmed
scope:
  note: {zh: 只计玩具, en: Only toys count}
  codes:
    - {code: "3985", share: 0.4}
sources: {report: A report of 2025}
chains:
  - id: toy
    name: {zh: 玩具, en: Toys}
    stages:
      - {id: parts, name: {zh: 零件, en: Parts}}
      - {id: whole, name: {zh: 整机, en: Whole}}
    segments:
      - id: toy.gears
        name: {zh: 齿轮, en: Gears}
        what: {zh: 传动的轮子, en: Wheels that drive}
        stage: parts
        terms: {zh: [齿轮], en: [gear]}
      - id: toy.robots
        name: {zh: 机器人, en: Robots}
        what: {zh: 会走的玩具, en: Toys that walk}
        stage: whole
        codes: ["3491"]
        terms: {zh: [玩具机器人], en: [toy robot]}
        firms: [示例公司]
        difficulty: {readiness: 7, concentration: 0.3, source: report, reason: {zh: 因, en: Why}}
        unit: {zh: 万台, en: ten thousand units}
        inputs:
          - {segment: toy.gears, class: essential}
          - {segment: chip.wafers, class: substitutable}
"""

FILES = {"catalogue.yaml": HEAD, "chips.yaml": CHIPS, "toys.yaml": TOYS}


def write(folder: Path, **changed: str) -> Path:
    """Write the small catalogue into `folder`, with other text for the files named."""
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".yaml"), text), "utf-8")
    return folder


def test_a_small_catalogue_is_read_as_written(tmp_path: Path) -> None:
    found, problems = check_catalogue(write(tmp_path))
    assert problems == []
    assert found is not None
    assert (found.id, found.version, found.name.en) == ("toy-town", "1", "Toy town")
    toys = found.clusters[1]
    assert (toys.id, toys.tier, toys.status, toys.aliases) == ("toys", "trillion", "confirmed", ("智能玩具",))
    assert toys.codes == (CodeShare("3985", 0.4),)
    assert toys.scope_note is not None
    assert toys.sources == (("report", "A report of 2025"),)
    robots = found.segments["toy.robots"]
    assert robots.difficulty.readiness == 7
    assert robots.difficulty.concentration == 0.3
    assert robots.unit is not None
    assert robots.unit["zh"] == "万台"
    assert robots.line == line_of(TOYS, "id: toy.robots")
    assert found.segments["chip.wafers"].terms.exclude == ("光伏",)


def test_an_input_may_come_from_another_cluster(tmp_path: Path) -> None:
    found = load_catalogue(write(tmp_path))
    assert found.downstream["chip.wafers"] == (Dependence("chip.wafers", "toy.robots", "substitutable"),)


def test_clusters_stand_in_the_order_named_else_by_tier(tmp_path: Path) -> None:
    assert [c.id for c in load_catalogue(write(tmp_path)).clusters] == ["chips", "toys"]
    unnamed = HEAD.replace("order: [chips, toys]\n", "")
    assert [c.id for c in load_catalogue(write(tmp_path, catalogue=unnamed)).clusters] == ["toys", "chips"]


def line_of(text: str, snippet: str) -> int:
    """Line (from 1) on which `snippet` stands; it must stand once."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if snippet in line]
    assert len(lines) == 1, (snippet, lines)
    return lines[0]


ROBOT_INPUT = "- {segment: toy.gears, class: essential}"
GEAR_TERMS = "terms: {zh: [齿轮], en: [gear]}"

# file, what stands there, what is put instead, a text on the line that must be named, what the refusal must say
REFUSED = {
    "unknown code": ("toys", '"3491"', '"9999"', "id: toy.robots", "9999"),
    "unknown code of the scope": ("toys", '"3985", share', '"9999", share', '"9999", share', "9999"),
    "code without quotes": ("toys", '"3491"', "3491", "codes: [3491]", "quotes"),
    "scope code without quotes": ("toys", '"3985", share', "3985, share", "code: 3985", "quotes"),
    "customs code of five digits": ("chips", "381800", "38180", "id: chip.wafers", "38180"),
    "customs code with letters": ("chips", "381800", "3818AB", "id: chip.wafers", "3818AB"),
    "segment twice": (
        "toys",
        "id: toy.robots",
        "id: toy.gears",
        "name: {zh: 机器人",
        "toy.gears stands twice",
    ),
    "unknown stage": ("toys", "stage: whole", "stage: hole", "id: toy.robots", "hole"),
    "unknown input": ("toys", "segment: toy.gears", "segment: toy.wheels", "id: toy.robots", "toy.wheels"),
    "same term in zh": ("toys", "[齿轮]", "[硅片]", "id: toy.gears", "硅片"),
    "same term in en, other case": ("toys", "[gear]", "[Silicon Wafer]", "id: toy.gears", "Silicon Wafer"),
    "same term, full-width": (
        "toys",
        "[gear]",
        "[Ｓｉｌｉｃｏｎ ｗａｆｅｒ]",
        "id: toy.gears",
        "chip.wafers",
    ),
    "nothing goes in or out": ("toys", ROBOT_INPUT, "", "id: toy.gears", "toy.gears"),
    "shares above 1": ("toys", "share: 0.4", "share: 0.5", "share: 0.5", "3985 counts 1.1 times"),
    "share of nothing": ("toys", "share: 0.4", "share: 0", "share: 0", "above 0"),
    "share of words": ("toys", "share: 0.4", "share: half", "share: half", "half"),
    "unknown key of a cluster": ("toys", "aliases:", "alias:", "alias:", "alias"),
    "unknown key of a segment": ("toys", "firms:", "firm:", "firm:", "firm"),
    "unknown key of terms": ("toys", "en: [gear]", "fr: [gear]", "fr: [gear]", "fr"),
    "unknown key of an input": ("toys", "gears, class", "gears, kind", "gears, kind", "kind"),
    "unknown key of a difficulty": ("toys", "{readiness: 7", "{ready: 7", "{ready: 7", "ready"),
    "missing tier": ("toys", "tier: trillion\n", "", "id: toys", "tier is missing"),
    "missing stage": ("toys", "        stage: whole\n", "", "id: toy.robots", "stage is missing"),
    "missing name": ("toys", "        name: {zh: 齿轮, en: Gears}\n", "", "id: toy.gears", "name"),
    "name in one language": (
        "toys",
        "{zh: 齿轮, en: Gears}",
        "{zh: 齿轮}",
        "name: {zh: 齿轮}",
        "both languages",
    ),
    "bad status": ("toys", "status: confirmed", "status: official", "status: official", "unofficial"),
    "bad tier": ("toys", "tier: trillion", "tier: big", "tier: big", "hundred-billion"),
    "bad class": ("toys", "class: essential", "class: vital", "class: vital", "substitutable"),
    "readiness of 10": ("toys", "readiness: 7", "readiness: 10", "readiness: 10", "1 to 9"),
    "concentration above 1": ("toys", "concentration: 0.3", "concentration: 3", "concentration: 3", "0 to 1"),
    "concentration unsourced": ("toys", "source: report, ", "", "concentration: 0.3", "without its source"),
    "terms that are no list": ("toys", "[gear]", "gear", "en: gear", "list"),
    "a term that is a number": ("toys", "[gear]", "[7]", "en: [7]", "quotes"),
    "id unlike the file": ("toys", "id: toys", "id: games", "id: games", "games"),
    "key twice": (
        "toys",
        "tier: trillion",
        "tier: trillion\ntier: future",
        "tier: future",
        "tier stands twice",
    ),
    "code of the head without name": ("catalogue", "{zh: 工业机器人制造, ", "{", '"3491":', "both languages"),
    "broken YAML": ("toys", "[智能玩具]", "[智能玩具", "tier: trillion", "YAML"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_named_with_file_and_line(case: str, tmp_path: Path) -> None:
    file, before, after, snippet, said = REFUSED[case]
    original = FILES[f"{file}.yaml"]
    assert original.count(before) == 1, "the case must change one place"
    text = original.replace(before, after)
    line = line_of(text, snippet)
    if case == "segment twice":
        line -= 1  # two lines say the id; the name below tells the second one
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(write(tmp_path, **{file: text}))
    assert refused.value.where == f"{file}.yaml:{line}"
    assert said in str(refused.value)
    assert refused.value.expected


@pytest.mark.parametrize(
    ("kind", "refused"), [("essential", True), ("substitutable", True), ("irrelevant", False)]
)
def test_a_cycle_is_printed_unless_the_input_is_irrelevant(kind: str, refused: bool, tmp_path: Path) -> None:
    back = f"{GEAR_TERMS}\n        inputs: [{{segment: toy.robots, class: {kind}}}]"
    _, problems = check_catalogue(write(tmp_path, toys=TOYS.replace(GEAR_TERMS, back)))
    rings = [p.came.removeprefix("a cycle: ").split(" <- ") for p in problems]
    assert rings == ([["toy.gears", "toy.robots", "toy.gears"]] if refused else [])
    assert [p.file for p in problems] == ["toys.yaml"] * refused


def test_a_segment_that_needs_itself_is_a_cycle(tmp_path: Path) -> None:
    own = TOYS.replace("segment: toy.gears", "segment: toy.robots")
    _, problems = check_catalogue(write(tmp_path, toys=own))
    assert "a cycle: toy.robots <- toy.robots" in [p.came for p in problems]


def test_a_chain_that_stands_in_two_clusters_is_refused(tmp_path: Path) -> None:
    toys = TOYS.replace("- id: toy\n", "- id: chip\n").replace("toy.", "chip.")
    with pytest.raises(CatalogueError, match=r"toys\.yaml:1: the chain chip stands twice"):
        load_catalogue(write(tmp_path, toys=toys))


def test_a_long_chain_is_no_cycle(tmp_path: Path) -> None:
    """The search for cycles does not recurse, and a diamond is none."""
    segments = TOYS[TOYS.index("      - id: toy.gears") :]
    step = (
        "      - id: toy.s{n}\n        name: {{zh: 步, en: Step}}\n        what: {{zh: 步, en: Step}}\n"
        "        stage: parts\n        inputs:\n          - {{segment: {one}, class: essential}}\n"
        "          - {{segment: {two}, class: essential}}\n"
    )
    ids = ["toy.gears", "toy.gears", *(f"toy.s{n}" for n in range(1500))]
    long = "".join(step.format(n=n, one=ids[n], two=ids[n + 1]) for n in range(1500))
    _, problems = check_catalogue(write(tmp_path, toys=TOYS.replace(segments, segments + long)))
    assert problems == []


def test_all_problems_are_collected_and_the_first_is_raised(tmp_path: Path) -> None:
    toys = TOYS.replace('"3491"', '"9999"').replace("stage: whole", "stage: hole")
    chips = CHIPS.replace("381800", "38")
    folder = write(tmp_path, toys=toys, chips=chips)
    catalogue, problems = check_catalogue(folder)
    assert catalogue is not None
    assert sorted(p.file for p in problems) == ["chips.yaml", "toys.yaml", "toys.yaml"]
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    assert refused.value.where == problems[0].where


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "toys.yaml").write_bytes(TOYS.encode("gb18030"))
    with pytest.raises(CatalogueError, match=r"toys\.yaml.*UTF-8"):
        load_catalogue(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (write(tmp_path) / "toys.yaml").write_bytes(TOYS.encode("utf-8-sig"))
    assert len(load_catalogue(tmp_path).segments) == 3


def test_an_empty_cluster_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"toys\.yaml:1"):
        load_catalogue(write(tmp_path, toys=""))


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_no_catalogue_names_those_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="hangzhou-296x"):
        load_catalogue(tmp_path / name)


def test_the_fingerprint_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    first = load_catalogue(write(one)).fingerprint
    assert load_catalogue(write(two)).fingerprint == first
    assert len(first) == 64
    assert load_catalogue(write(two, toys=TOYS + "# a word\n")).fingerprint != first


def test_a_catalogue_is_read_once_until_its_files_change(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(
        Path(chainmend.chain.catalogue.__file__).parent / "catalogues" / "demo_region_nace", folder
    )
    first = load_catalogue(folder)
    assert load_catalogue(folder) is first
    head = folder / "catalogue.yaml"
    head.write_text(head.read_text("utf-8") + "# a word more\n", "utf-8")
    second = load_catalogue(folder)
    assert second == first
    assert second.fingerprint != first.fingerprint
    (folder / "more.yml").write_text("", "utf-8")
    with pytest.raises(CatalogueError, match=r"more\.yml"):
        load_catalogue(folder)
