"""The time path against a slow twin, and what must hold of every path."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fragility.test_dynamics import chain
from tests.oracle.dense_ario import dense_ario

from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import Economy, firm_economy
from chainmend.fragility.network import SupplyNetwork

# A slow twin


@st.composite
def economies(draw: st.DrawFn) -> tuple[Economy, dict[str, object], Behaviour]:
    """A small network with its table, classes and stocks, and a behaviour."""
    n, kinds = draw(st.integers(2, 6)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    flows = np.round(rng.random((n, n)) * (rng.random((n, n)) < 0.5), 3)
    final = np.round(rng.random(n) + 0.1, 3)
    kinds = min(kinds, n)
    sector = np.concatenate([np.arange(kinds), rng.integers(0, kinds, n - kinds)])
    classes = rng.integers(0, 3, (kinds, kinds)).astype(np.int8)
    stock = rng.integers(1, 12, kinds).astype(float)
    row, column = np.nonzero(flows)
    network = SupplyNetwork.from_edges(
        row, column, flows[row, column] * 365, sector=sector, essentiality=classes, n_firms=n
    )
    economy = firm_economy(network, inventory_days=stock, output=(flows.sum(axis=1) + final) * 365)
    behaviour = Behaviour(
        psi=draw(st.sampled_from([0.0, 0.5, 0.8, 1.0])),
        alpha_max=draw(st.sampled_from([1.0, 1.25])),
        alpha_tau=draw(st.sampled_from([5.0, 365.0])),
        inventory_tau=draw(st.sampled_from([2.0, 60.0])),
        orders=draw(st.sampled_from(["capacity", "shares"])),
    )
    parts: dict[str, object] = {
        "flows": flows, "final": final, "sector": sector.tolist(), "classes": classes, "days_of_stock": stock
    }  # fmt: skip
    return economy, parts, behaviour


@settings(max_examples=40, deadline=None)
@given(economies(), st.integers(0, 10**6))
def test_the_path_is_that_of_the_slow_twin(
    made: tuple[Economy, dict[str, object], Behaviour], seed: int
) -> None:
    economy, parts, b = made
    outage = Outage(np.random.default_rng(seed).random(economy.n), start=1, duration=4, recovery=5)
    path = simulate(economy, outage, days=25, behaviour=b)
    lost = np.array([outage.level(day) * np.asarray(outage.loss) for day in range(25)])
    twin = dense_ario(
        **parts,  # type: ignore[arg-type]
        lost=lost,
        psi=b.psi,
        tau=b.inventory_tau,
        alpha_max=b.alpha_max,
        alpha_tau=b.alpha_tau,
        by_capacity=b.orders == "capacity",
    )
    assert path.production == pytest.approx(twin, rel=1e-8, abs=1e-10)


# What must hold of every path


@settings(max_examples=25, deadline=None)
@given(economies())
def test_without_a_loss_everything_stays_as_it_is(
    made: tuple[Economy, dict[str, object], Behaviour],
) -> None:
    economy, _, behaviour = made
    path = simulate(economy, Outage(np.zeros(economy.n)), days=365, behaviour=behaviour)
    assert np.abs(path.relative - 1).max() < 1e-9
    assert np.abs(path.unmet_final).max() < 1e-9
    assert path.recovery_day() == [0] * economy.n


@settings(max_examples=25, deadline=None)
@given(economies(), st.sampled_from([1e-6, 3.0, 1e9]))
def test_the_unit_of_money_changes_nothing(
    made: tuple[Economy, dict[str, object], Behaviour], unit: float
) -> None:
    economy, parts, behaviour = made
    flows = np.asarray(parts["flows"]) * unit
    row, column = np.nonzero(flows)
    network = SupplyNetwork.from_edges(
        row,
        column,
        flows[row, column],
        sector=np.asarray(parts["sector"]),
        essentiality=parts["classes"],  # type: ignore[arg-type]
    )
    other = firm_economy(
        network,
        inventory_days=parts["days_of_stock"],  # type: ignore[arg-type]
        output=flows.sum(axis=1) + np.asarray(parts["final"]) * unit,
    )
    loss = np.linspace(0, 0.9, economy.n)
    a = simulate(economy, Outage(loss, duration=5), days=30, behaviour=behaviour)
    b = simulate(other, Outage(loss, duration=5), days=30, behaviour=behaviour)
    assert b.relative == pytest.approx(a.relative, rel=1e-7, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=5, unique=True),
    st.floats(1, 40),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.integers(2, 5),
)
def test_a_larger_loss_costs_more_along_a_chain(
    losses: list[float], stock: float, psi: float, length: int
) -> None:
    """Where there is one supplier of everything; in general a larger loss may spare others by ordering less."""
    economy = chain(stock, length=length)
    costs = [
        simulate(economy, Outage([x] + [0] * (length - 1)), days=120, behaviour=Behaviour(psi=psi)).total_loss
        for x in sorted(losses)
    ]
    assert all(b >= a - 1e-9 for a, b in pairwise(costs))


@settings(max_examples=25, deadline=None)
@given(economies(), st.integers(0, 10**6))
def test_production_is_never_negative_nor_above_the_largest_capacity(
    made: tuple[Economy, dict[str, object], Behaviour], seed: int
) -> None:
    economy, _, behaviour = made
    loss = (np.random.default_rng(seed).random(economy.n) < 0.5).astype(float)
    path = simulate(economy, Outage(loss, duration=10), days=60, behaviour=behaviour)
    assert path.production.min() >= 0
    assert path.relative.max() <= behaviour.alpha_max + 1e-12
    assert path.production[:10, loss == 1].sum() == 0
    assert (path.unmet_final >= -1e-12).all()


@settings(max_examples=25, deadline=None)
@given(economies(), st.randoms(use_true_random=False))
def test_the_order_of_firms_changes_nothing(
    made: tuple[Economy, dict[str, object], Behaviour], random: object
) -> None:
    economy, parts, behaviour = made
    n = economy.n
    new = np.array(random.sample(range(n), n))  # type: ignore[attr-defined]
    flows = np.asarray(parts["flows"])[np.ix_(new, new)]
    row, column = np.nonzero(flows)
    network = SupplyNetwork.from_edges(
        row, column, flows[row, column] * 365, sector=np.asarray(parts["sector"])[new],
        essentiality=parts["classes"],  # type: ignore[arg-type]
    )  # fmt: skip
    output = (flows.sum(axis=1) + np.asarray(parts["final"])[new]) * 365
    other = firm_economy(network, inventory_days=parts["days_of_stock"], output=output)  # type: ignore[arg-type]
    loss = np.linspace(0.1, 1, n)
    a = simulate(economy, Outage(loss, duration=3), days=20, behaviour=behaviour).production[:, new]
    b = simulate(other, Outage(loss[new], duration=3), days=20, behaviour=behaviour).production
    assert b == pytest.approx(a, rel=1e-8, abs=1e-10)
