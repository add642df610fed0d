"""The time path where its course is known: closed forms, sums by group, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from chainmend.errors import NetworkError
from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import Economy, firm_economy, sector_economy
from chainmend.fragility.network import SupplyNetwork


def chain(stock: float, *, length: int = 2) -> Economy:
    """Each firm sells a unit a day to the next; the last one sells two to final demand."""
    flows = np.diag(np.full(length - 1, 365.0), 1)
    final = np.zeros(length)
    final[-1] = 730.0
    return sector_economy(
        flows, final, inventory_days=stock, sectors=[f"s{i}" for i in range(length)], regions=["x"] * length
    )


def two_inputs(classes: list[list[int]], stock: float = 6.0) -> Economy:
    """A buyer takes 0.3 of one input and 0.7 of another a day and sells two units."""
    network = SupplyNetwork.from_edges(
        [0, 1], [2, 2], [0.3 * 365, 0.7 * 365], sector=["a", "b", "c"], essentiality=classes
    )
    return firm_economy(network, inventory_days=stock, output=np.array([0.3, 0.7, 2.0]) * 365)


# Closed forms


@pytest.mark.parametrize("stock", [1, 2, 7, 30])
def test_without_a_reserve_a_buyer_stops_when_its_stock_is_gone(stock: int) -> None:
    path = simulate(chain(stock), Outage([1, 0], start=3), days=50, behaviour=Behaviour(psi=0))
    assert path.days_to_stop() == [0, stock]
    assert path.relative[: 3 + stock, 1].tolist() == [1.0] * (3 + stock)
    assert path.total_loss == pytest.approx((47 + 2 * (47 - stock)) / 3)  # one unit of three, then two


@pytest.mark.parametrize(("stock", "psi"), [(20, 0.8), (30, 0.5), (10, 1.0)])
def test_with_a_reserve_production_falls_by_a_constant_rate(stock: float, psi: float) -> None:
    """Full until the stock is below psi T, then S(t) = S(t0) (1 - 1 / psi T)^(t - t0) and x = S / psi T."""
    path = simulate(chain(stock), Outage([1, 0]), days=200, behaviour=Behaviour(psi=psi))
    full = int(np.floor((1 - psi) * stock + 1e-9))  # last day with at least psi T in stock
    days = np.arange(200)
    left = np.where(
        days <= full, stock - days, (stock - full - 1) * (1 - 1 / (psi * stock)) ** (days - full - 1)
    )
    assert path.relative[:, 1] == pytest.approx(np.minimum(1, left / (psi * stock)), abs=1e-12)
    under = int(np.argmax(left / (psi * stock) < 0.05))
    assert path.days_to_stop() == [0, under]


def test_stocks_along_a_chain_add_up() -> None:
    """Each buyer has its own five days after its supplier stopped; deliveries come a day later."""
    path = simulate(chain(5, length=4), Outage([1, 0, 0, 0]), days=40, behaviour=Behaviour(psi=0))
    assert path.days_to_stop() == [0, 5, 10, 15]


def test_a_substitutable_input_takes_its_share_away_and_an_irrelevant_one_nothing() -> None:
    for kind, left in ((2, 0.0), (1, 0.7), (0, 1.0)):
        economy = two_inputs([[2, 2, kind], [2, 2, 2], [2, 2, 2]])
        path = simulate(economy, Outage([1, 0, 0]), days=9, behaviour=Behaviour(psi=0))
        assert path.relative[:6, 2] == pytest.approx(np.ones(6)), kind
        assert path.relative[6:, 2] == pytest.approx(np.full(3, left)), kind


def test_both_substitutable_inputs_out_leave_nothing() -> None:
    path = simulate(two_inputs([[1] * 3] * 3), Outage([1, 1, 0]), days=9, behaviour=Behaviour(psi=0))
    assert path.days_to_stop() == [0, 0, 6]


@pytest.mark.parametrize(("orders", "asked"), [("capacity", 2 + 1 / 60), ("shares", 1 + 1 / 120)])
def test_orders_turn_to_the_supplier_that_can_deliver(orders: str, asked: float) -> None:
    """Of two alike suppliers one stops: its orders go to the other, whose final demand must share with them."""
    network = SupplyNetwork.from_edges(
        [0, 1], [2, 2], [365, 365], sector=["a", "a", "b"], essentiality="leontief"
    )
    economy = firm_economy(network, inventory_days=40, output=[730, 730, 1460])
    path = simulate(economy, Outage([1, 0, 0]), days=2, behaviour=Behaviour(orders=orders))  # type: ignore[arg-type]
    assert path.unmet_final == pytest.approx([1, 1 + 1 - min(1, 2 / (asked + 1))])


def test_overproduction_grows_with_scarcity() -> None:
    """Nothing to buy, half the capacity out: z = 1/2 at first; alpha' = alpha + (1.25 - alpha) z / tau."""
    economy = sector_economy([[0]], [365], inventory_days=1, sectors=["a"])
    path = simulate(economy, Outage([0.5]), days=4, behaviour=Behaviour(alpha_tau=10))
    alpha = [1.0]
    for _ in range(3):
        alpha.append(alpha[-1] + (1.25 - alpha[-1]) * (1 - 0.5 * alpha[-1]) / 10)
    assert path.relative[:, 0] == pytest.approx(np.array(alpha) / 2)


