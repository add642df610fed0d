"""A concordance in the other direction: valid, nothing counted twice, and itself again where nothing was lost."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.concordance import (
    KINDS,
    Concordance,
    Link,
    convert,
    load_concordance,
    shipped_concordance,
)
from chainmend.chain.reverse import reverse

A, B = load_catalogue("hangzhou-296x"), load_catalogue("demo-region-nace")
SHIPPED = shipped_concordance("hangzhou-296x", "demo-region-nace")
LINKS = st.lists(
    st.builds(Link, st.sampled_from(list(A.segments)[:4]), st.sampled_from(list(B.segments)[:4]),
              st.sampled_from(KINDS), st.none()),
    unique_by=lambda link: (link.source, link.target), max_size=12,
)  # fmt: skip


def kinds(concordance: Concordance) -> dict[tuple[str, str], str]:
    return {(link.source, link.target): link.kind for link in concordance.links}


def test_the_wider_one_becomes_the_source_and_the_part_goes_over_whole() -> None:
    found = reverse(
        Concordance(
            "a",
            "b",
            (
                Link("a.1", "b.1", "exact", None),
                Link("a.2", "b.2", "broader", None),
                Link("a.3", "b.3", "narrower", 0.4, "survey"),
                Link("a.4", "b.4", "related", None),
            ),
        )
    )
    assert (found.a, found.b) == ("b", "a")
    assert kinds(found) == {
        ("b.1", "a.1"): "exact",
        ("b.2", "a.2"): "narrower",
        ("b.3", "a.3"): "broader",
        ("b.4", "a.4"): "related",
    }
    assert {link.share for link in found.links} == {None}


def test_what_is_whole_within_several_goes_to_none_of_them() -> None:
    links = (Link("a.1", "b.1", "narrower", None), Link("a.2", "b.1", "narrower", None))
    assert set(kinds(reverse(Concordance("a", "b", links))).values()) == {"related"}
    links = (Link("a.1", "b.1", "exact", None), Link("a.2", "b.1", "narrower", None))
    assert kinds(reverse(Concordance("a", "b", links))) == {
        ("b.1", "a.1"): "exact",
        ("b.1", "a.2"): "related",
    }


def test_the_shipped_one_there_and_back_is_itself_where_no_part_has_two_wholes() -> None:
    assert SHIPPED is not None
    shipped = load_concordance(SHIPPED, A, B)
    assert kinds(reverse(reverse(shipped))) == kinds(shipped)


@given(LINKS)
def test_no_figure_is_counted_twice(links: list[Link]) -> None:
    seen: dict[str, int] = defaultdict(int)
    kept = []
    for link in links:  # as a valid concordance: one exact partner on each side
        ends = (link.source, "to " + link.target) if link.kind == "exact" else ()
        if not any(seen[end] for end in ends):
            kept.append(link)
        for end in ends:
            seen[end] += 1
    found = reverse(Concordance(A.id, B.id, tuple(kept)))
    figures = {link.source: 100.0 for link in found.links}
    carried = convert(figures, found, B)
    assert all(rest >= 0 for rest in carried.left.values())
    assert sum(carried.values.values()) + sum(carried.left.values()) == sum(figures.values())
