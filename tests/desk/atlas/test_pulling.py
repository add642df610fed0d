"""Who may pull what, and that a pull is the library's own cascade."""

from __future__ import annotations

import re
import time
from urllib.parse import quote

import polars as pl
import pytest
from django.test import Client

from chainmend.desk import scans
from chainmend.desk.atlas import pulling
from chainmend.desk.atlas.pulling import Stop, by_cluster, network, open_origins, origins, pull
from chainmend.desk.atlas.reading import atlas
from chainmend.desk.demo import Scanned
from chainmend.desk.scans.view import ScanView
from chainmend.desk.suppression import sensitive
from chainmend.errors import DeskError
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import stress
from chainmend.names import money
from chainmend.workflow import ROLES, Role


@pytest.fixture
def view(scanned_desk: tuple[Scanned, Scanned]) -> ScanView:
    found = scans.current()
    assert found is not None
    return found


@pytest.fixture
def firm(view: ScanView) -> dict[str, str]:
    """The local firm that makes most."""
    rows = network(view).firms.filter(pl.col("segment_id").is_not_null())
    return rows.sort("weight", "firm_id", descending=True).row(0, named=True)


def map_of(view: ScanView, segment: str) -> str:
    return f"/chains/{view.catalogue.segments[segment].cluster_id}/"


def told(client: Client, url: str) -> str:
    found = client.get(url)
    assert found.status_code == 200, url
    return re.sub("</?small>", "", found.content.decode())


@pytest.mark.parametrize("role", ROLES)
def test_a_firm_is_pulled_by_who_may_see_links_and_figures_alone(
    clients: dict[Role, Client], view: ScanView, firm: dict[str, str], role: Role
) -> None:
    url = f"{map_of(view, firm['segment_id'])}?pull_firm={quote(firm['firm_id'])}"
    found = clients[role].get(url)
    assert found.status_code == (200 if role in ("analyst", "auditor") else 404)
    assert clients[role].get(f"{map_of(view, firm['segment_id'])}?pull_firm=nobody").status_code == 404


def test_firms_are_looked_for_by_who_may_pull_them_alone(
    clients: dict[Role, Client], view: ScanView, firm: dict[str, str]
) -> None:
    url = f"{map_of(view, firm['segment_id'])}?find={quote(firm['name'])}"
    assert f"pull_firm={quote(firm['firm_id'])}" in told(clients["analyst"], url)
    for role in ("promoter", "scientist", "district", "chief", "leader"):
        text = told(clients[role], url)  # type: ignore[index]
        assert firm["name"] not in text
        assert 'name="find"' not in text


def test_pulls_of_a_firm_and_of_an_origin_are_the_librarys(
    clients: dict[Role, Client], view: ScanView, firm: dict[str, str]
) -> None:
    city, origin = network(view), str(origins(view)["where"][0])
    for query, shock in (
        (f"pull_firm={quote(firm['firm_id'])}", make_shock(city, view.catalogue, firms=[firm["firm_id"]])),
        (f"pull_origin={quote(origin)}", make_shock(city, view.catalogue, origins=[origin])),
    ):
        expected = stress(city, shock)
        text = told(clients["analyst"], f"{map_of(view, firm['segment_id'])}?{query}")
        assert money(expected.total * expected.output)[1].replace(",", "\u202f") in text, query
        assert f"{expected.steps} steps" in text


def test_an_origin_nothing_comes_from_is_not_there(clients: dict[Role, Client], view: ScanView) -> None:
    url = map_of(view, next(iter(view.catalogue.segments)))
    for role in ("analyst", "chief"):
        assert clients[role].get(f"{url}?pull_origin=Atlantis").status_code == 404  # type: ignore[index]


def test_an_origin_of_few_suppliers_tells_nothing_to_who_may_not_know(
    clients: dict[Role, Client], view: ScanView, firm: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = origins(view).to_dicts()
    few = {r["where"] for r in rows if sensitive(r["firms"], r["amount"], r["largest"])}
    assert few | open_origins(view) == {r["where"] for r in rows}
    assert few.isdisjoint(open_origins(view))
    monkeypatch.setattr(pulling, "open_origins", lambda _view: frozenset[str]())
    one = rows[0]["where"]
    url = f"{map_of(view, firm['segment_id'])}?pull_origin={quote(one)}"
    assert "withheld: fewer than 3 suppliers" in told(clients["chief"], url)
    assert "Expected loss a year" not in told(clients["chief"], url)
    assert "Expected loss a year" in told(clients["analyst"], url)
    with pytest.raises(DeskError):
        pull(view, atlas(view, False), Stop("origin", one))


def test_losses_by_an_origin_are_withheld_where_those_of_a_segment_are(view: ScanView) -> None:
    for origin in sorted(open_origins(view))[:4]:
        exact, seen = (pull(view, atlas(view, e), Stop("origin", origin)) for e in (True, False))
        assert set(exact.losses) == set(seen.losses)
        of = exact.result.firms.filter((pl.col("weight") > 0) & pl.col("segment_id").is_not_null())
        for (segment,), rows in of.group_by("segment_id"):
            if segment in seen.losses:
                hidden = sensitive(rows.height, rows["weight"].sum(), rows["weight"].max())
                assert (seen.losses[str(segment)] is None) is hidden, (origin, segment)
        assert by_cluster(seen, atlas(view, False))[1] == 0.0  # nothing stops in the city itself


def test_main_origins_are_offered_most_first_and_only_open_ones(
    clients: dict[Role, Client], view: ScanView, firm: dict[str, str]
) -> None:
    url = map_of(view, firm["segment_id"])
    for role in ("analyst", "chief"):
        offered = re.findall(r"pull_origin=([^\"&]+)", told(clients[role], url))  # type: ignore[index]
        assert offered
        assert [quote(o) for o in origins(view)["where"] if quote(o) in offered] == offered
        if role == "chief":
            assert set(offered) <= set(map(quote, open_origins(view)))


def test_a_warm_pull_is_quick(clients: dict[Role, Client], view: ScanView, firm: dict[str, str]) -> None:
    url = f"{map_of(view, firm['segment_id'])}?pull_firm={quote(firm['firm_id'])}"
    told(clients["analyst"], url)
    began = time.process_time()
    told(clients["analyst"], url)
    assert time.process_time() - began < 1.0