def test_overproduction_returns_when_nothing_is_scarce() -> None:
    economy = sector_economy([[0]], [365], inventory_days=1, sectors=["a"])
    outages = [Outage([1.0], duration=1), Outage([0.5], start=50)]
    path = simulate(economy, outages, days=51, behaviour=Behaviour(alpha_tau=10))
    gained = 0.25 / 10
    assert path.relative[50, 0] == pytest.approx(0.5 * (1 + gained * 0.9**49))


@pytest.mark.parametrize(("stock", "after"), [(15, 0.0), (20, 0.942955), (25, 1.0)])
def test_a_common_shortage_heals_if_and_only_if_stocks_reach_as_far_as_their_refilling(
    stock: float, after: float
) -> None:
    """A sector lives on its own product. At psi = 1 stocks move by (1 - s)(T / tau - 1): not at all where T = tau."""
    economy = sector_economy([[182.5]], [182.5], inventory_days=stock, sectors=["a"])
    behaviour = Behaviour(psi=1.0, inventory_tau=20, alpha_max=1.0)
    path = simulate(economy, Outage([0.9], duration=4), days=2000, behaviour=behaviour)
    assert path.relative[20, 0] == pytest.approx(0.94, abs=0.03)
    assert path.relative[[1000, -1], 0] == pytest.approx([after, after], abs=1e-3)


def test_recovery_is_even_and_outages_meet_in_the_largest() -> None:
    economy = sector_economy([[0, 0], [0, 0]], [365, 365], inventory_days=1, sectors=["a", "b"])
    outages = [Outage([0.8, 0], start=1, duration=2, recovery=4), Outage([0.5, 0.1], start=4, duration=1)]
    path = simulate(economy, outages, days=9, behaviour=Behaviour(alpha_max=1))
    assert path.relative[:, 0] == pytest.approx([1, 0.2, 0.2, 0.4, 0.5, 0.8, 1, 1, 1])
    assert path.relative[:, 1] == pytest.approx([1, 1, 1, 1, 0.9, 1, 1, 1, 1])
    assert path.start == 1
    assert path.recovery_day() == [5, 4]


def test_an_infinite_stock_is_never_short() -> None:
    path = simulate(chain(np.inf), Outage([1, 0]), days=1000)
    assert path.days_to_stop() == [0, None]
    assert path.days_lost.tolist() == [1000.0, 0.0]


def test_losses_by_name_or_number() -> None:
    by_name = simulate(chain(3), Outage({"x s0": 0.4}), days=1)
    assert by_name.relative.tolist() == [[0.6, 1.0]]
    network = SupplyNetwork.from_edges([0], [1], [1.0], sector=["a", "b"])
    by_number = simulate(firm_economy(network, inventory_days=3), Outage({1: 0.4, 0: 0}), days=1)
    assert by_number.relative.tolist() == [[1.0, 0.6]]


