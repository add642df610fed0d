"""Concordances: what is refused, with the line, and that figures are neither lost nor made."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chain.test_catalogue import line_of

from chainmend.chain.catalogue import load_catalogue, shipped
from chainmend.chain.concordance import (
    Concordance,
    Link,
    check_concordance,
    convert,
    load_concordance,
    shipped_concordance,
)
from chainmend.errors import CatalogueError

A, B = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
GOOD = """\
from: hangzhou-296x
to: demo-region-nace
sources: {survey: A survey of 2025}
links:
  - {from: geq.castings, to: mt.castings, kind: exact}
  - {from: geq.bearings, to: mt.bearings, kind: narrower, share: 0.7, source: survey}
  - {from: geq.bearings, to: mt.spindles, kind: narrower, share: 0.3, source: survey}
  - {from: emb.screws, to: mt.linear-motion, kind: broader}
  - {from: emb.encoders, to: mt.measuring, kind: related}
"""

# what stands there, what is put instead, a text on the line that must be named, what the refusal must say
REFUSED = {
    "unknown source": ("geq.castings", "geq.casting", "geq.casting,", "unknown segment geq.casting"),
    "unknown target": ("mt.castings", "mt.casting", "mt.casting,", "unknown segment mt.casting"),
    "unknown kind": ("kind: broader", "kind: wider", "kind: wider", "exact, broader, narrower, related"),
    "shares above 1": ("share: 0.3", "share: 0.31", "share: 0.31", "geq.bearings sum to 1.01"),
    "share above 1": ("share: 0.3", "share: 1.3", "share: 1.3", "at most 1"),
    "share of nothing": ("share: 0.3", "share: 0", "share: 0,", "above 0"),
    "share of words": ("share: 0.3", "share: some", "share: some", "some"),
    "unsourced share": (", share: 0.3, source: survey", ", share: 0.3", "share: 0.3", "without its source"),
    "unknown source key": ("share: 0.3, source: survey", "share: 0.3, source: x", "source: x", "source: x"),
    "related with a share": ("kind: related", "kind: related, share: 0.5", "related, share", "only related"),
    "exact in part": ("kind: exact", "kind: exact, share: 0.5", "exact, share", "another kind"),
    "pair twice": ("mt.spindles", "mt.bearings", "share: 0.3", "stand together twice, first in line 6"),
    "unknown key": ("kind: broader", "kind: broader, note: x", "note: x", "note"),
    "no kind": (", kind: broader", "", "emb.screws", "kind is missing"),
    "other catalogue": ("to: demo-region-nace", "to: elsewhere", "to: elsewhere", "demo-region-nace"),
    "no catalogue": ("from: hangzhou-296x\n", "", "to: demo-region-nace", "from is missing"),
    "two exact partners": ("emb.screws, to: mt.linear-motion, kind: broader",
                           "geq.forgings, to: mt.castings, kind: exact", "geq.forgings", "exactly geq.castings"),
}  # fmt: skip


def write(folder: Path, text: str = GOOD, name: str = "links.yaml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_links_are_read_as_written(tmp_path: Path) -> None:
    found = load_concordance(write(tmp_path), A, B)
    assert len(found.links) == 5
    assert found.links[1] == Link("geq.bearings", "mt.bearings", "narrower", 0.7, "survey", 6)
    assert found.same == {"geq.castings": "mt.castings"}
    assert found.sources == (("survey", "A survey of 2025"),)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    before, after, snippet, said = REFUSED[case]
    text = GOOD.replace(before, after)
    assert text != GOOD
    with pytest.raises(CatalogueError) as refused:
        load_concordance(write(tmp_path, text), A, B)
    assert refused.value.where == f"links.yaml:{line_of(text, snippet)}"
    assert said in str(refused.value)


def test_all_problems_are_collected(tmp_path: Path) -> None:
    text = GOOD.replace("geq.castings", "geq.x").replace("emb.screws", "emb.x")
    _found, problems = check_concordance(write(tmp_path, text), A, B)
    assert [p.line for p in problems] == [5, 8]


def test_a_csv_says_the_same(tmp_path: Path) -> None:
    table = (
        "from,to,kind,share,source\ngeq.castings,mt.castings,exact,,\n"
        "geq.bearings,mt.bearings,narrower,0.7,A survey of 2025\n"
    )
    found = load_concordance(write(tmp_path, table, "links.csv"), A, B)
    assert found.links == (
        Link("geq.castings", "mt.castings", "exact", None, None, 2),
        Link("geq.bearings", "mt.bearings", "narrower", 0.7, "A survey of 2025", 3),
    )
    with pytest.raises(CatalogueError, match=r"links\.csv:3: unknown segment mt\.x"):
        load_concordance(write(tmp_path, table.replace("mt.bearings", "mt.x"), "links.csv"), A, B)
    with pytest.raises(CatalogueError, match="no column kind"):
        load_concordance(write(tmp_path, "from,to\na,b\n", "links.csv"), A, B)
    with pytest.raises(CatalogueError, match="share: 'half'"):
        load_concordance(write(tmp_path, table.replace("0.7", "half"), "links.csv"), A, B)


def test_a_csv_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_bytes("from,to,kind\n甲,乙,exact\n".encode("gb18030"))
    with pytest.raises(CatalogueError, match=r"links\.csv.*UTF-8"):
        load_concordance(tmp_path / "links.csv", A, B)


@pytest.mark.parametrize(
    "text", ["", "[]", "links: 7", "from: hangzhou-296x\nto: demo-region-nace\nlinks: [7]"]
)
def test_a_file_of_another_form(text: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"links\.yaml:\d"):
        load_concordance(write(tmp_path, text), A, B)


@pytest.mark.parametrize("name", ["nowhere.yaml", "links.txt"])
def test_no_such_file(name: str, tmp_path: Path) -> None:
    write(tmp_path, name="links.txt")
    with pytest.raises(CatalogueError, match=name):
        load_concordance(tmp_path / name, A, B)


def test_figures_by_hand(tmp_path: Path) -> None:
    links = load_concordance(write(tmp_path, GOOD.replace("share: 0.3", "share: 0.2")), A, B)
    figures = {"geq.castings": 10.0, "geq.bearings": 100.0, "emb.screws": 7.0, "emb.encoders": 5.0}
    found = convert(figures | {"geq.seals": None}, links, A)
    assert found.values == pytest.approx(
        {"mt.bearings": 70.0, "mt.castings": 10.0, "mt.linear-motion": 7.0, "mt.spindles": 20.0}
    )
    assert found.left == pytest.approx({"geq.bearings": 10.0, "emb.encoders": 5.0})
    assert found.unknown == ("geq.seals",)


def test_a_narrower_one_without_a_share_carries_nothing_over(tmp_path: Path) -> None:
    text = GOOD.replace(", share: 0.7, source: survey", "").replace(", share: 0.3, source: survey", "")
    found = convert({"geq.bearings": 100.0}, load_concordance(write(tmp_path, text), A, B), A)
    assert (found.values, found.left) == ({}, {"geq.bearings": 100.0})


def test_a_figure_of_an_unknown_segment_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"mt\.castings"):
        convert({"mt.castings": 1.0}, Concordance("a", "b", ()), A)


IDS = list(A.segments)[:6]
LINKS = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(list(B.segments)), st.floats(0.01, 1)),
    max_size=20,
    unique_by=lambda link: link[:2],
)


@given(LINKS, st.dictionaries(st.sampled_from(IDS), st.none() | st.floats(0, 1e12)))
def test_what_goes_over_and_what_stays_sum_to_what_was_given(
    links: list[tuple[str, str, float]], figures: dict[str, float | None]
) -> None:
    shares: dict[str, float] = {}
    kept = []
    for source, target, share in links:
        if shares.get(source, 0.0) + share <= 1:
            shares[source] = shares.get(source, 0.0) + share
            kept.append(Link(source, target, "narrower", share))
    found = convert(figures, Concordance("a", "b", tuple(kept)), A)
    total = sum(f for f in figures.values() if f is not None)
    assert sum(found.values.values()) + sum(found.left.values()) == pytest.approx(total, rel=1e-6)
    assert all(v >= 0 for v in found.values.values())
    assert set(found.unknown) == {s for s, f in figures.items() if f is None}


def test_every_shipped_concordance_is_clean() -> None:
    pairs = [(a, b) for a in shipped() for b in shipped() if shipped_concordance(a, b)]
    assert ("hangzhou-296x", "demo-region-nace") in pairs
    for a, b in pairs:
        path = shipped_concordance(a, b)
        assert path is not None
        assert check_concordance(path, load_catalogue(a), load_catalogue(b))[1] == []
