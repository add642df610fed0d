"""What the clusters grew out of: read as written, refused with its line, and ready for a Sankey diagram."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.chain.test_catalogue import write

from chainmend.chain.catalogue import check_catalogue, load_catalogue
from chainmend.chain.lineage import FLOW, flow, read_lineage, without_origin, without_successor
from chainmend.chain.model import Catalogue, Succession

LINEAGE = """\
sources: {plan: The plan of 2022}
origins:
  - id: play
    name: {zh: 玩乐, en: Play}
    date: "2022"
    status: stated
    source: plan
    members:
      - {id: play.toys, name: {zh: 玩具, en: Toys}}
      - {id: play.games, name: {zh: 游戏, en: Games}}
  - {id: silicon, name: {zh: 硅, en: Silicon}, date: "2022-03", status: confirmed, source: plan}
successions:
  - {from: play.toys, to: toys, kind: merges, date: "2025", status: confirmed, source: plan}
  - from: silicon
    to: toys
    kind: merges
    date: "2025"
    status: inferred
    note: {zh: 推断, en: A guess}
"""


def lineage(folder: Path, text: str = LINEAGE) -> Path:
    """The small catalogue with a lineage."""
    (write(folder) / "lineage.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def city() -> Catalogue:
    return load_catalogue("hangzhou-296x")


def test_a_lineage_is_read_as_written(tmp_path: Path) -> None:
    known = load_catalogue(lineage(tmp_path)).lineage
    assert [(o.id, o.within, o.status) for o in known.origins] == [
        ("play", None, "stated"),
        ("play.toys", "play", "stated"),
        ("play.games", "play", "stated"),
        ("silicon", None, "confirmed"),
    ]
    assert known.successions[0] == Succession(
        "play.toys", "toys", "merges", "2025", "confirmed", None, "plan"
    )
    assert known.successions[1].note is not None
    assert known.sources == (("plan", "The plan of 2022"),)


def test_a_catalogue_without_the_file_has_an_empty_lineage(tmp_path: Path) -> None:
    found = load_catalogue(write(tmp_path))
    assert (found.lineage.origins, flow(found)) == ((), [])


def test_the_file_counts_towards_the_fingerprint(tmp_path: Path) -> None:
    before = load_catalogue(write(tmp_path)).fingerprint
    assert load_catalogue(lineage(tmp_path)).fingerprint != before


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("to: toys, kind", "to: toes, kind", 13, "unknown cluster toes"),
        ("from: silicon", "from: sand", 14, "unknown origin sand"),
        ("kind: merges, date", "kind: marries, date", 13, "kind: marries"),
        ("status: inferred", "status: rumoured", 18, "status: rumoured"),
        ("status: stated", "status: unofficial", 6, "status: unofficial"),
        ('"2022-03"', '"2022-13"', 11, "date: 2022-13"),
        ('date: "2025", status: confirmed', "date: 2025, status: confirmed", 13, "date: 2025"),
        ('date: "2025", status: confirmed', 'date: "2021", status: confirmed', 13, "2021, before its origin"),
        ("confirmed, source: plan}\n  - from", "confirmed}\n  - from", 13, "confirmed without its source"),
        ("status: stated\n    source: plan", "status: stated", 3, "stated without its source"),
        ("confirmed, source: plan}\n  - from", "confirmed, source: map}\n  - from", 13, "source: map"),
        ("    note: {zh: 推断, en: A guess}\n", "", 14, "inferred without a note"),
        ("id: play.games", "id: play.toys", 10, "the origin play.toys stands twice"),
        ("id: silicon", "id: chips", 11, "the origin chips has the id of a cluster"),
        ("id: play.games", "id: games", 10, "id: games"),
        ("from: silicon", "from: play.toys", 14, "from play.toys to toys stands twice"),
        ("kind: merges, date", "kind: splits, date", 13, "splits, with one cluster only"),
        ("to: toys\n", "to: chips\n", 16, "merges, with one origin only"),
        ("    kind: merges\n", "", 14, "kind is missing"),
        ("date: \"2022\"\n", "dates: \"2022\"\n", 5, "unknown key dates"),
        ("sources: {plan: The plan of 2022}", "sources: [plan]", 1, "sources: ['plan']"),
    ],
)  # fmt: skip
def test_what_is_refused(before: str, after: str, line: int, words: str, tmp_path: Path) -> None:
    assert before in LINEAGE
    _found, problems = check_catalogue(lineage(tmp_path, LINEAGE.replace(before, after, 1)))
    told = [(p.file, p.line, p.came) for p in problems]
    assert any(f == "lineage.yaml" and n == line and words in came for f, n, came in told), told


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    _found, problems = check_catalogue(lineage(tmp_path, "# nothing\n"))
    assert [(p.file, p.line) for p in problems] == [("lineage.yaml", 1)]


def test_the_links_of_a_small_lineage(tmp_path: Path) -> None:
    links = flow(load_catalogue(lineage(tmp_path)))
    assert [(k["source"], k["target"], k["value"], k["kind"], k["status"]) for k in links] == [
        ("play", "play.toys", 1, "part", "stated"),
        ("play", "play.games", 1, "part", "stated"),
        ("play.toys", "toys", 1, "merges", "confirmed"),
        ("silicon", "toys", 1, "merges", "inferred"),
    ]
    assert list(links[0]) == list(FLOW)


def test_what_flows_into_a_part_flows_out_of_it(city: Catalogue) -> None:
    links = flow(city)
    for part in (o.id for o in city.lineage.origins if o.within):
        out = sum(k["value"] for k in links if k["source"] == part)
        assert sum(k["value"] for k in links if k["target"] == part) == max(1, out)


def test_the_five_circles_of_2022(city: Catalogue) -> None:
    circles = [o for o in city.lineage.origins if o.within is None]
    assert [(o.name.zh, o.date) for o in circles] == [
        (name, "2022") for name in ("智能物联", "生物医药", "高端装备", "新材料", "绿色能源")
    ]
    parts = [o.name.zh for o in city.lineage.origins if o.within == circles[0].id]
    assert parts == ["视觉智能", "云计算大数据", "高端软件和人工智能", "网络通信", "集成电路", "智能仪表"]


def test_only_what_a_source_says_is_stated(city: Catalogue) -> None:
    """Visual intelligence grew out of the first circle, which is stated; all the others are inferred."""
    sure = {s.cluster for s in city.lineage.successions if s.status != "inferred"}
    assert sure == {"visual-intelligence"}
    assert all(s.note for s in city.lineage.successions)


def test_what_is_not_recorded_is_named(city: Catalogue) -> None:
    assert [o.name.zh for o in without_successor(city.lineage)] == ["云计算大数据", "智能仪表"]
    assert {c.id for c in without_origin(city)} == {
        "embodied-intelligence",
        "intelligent-connected-vehicles",
        "modern-textiles-and-apparel",
    }


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of nested lists and mappings with another value at one place."""
    if not path:
        return new
    out = value.copy()
    out[path[0]] = replaced(value[path[0]], path[1:], new)
    return out


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of nested lists and mappings."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


@pytest.mark.parametrize("odd", [None, 7, "odd", [], ["odd"], {}, {"odd": 1}, True], ids=repr)
def test_no_value_in_any_place_breaks_the_check(odd: Any, tmp_path: Path) -> None:
    """Every place of the file once with a value of another kind: read or refused, never an accident."""
    write(tmp_path)
    values = yaml.safe_load(LINEAGE)
    for path in places(values):
        text = yaml.safe_dump(replaced(values, path, odd), allow_unicode=True)
        (tmp_path / "lineage.yaml").write_text(text, "utf-8")
        _lineage, problems = read_lineage(tmp_path, ("chips", "toys"))
        assert all(p.file == "lineage.yaml" and p.line >= 1 for p in problems)
