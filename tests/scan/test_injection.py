"""A scan of made-up cities in which every kind of gap is planted: the small version of benchmarks/injection.py."""

from __future__ import annotations

import dataclasses
from collections import Counter

import numpy as np
import pytest
from benchmarks.planting import reference, truth
from benchmarks.planting.city import City, make_city, transport
from benchmarks.planting.decoys import DECOYS
from benchmarks.planting.gaps import GAPS
from benchmarks.planting.measure import Ground, Measured, measure, precision, recall
from benchmarks.planting.tables import BLURRED, MIXED, UNLINKED, WHOLE
from tests.oracle.dense import dense_cascade

from chainmend.fragility.network import SupplyNetwork

SEED = 1


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(seed=SEED, firms=1000, chains=5, each=2)


@pytest.fixture(scope="module")
def ground(city: City) -> Ground:
    return Ground(city)


@pytest.fixture(scope="module")
def whole(ground: Ground) -> Measured:
    return measure(ground, WHOLE)


def test_every_kind_and_every_decoy_is_planted(city: City, ground: Ground) -> None:
    planted = Counter(g.kind for g in ground.gaps if g.planted)
    assert planted == dict.fromkeys(GAPS, 2)
    roles = Counter(p.role for p in city.layout.plans)
    assert {roles[d] for d in (*DECOYS, "unneeded")} == {1}


def test_gaps_lie_beyond_their_thresholds(ground: Ground) -> None:
    measured = [g for g in ground.gaps if g.planted and g.kind not in ("missing", "reported")]
    assert all(g.margin is not None and g.margin > 0.02 for g in measured)


def test_whole_tables_show_what_is_planted(whole: Measured) -> None:
    wrong = [(f.kind, f.segment, f.role, f.real) for f in whole.found if f.real != f.reported]
    assert recall(whole.found) >= 0.98, wrong
    assert precision(whole.found) >= 0.95, wrong
    assert recall([f for f in whole.found if f.planted]) == 1.0, wrong


def test_no_decoy_is_taken_for_what_it_looks_like(city: City, whole: Measured) -> None:
    taken = [f for f in whole.found if f.reported and f.kind == city.layout.plans[f.segment].looks_like]
    assert taken == []


def test_the_most_harmful_come_first(whole: Measured) -> None:
    assert len(whole.ranked) >= 20
    assert whole.rank_correlation >= 0.8
    assert whole.correlation_above_zero >= 0.8
    assert whole.first >= 0.8


def test_blurred_tables_show_most_of_it(ground: Ground) -> None:
    blurred = measure(ground, BLURRED)
    assert recall(blurred.found) >= 0.9
    assert precision(blurred.found) >= 0.9
    assert blurred.rank_correlation >= 0.8


def test_second_products_hide_nothing_and_show_nothing_that_is_not_there(ground: Ground) -> None:
    mixed = measure(ground, MIXED)
    assert recall(mixed.found) >= 0.98
    assert precision(mixed.found) >= 0.95  # sales of the second product do not look like purchases of it


def test_without_links_the_other_rules_still_find_what_they_can(ground: Ground) -> None:
    unlinked = measure(ground, UNLINKED)
    kinds = {f.kind for f in unlinked.found if f.real}
    assert set(GAPS) - kinds == {"single_source", "systemic", "fragile_segment"}
    assert recall(unlinked.found) >= 0.98
    assert precision(unlinked.found) >= 0.95
    assert {"single_source", "systemic", "fragile_segment"} <= set(unlinked.scan.not_checked["rule"])


def test_same_seed_same_city(city: City) -> None:
    again = make_city(seed=SEED, firms=1000, chains=5, each=2)
    assert all(
        np.array_equal(a, b)
        for year in city.links
        for a, b in zip(city.links[year], again.links[year], strict=True)
    )
    assert np.array_equal(city.output, again.output)


def test_other_seeds_are_as_they_were_meant() -> None:
    for seed in (2, 3):
        assert Ground(make_city(seed=seed, firms=1000, chains=5, each=2)).gaps


def test_a_decoy_that_is_a_gap_is_refused(city: City, ground: Ground) -> None:
    at = next(s for s, p in enumerate(city.layout.plans) if p.role == "weak")
    plans = list(city.layout.plans)
    plans[at] = dataclasses.replace(plans[at], kind=None, looks_like="weak")
    spoilt = dataclasses.replace(city, layout=dataclasses.replace(city.layout, plans=tuple(plans)))
    with pytest.raises(ValueError, match="decoy"):
        truth.truth(spoilt, ground.figures, ground.network)


def test_every_buyer_gets_its_need_and_every_supplier_its_share() -> None:
    rng = np.random.default_rng(0)
    wanted, share = rng.uniform(1, 5, 30), rng.uniform(0, 1, 7)
    supplier, buyer, amount = transport(rng, wanted, share)
    assert np.bincount(buyer, amount) == pytest.approx(wanted, rel=1e-9)
    assert np.bincount(supplier, amount) / wanted.sum() == pytest.approx(share / share.sum(), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_reference_is_the_dense_cascade_at_rest(seed: int) -> None:
    """Losses link by link are those of the dense matrices, as are those with a firm more."""
    rng = np.random.default_rng(seed)
    n, kinds = 30, 6
    kind = np.concatenate([np.arange(kinds), rng.integers(0, kinds, n - kinds)])
    hard = rng.random((kinds, kinds)) < 0.4
    i, j = np.nonzero(rng.random((n, n)) < 0.15)
    links = reference.Links(i, j, rng.lognormal(0, 1, len(i)), hard[kind[i], kind[j]])
    output, weight = rng.lognormal(3, 1, n), rng.lognormal(0, 1, n)
    made = reference.Network(kind, links, output, weight)
    sets = [rng.choice(n, 3, replace=False) for _set in range(4)]
    for network in (made, made.mended(2, 0.3, rng.random(n) < 0.6)):
        found = network.losses(reference.stops(sets, len(network.kind)))
        assert found == pytest.approx([_dense(network, hard, firms) for firms in sets], abs=1e-7)


def _dense(network: reference.Network, hard: np.ndarray, firms: np.ndarray) -> float:
    links, kind = network.links, network.kind
    sales = np.bincount(links.supplier, links.amount, len(kind))
    made = SupplyNetwork.from_edges(
        links.supplier, links.buyer, links.amount, sector=kind.tolist(), market=kind.tolist(),
        essentiality=np.where(hard, 2, 1), revenue=np.maximum(network.output, sales),
    )  # fmt: skip
    loss = np.zeros(len(kind))
    loss[firms] = 1.0
    down, up, _steps = dense_cascade(made, loss, tolerance=reference.REST)
    return float(network.weight / network.weight.sum() @ np.maximum(down, up))