def test_rounding_is_no_shortage() -> None:
    """Stocks that are exactly what is required, and too short to heal: a loss of 1e-16 would grow to everything."""
    flows = [
        [0.638, 0.599, 0.619, 0, 0.746],
        [0, 0.886, 0.106, 0.644, 0],
        [0.122, 0, 0, 0, 0],
        [0.974, 0.975, 0, 0, 0.829],
        [0, 0, 0, 0, 0.255],
    ]
    final = [0.492, 0.512, 0.934, 0.467, 0.864]
    economy = sector_economy(
        flows, final, inventory_days={"a": 1, "b": 7}, sectors=list("abbab"), regions=list("vwxyz")
    )
    path = simulate(economy, [], days=1000, behaviour=Behaviour(psi=1, alpha_max=1))
    assert np.abs(path.relative - 1).max() < 1e-12


# Results by group


def test_sums_kept_while_running_are_the_sums_of_the_whole_path() -> None:
    economy = chain(5, length=4)
    whole = simulate(economy, Outage([1, 0, 0, 0]), days=30)
    labels = ["up", "up", None, "down"]
    kept = simulate(economy, Outage([1, 0, 0, 0]), days=30, by=labels)
    assert kept.labels == whole.by(labels).labels == ("up", "down")
    assert kept.production == pytest.approx(
        whole.production[:, [0, 3]] + np.array([1, 0]) * whole.production[:, [1]]
    )
    assert whole.by(labels).production == pytest.approx(kept.production)
    assert kept.normal.tolist() == [2.0, 2.0]


def test_sums_by_sector() -> None:
    network = SupplyNetwork.from_edges([0, 1], [2, 2], [1, 1], sector=["chips", "chips", "cars"])
    economy = firm_economy(network, inventory_days=2)
    path = simulate(economy, Outage([1, 0, 0]), days=3, by="sector")
    assert path.labels == ("chips", "cars")
    assert path.relative[0].tolist() == [0.5, 1.0]


def test_the_frame_says_when_and_how_much() -> None:
    """Capacity is back on day 10, orders come on day 11, what they bring is worked on day 12."""
    behaviour = Behaviour(psi=0, inventory_tau=2, alpha_max=1)
    rows = simulate(chain(4), Outage([1, 0], duration=10), days=40, behaviour=behaviour).frame()
    assert rows.columns == ["label", "normal", "lowest", "stop_day", "recovery_day", "days_lost"]
    assert rows["label"].to_list() == ["x s0", "x s1"]
    assert rows["stop_day"].to_list() == [0, 4]
    assert rows["lowest"].to_list() == [0.0, 0.0]
    assert rows["recovery_day"].to_list() == [11, 12]
    assert rows["days_lost"].to_list() == pytest.approx([11, 8])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda e: simulate(e, Outage([1.5, 0])), "loss, row 0: 1.5; expected: a share between 0 and 1"),
        (lambda e: simulate(e, Outage([np.nan, 0])), "loss, row 0: nan"),
        (lambda e: simulate(e, Outage([1])), r"loss: shape \(1,\); expected: one value per firm \(2\)"),
        (lambda e: simulate(e, Outage({"x s9": 1})), "loss: no firm x s9"),
        (lambda e: simulate(e, Outage({"x s1": 2})), "loss, row 1: 2; expected: a share between 0 and 1"),
        (lambda e: simulate(e, Outage([1, 0]), days=0), "days: 0; expected: a finite number of at least 1"),
        (lambda e: simulate(e, Outage([1, 0]), by=["a"]), "labels for 1 firms; expected: 2"),
        (lambda e: simulate(e, Outage([1, 0]), by="district"), "'district'; expected: \"sector\""),
        (lambda e: simulate(e, Outage([1, 0]), days=2).days_to_stop(2), "below: 2; expected: a share"),
        (lambda e: Outage([1, 0], start=-1), "start: -1; expected: a finite number of at least 0"),
        (lambda e: Outage([1, 0], duration=0), "duration: 0; expected: a finite number of at least 1"),
        (lambda e: Behaviour(alpha_max=0.9), "alpha_max: 0.9; expected: a finite number of at least 1"),
        (lambda e: Behaviour(psi=1.2), "psi: 1.2; expected: a share between 0 and 1"),
        (lambda e: Behaviour(inventory_tau=float("nan")), "inventory_tau: nan"),
        (lambda e: Behaviour(orders="first"), "orders: 'first'; expected: capacity, shares"),
    ],
)
def test_a_run_that_makes_no_sense_is_refused(make: object, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        make(chain(3))  # type: ignore[operator]
