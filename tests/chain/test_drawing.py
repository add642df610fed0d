"""Pictures of clusters: well-formed, complete, nothing on one another, every text within its box."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.drawing import draw_cluster
from chainmend.chain.lettering import width, wrap
from chainmend.errors import CatalogueError

CATALOGUE = load_catalogue("hangzhou-296x")
CLUSTERS = {c.id: c for c in CATALOGUE.clusters if any(chain.segments for chain in c.chains)}
NS = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> list[tuple[ElementTree.Element, list[ElementTree.Element]]]:
    """Each segment's rectangle with its lines of text."""
    found = []
    for group in ElementTree.fromstring(svg).iter(f"{NS}g"):
        rect = group.find(f"{NS}rect")
        if group.find(f"{NS}title") is not None and rect is not None:
            found.append((rect, group.findall(f"{NS}text")))
    return found


def at(element: ElementTree.Element, *names: str) -> list[float]:
    return [float(element.attrib[name]) for name in names]


@pytest.mark.parametrize("languages", ["both", "zh", "en"])
@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_segment_has_a_box_of_its_own_that_holds_its_name(cluster: str, languages: str) -> None:
    svg = draw_cluster(CATALOGUE, cluster, languages=languages)  # type: ignore[arg-type]
    found = boxes(svg)
    segments = [s for chain in CLUSTERS[cluster].chains for s in chain.segments]
    assert len(found) == len(segments)
    said = {"".join(t.text or "" for t in lines).replace(" ", "") for _rect, lines in found}
    for s in segments:
        names = {"both": s.name.zh + s.name.en, "zh": s.name.zh, "en": s.name.en}
        assert names[languages].replace(" ", "") in said
    rects = [at(rect, "x", "y", "width", "height") for rect, _lines in found]
    for a, b in combinations(rects, 2):
        assert a[0] + a[2] < b[0] or b[0] + b[2] < a[0] or a[1] + a[3] < b[1] or b[1] + b[3] < a[1]
    for (x, y, w, h), (_rect, lines) in zip(rects, found, strict=True):
        bottoms = [float(t.attrib["y"]) for t in lines]
        assert bottoms == sorted(set(bottoms))
        assert y < bottoms[0] - 8
        assert bottoms[-1] + 2 < y + h
        for t in lines:
            left, size = at(t, "x", "font-size")
            assert x < left
            assert left + width(t.text or "", size) < x + w


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_headings_stand_above_all_boxes(cluster: str) -> None:
    root = ElementTree.fromstring(draw_cluster(CATALOGUE, cluster))
    highest = min(at(rect, "y")[0] for rect, _lines in boxes(draw_cluster(CATALOGUE, cluster)))
    texts = {t.text: at(t, "x", "y") for t in root.findall(f"{NS}text")}
    for chain in CLUSTERS[cluster].chains:
        starts = []
        for stage in chain.stages:
            x, y = next(place for text, place in texts.items() if stage.name.zh.startswith(text or "-"))
            starts.append(x)
            assert y < highest
        assert starts == sorted(starts)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_picture_fetches_nothing_and_keeps_to_its_edges(cluster: str) -> None:
    svg = draw_cluster(CATALOGUE, cluster)
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<image|@import|url\(|href", svg)
    wide, high = at(ElementTree.fromstring(svg), "width", "height")
    assert wide == 1440
    for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", svg):
        assert 0 <= float(x) <= wide
        assert -8 <= float(y) <= high


def test_status_of_the_name_is_said_and_drawn() -> None:
    unsure = draw_cluster(CATALOGUE, "new-materials")
    assert "名称非官方，待确认 name unofficial, to be confirmed" in unsure
    assert 'stroke-dasharray="2 2"' in unsure
    sure = draw_cluster(CATALOGUE, "integrated-circuits", languages="en")
    assert "name confirmed by the city" in sure
    assert "名称" not in sure


def test_stubs_count_what_goes_in_from_other_clusters() -> None:
    """Without its neighbours a cluster shows their number: it sums to the catalogue's dependences."""
    svg = draw_cluster(CATALOGUE, "network-communications")
    inside = {s.id for chain in CLUSTERS["network-communications"].chains for s in chain.segments}
    across = [d for d in CATALOGUE.dependences if (d.source in inside) != (d.target in inside)]
    expected = sum(d.kind != "irrelevant" for d in across)
    stubs = [int(n) for n in re.findall(r'text-anchor="middle">(\d+)<', svg)]
    assert sum(stubs) - 2 * 3 == expected  # the legend shows two examples of 3
    assert "middle" not in draw_cluster(CATALOGUE, "network-communications", outside=True)


def test_dependences_inside_and_with_the_outside_are_counted() -> None:
    inside = {s.id for chain in CLUSTERS["integrated-circuits"].chains for s in chain.segments}
    flows = [d for d in CATALOGUE.dependences if d.kind != "irrelevant"]
    within = sum(d.source in inside and d.target in inside for d in flows)
    across = sum((d.source in inside) != (d.target in inside) for d in flows)
    assert across > within  # chips go into devices of all other clusters
    for outside in (False, True):
        svg = draw_cluster(CATALOGUE, "integrated-circuits", outside=outside)
        assert f"环节 {len(inside)} 个，内部依赖 {within} 条，与外部的依赖 {across} 条" in svg
        assert f"segments: {len(inside)}, dependences: {within} inside, {across} with the outside" in svg


def test_names_break_between_words() -> None:
    assert wrap("数据中心基础设施建设", 12.5, 130) == ["数据中心", "基础设施建设"]
    assert wrap("印制电路板专用设备", 12.5, 110) == ["印制电路板", "专用设备"]
    assert wrap("现场可编程门阵列设计", 12.5, 120) == ["现场可编程", "门阵列设计"]


def test_neighbours_are_boxes_on_request() -> None:
    svg = draw_cluster(CATALOGUE, "embodied-intelligence", outside=True)
    assert "来自其他集群" in svg
    names = [lines[0].text for rect, lines in boxes(svg) if rect.attrib["class"] == "o"]
    assert "新材料" in names
    assert "视觉智能" in names


def test_cluster_with_two_chains_names_both() -> None:
    emb, ic = CLUSTERS["embodied-intelligence"], CLUSTERS["integrated-circuits"]
    two = replace(emb, chains=emb.chains + ic.chains)
    catalogue = replace(CATALOGUE, clusters=(two,))
    both = draw_cluster(catalogue, emb.id)
    assert len(boxes(both)) == sum(len(c.segments) for c in two.chains)
    assert "集成电路 Integrated circuits" in both
    one = draw_cluster(catalogue, emb.id, chain="ic")
    assert len(boxes(one)) == len(ic.chains[0].segments)


def test_nothing_to_draw_is_refused_with_what_could_be() -> None:
    for cluster, chain in (("future-1", None), ("nowhere", None), ("embodied-intelligence", "ic")):
        with pytest.raises(CatalogueError, match="nothing to draw in") as caught:
            draw_cluster(CATALOGUE, cluster, chain=chain)
        assert "emb" in (caught.value.expected or "")


def test_width_of_a_chinese_character_is_a_square() -> None:
    assert width("集成电路", 10) == pytest.approx(4 * width("集", 10))
    assert width("集", 10) >= 10


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("通用滚动与滑动轴承", 80.0, ["通用滚动与", "滑动轴承"]),
        ("测试机、分选机与探针台", 95.0, ["测试机、", "分选机与探针台"]),
        ("OLED 有机发光材料", 90.0, ["OLED", "有机发光材料"]),
        ("V2X 终端", 200.0, ["V2X 终端"]),
        ("Vehicle-road-cloud systems", 95.0, ["Vehicle-road-", "cloud systems"]),
        ("Radiopharmaceuticals", 40.0, ["Radiopharmaceuticals"]),
    ],
)
def test_lines_break_where_a_reader_would(text: str, room: float, lines: list[str]) -> None:
    assert wrap(text, 12, room) == lines


@pytest.mark.parametrize("room", range(20, 90, 5))
def test_no_line_begins_with_closing_punctuation_or_ends_with_an_opening_bracket(room: int) -> None:
    lines = wrap("（甲）、（乙）与丙、丁戊", 12, room)
    assert "".join(lines) == "（甲）、（乙）与丙、丁戊"
    assert not any(line.startswith(("、", "）")) or line.endswith("（") for line in lines)
