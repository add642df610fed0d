"""Who stops: firms, segments, origins, districts, and what is said where a name is unknown."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.fragility.test_city import changed
from tests.gaps.city import catalogue, city, weights

from chainmend.errors import NetworkError
from chainmend.fragility.city import CityNetwork, city_network
from chainmend.fragility.scenario import Shock, make_shock
from chainmend.i18n import set_language

FIRMS = {
    "E1": ("abroad", 1.0), "E2": ("local", 1.0), "E3": ("region", 1.0),
    "C1": ("local", 1.0), "C2": ("country", 1.0), "R1": ("local", 1.0),
}  # fmt: skip
LINKS = [("E1", "C1", 2025, 1.0), ("E2", "C1", 2025, 1.0), ("E3", "C1", 2025, 1.0), ("C1", "R1", 2025, 1.0)]
LINKS += [("C2", "R1", 2025, 1.0)]
NAMES = {"E1": "东京刻蚀", "E2": "杭州刻蚀", "E3": "同名", "C2": "同名"}


@pytest.fixture(scope="module")
def network() -> CityNetwork:
    on = {f: {"E": "etcher", "C": "chip", "R": "robot"}[f[0]] for f in FIRMS}
    data = changed(
        city(FIRMS, LINKS),
        name=pl.col("firm_id").replace(NAMES),
        district=pl.col("firm_id").replace_strict({"E2": "滨江区", "C1": "余杭区"}, default=None),
    )
    return city_network(data, weights(on), catalogue())


def shock(network: CityNetwork, **named: Any) -> Shock:
    return make_shock(network, catalogue(), **named)


def hit(network: CityNetwork, **named: Any) -> set[str]:
    """Firms that stop wholly; no other firm is touched."""
    loss = shock(network, **named).loss.tolist()
    assert set(loss) <= {0.0, 1.0}
    return {f for f, x in zip(network.firms["firm_id"], loss, strict=True) if x}


@pytest.mark.parametrize(
    ("named", "firms"),
    [
        ({"firms": ["C1"]}, {"C1"}),
        ({"firms": ["C1", "东京刻蚀"]}, {"C1", "E1"}),
        ({"segments": ["etcher"]}, {"E1", "E2", "E3"}),
        ({"segments": ["芯片代工", "robot"]}, {"C1", "C2", "R1"}),
        ({"districts": ["滨江区"]}, {"E2"}),
        ({"districts": ["滨江区", "余杭区"]}, {"E2", "C1"}),
        ({"origins": ["JPN"]}, {"E1"}),
        ({"origins": ["日本", "宁波市"]}, {"E1", "E3"}),
        ({"origins": ["Japan"]}, {"E1"}),
        ({"origins": ["广东省"]}, {"C2"}),
        ({"origins": ["浙江省"]}, {"E3"}),  # the city itself is not outside
        ({"origins": ["CHN"]}, {"E3", "C2"}),
        ({"segments": ["etcher"], "origins": ["CHN"]}, {"E3"}),
        ({"segments": ["etcher"], "districts": ["滨江区", "余杭区"]}, {"E2"}),
    ],
)
def test_who_stops(network: CityNetwork, named: dict[str, list[str]], firms: set[str]) -> None:
    assert hit(network, **named) == firms


def test_a_part_of_the_production_and_another_of_the_purchases(network: CityNetwork) -> None:
    found = shock(network, firms=["C1"], share=0.5, upstream_share=0.25)
    at = network.network.firm("C1")
    assert found.loss_upstream is not None
    assert (found.loss[at], found.loss_upstream[at], found.own[at]) == (0.5, 0.25, 0.5)
    assert (found.loss.sum(), found.loss_upstream.sum()) == (0.5, 0.25)


def test_without_an_upstream_share_both_are_the_same(network: CityNetwork) -> None:
    found = shock(network, firms=["C1"], share=0.5)
    assert found.loss_upstream is None
    assert found.own is found.loss


def test_only_purchases_may_stop(network: CityNetwork) -> None:
    found = shock(network, firms=["R1"], share=0.0, upstream_share=1.0)
    assert found.loss_upstream is not None
    assert (found.loss.sum(), found.loss_upstream.sum(), found.own.sum()) == (0, 1, 1)


@pytest.mark.parametrize(
    ("named", "language", "label"),
    [
        ({"origins": ["JPN"]}, "en", "suppliers from Japan: all production stops"),
        ({"origins": ["JPN"]}, "zh", "来自日本的供应商全部停产"),
        ({"firms": ["E2"], "share": 0.5}, "en", "杭州刻蚀: 50% of production lost"),
        ({"firms": ["E2"], "share": 0.5}, "zh", "杭州刻蚀产能损失 50%"),
        ({"segments": ["chip"], "origins": ["广东省"]}, "zh", "芯片代工 + 来自广东省的供应商全部停产"),
        ({"firms": ["R1"], "share": 0.2, "upstream_share": 0}, "en", "R1: 20% less sold, 0% less bought"),
        ({"firms": ["R1", "C1", "E1", "E2"]}, "en", "R1, C1, 东京刻蚀 and 1 more: all production stops"),
    ],
)
def test_the_label_says_what_stops(
    network: CityNetwork, named: dict[str, Any], language: Any, label: str
) -> None:
    set_language(language)
    assert shock(network, **named).label == label


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({}, "nothing that stops"),
        ({"firms": ["R1"], "segments": ["chip"]}, "firms alone, or any of the others"),
        ({"firms": ["东京"]}, "no firm 东京 in the network of 2025.*similar names: 东京刻蚀"),
        ({"firms": ["杭州刻蚀机"]}, "similar names: 杭州刻蚀"),
        ({"firms": ["同名"]}, "2 firms have the name 同名; expected: one of: C2, E3"),
        ({"segments": ["echer"]}, "no segment echer.*similar names: etcher"),
        ({"segments": ["qq"]}, "no segment qq.*chainmend catalogue show"),
        ({"districts": ["滨江"]}, "no local firm in district 滨江.*similar names: 滨江区"),
        ({"districts": ["上城区"]}, "no local firm in district 上城区; expected: one of: 余杭区, 滨江区"),
        ({"origins": ["qq"]}, "outside the city is in qq; expected: one of: .*JPN, Japan.*宁波市"),
        ({"origins": ["杭州市"]}, "no firm of the network outside the city is in 杭州市"),
        (
            {"segments": ["robot"], "origins": ["JPN"]},
            r"no firm of the network is at once: robot \+ suppliers from Japan",
        ),
        ({"firms": ["R1"], "share": 0.0}, "share: 0.0; expected: a share above 0, at most 1"),
        ({"firms": ["R1"], "share": 1.5}, "share: 1.5; expected: a share above 0, at most 1"),
        ({"firms": ["R1"], "share": float("nan")}, "share: nan"),
        ({"firms": ["R1"], "upstream_share": -0.1}, "upstream_share: -0.1; expected: a share from 0 to 1"),
    ],
)
def test_what_cannot_stop_is_said(network: CityNetwork, named: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        shock(network, **named)


def test_a_segment_nobody_is_on() -> None:
    found = city_network(city(FIRMS, LINKS), weights({"C1": "chip"}), catalogue())
    with pytest.raises(NetworkError, match="etcher: no firm of the network is on segment etcher"):
        shock(found, segments=["etcher"])
