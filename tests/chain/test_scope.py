"""Which part of a code counts towards which cluster, and that every class a segment is made in counts somewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chain.test_catalogue import TOYS, write

from chainmend.chain.catalogue import check_catalogue, load_catalogue
from chainmend.chain.model import Catalogue, Cluster, CodeShare, Text
from chainmend.chain.scope import bare_code, claims, code_shares, uncounted, why_unreached

NOWHERE = {
    "01": "growing", "05": "farm services", "44": "power generation", "46": "water", "48": "building", "49": "fitting",
    "51": "wholesale", "52": "retail", "54": "passenger transport", "63": "telecommunication networks",
    "64": "platforms for daily life, access", "65": "content and call centres", "71": "rental",
    "72": "commerce services", "73": "research", "74": "testing, design, engineering",
    "75": "promotion of technology", "84": "health care",
}  # fmt: skip
"""Divisions a cluster of manufacturing leaves out on purpose, docs/scope.md says why."""

AT_HOME = {
    "com.network-chips", "icv.automotive-chips", "icv.wheel-bearings", "nee.wind-gearboxes", "emb.rare-earth-magnets",
}  # fmt: skip
"""Segments whose classes count in full where they come from: chips, bearings, gears, metals."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


def cluster(id: str, **shares: float) -> Cluster:
    """A cluster that counts code c3973 as 3973."""
    codes = tuple(CodeShare(code[1:], share) for code, share in shares.items())
    return Cluster(id, Text(id, id), "future", "open", (), codes)


def city_of(*clusters: Cluster) -> Catalogue:
    return Catalogue("x", "1", Text("x", "x"), "X", clusters)


def test_the_longest_code_of_a_cluster_decides() -> None:
    a, b = cluster("a", c39=0.2, c3973=0.6), cluster("b", c397=0.3)
    assert code_shares(city_of(a, b), "C3973") == {"a": 0.6, "b": 0.3}
    assert code_shares(city_of(a, b), "3974") == {"a": 0.2, "b": 0.3}
    assert code_shares(city_of(a, b), "3911") == {"a": 0.2}
    assert code_shares(city_of(a, b), "3811") == {}


def test_shares_that_an_unchecked_catalogue_counts_twice_are_scaled() -> None:
    found = code_shares(city_of(cluster("a", c39=0.6), cluster("b", c3973=1.0)), "3973")
    assert found == pytest.approx({"a": 0.6 / 1.6, "b": 1 / 1.6})


def test_a_code_wider_than_what_counts_is_too_coarse() -> None:
    chips = city_of(cluster("a", c3973=1.0))
    assert [why_unreached(chips, c) for c in ("39", "3973", "39731", "2710", "", None)] == [
        "too coarse", None, None, "not in scope", "no code", "no code",
    ]  # fmt: skip


SHARES = st.dictionaries(
    st.sampled_from(["c3", "c39", "c397", "c3973", "c3974", "c2"]), st.floats(0.01, 1), max_size=5
)


@given(st.lists(SHARES, min_size=1, max_size=4), st.sampled_from(["3", "39", "3973", "39731", "3974", "27"]))
def test_shares_sum_to_at_most_one_whatever_a_catalogue_says(
    scopes: list[dict[str, float]], code: str
) -> None:
    catalogue = city_of(*(cluster(f"k{n}", **shares) for n, shares in enumerate(scopes)))
    found = code_shares(catalogue, code)
    assert sum(found.values()) <= 1 + 1e-9
    assert all(share > 0 for share in found.values())
    assert bool(found) == (why_unreached(catalogue, code) is None)


def test_the_check_refuses_a_class_that_a_wider_code_counts_too(tmp_path: Path) -> None:
    wider = TOYS.replace('{code: "3985", share: 0.4}', '{code: "39", share: 0.5}')
    folder = write(tmp_path, toys=wider)
    head = folder / "catalogue.yaml"
    head.write_text(head.read_text("utf-8") + '  "39": {zh: 电子, en: Electronics}\n', "utf-8")
    _catalogue, problems = check_catalogue(folder)
    assert [p.came for p in problems] == ["code 3985 counts 1.1 times: chips 0.6, toys 0.5"]
    assert problems[0].file == "toys.yaml"


def test_the_shipped_shares_sum_to_at_most_one(catalogue: Catalogue) -> None:
    totals = {code: sum(claims(catalogue.clusters, code).values()) for code, _name in catalogue.codes}
    assert {code: total for code, total in totals.items() if total > 1 + 1e-9} == {}


def test_what_no_cluster_counts_is_left_out_on_purpose(catalogue: Catalogue) -> None:
    forgotten = {code: s for code, s in uncounted(catalogue).items() if code[:2] not in NOWHERE}
    assert forgotten == {}, "count these classes in the scope of a cluster"
    assert {code[:2] for code in uncounted(catalogue)} == set(NOWHERE)


def test_a_maker_of_any_segment_counts_towards_its_own_cluster(catalogue: Catalogue) -> None:
    strange = {
        s.id
        for s in catalogue.segments.values()
        if any(13 <= int(code[:2]) <= 43 for code in s.codes)
        and not any(s.cluster_id in code_shares(catalogue, code) for code in s.codes)
    }
    assert strange == AT_HOME


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("3551", "modern-textiles-and-apparel"), ("3553", "modern-textiles-and-apparel"),
        ("2645", "modern-textiles-and-apparel"), ("1952", "modern-textiles-and-apparel"),
        ("2831", "modern-textiles-and-apparel"), ("3467", "high-end-general-equipment"),
        ("3523", "high-end-general-equipment"), ("3525", "high-end-general-equipment"),
        ("4014", "high-end-general-equipment"), ("4014", "biomedicine-and-devices"),
        ("3130", "new-materials"), ("3951", "visual-intelligence"), ("4016", "new-energy-equipment"),
    ],
)  # fmt: skip
def test_classes_that_plainly_belong(catalogue: Catalogue, code: str, where: str) -> None:
    assert where in code_shares(catalogue, code)


def test_a_cluster_without_codes_counts_nothing(catalogue: Catalogue) -> None:
    empty = replace(catalogue, clusters=tuple(c for c in catalogue.clusters if c.status == "open"))
    assert code_shares(empty, "3973") == {}


@pytest.mark.parametrize(("given_code", "bare"), [("C3973", "3973"), (" 3973 ", "3973"), ("C 26.11", "2611")])
def test_codes_are_read_without_their_section(given_code: str, bare: str) -> None:
    assert bare_code(given_code) == bare
