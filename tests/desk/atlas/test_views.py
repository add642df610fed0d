"""Cockpit, chain map and segment page: who sees them, and that they say what the scan says."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import polars as pl
import pytest
from django.conf import settings as conf
from django.test import Client
from django.urls import reverse

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.atlas import cockpit as board
from chainmend.desk.atlas import views
from chainmend.desk.atlas.pulling import network
from chainmend.desk.atlas.trend import MARKS
from chainmend.desk.demo import Scanned
from chainmend.desk.visibility import ALLOWED
from chainmend.desk.worklist.colours import COLOURS, condition
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import ROLES, Role


def page(client: Client, url: str) -> str:
    found = client.get(url)
    assert found.status_code == 200, url
    return found.content.decode()


def a_local_segment() -> str:
    """The segment of the firm that makes most."""
    view = scans.current()
    assert view is not None
    firms = network(view).firms.filter(pl.col("segment_id").is_not_null())
    return str(firms.sort("weight", "firm_id", descending=True)["segment_id"][0])


def its_map(id: str) -> str:
    view = scans.current()
    assert view is not None
    return reverse("atlas:chain", args=[view.catalogue.segments[id].cluster_id])


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_see_the_map_does(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], role: Role
) -> None:
    expected = 200 if role in ALLOWED["see_map"] else 404
    id = a_local_segment()
    for url in ("/", its_map(id), f"/segments/{id}/"):
        assert clients[role].get(url).status_code == expected, url


def test_a_desk_without_a_scan_says_so(clients: dict[Role, Client]) -> None:
    assert "No scan yet" in page(clients["chief"], "/")
    assert "No scan yet" in page(clients["chief"], "/chains/")
    assert clients["chief"].get("/chains/integrated-circuits/").status_code == 404


def test_the_first_chain_map_is_that_of_the_first_cluster(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    view = scans.current()
    assert view is not None
    first = next(c for c in view.catalogue.clusters if c.chains)
    assert clients["chief"].get("/chains/")["Location"] == f"/chains/{first.id}/"


@pytest.mark.parametrize("url", ["/chains/none/", "/chains/future-1/", "/segments/none/"])
def test_what_the_catalogue_does_not_have_is_not_there(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], url: str
) -> None:
    assert clients["analyst"].get(url).status_code == 404


@pytest.mark.parametrize("role", ["analyst", "chief", "district", "leader"])
def test_pages_keep_to_the_rules_of_style_and_script(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], role: Role
) -> None:
    id = a_local_segment()
    for url in ("/", its_map(id), f"{its_map(id)}?pull={id}", f"/segments/{id}/"):
        text = page(clients[role], url)
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]* src=)|javascript:", text), url


def test_the_cockpit_has_a_tile_a_cluster_and_a_slot_for_what_is_open(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    view = scans.current()
    assert view is not None
    text = page(clients["chief"], "/")
    for cluster in view.catalogue.clusters:
        assert (reverse("atlas:chain", args=[cluster.id]) in text) == bool(cluster.chains)
    assert text.count('class="slot"') == sum(c.tier == "future" for c in view.catalogue.clusters)
    assert "Demo data" in text
    assert view.scan_id in text


def test_growth_stands_only_beside_growth_of_its_own_scope(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    text = page(clients["chief"], "/")
    assert (
        "Clusters outgrow all industry by 2.7 points" in text
    )  # 7.9 % less 5.2 %, both gross output of 2025
    assert "≥ +14.8" in text  # artificial intelligence: at least 20 % less 5.2 %
    assert "revenue 710 bn yuan +14.4%" in text  # another scope: no difference is made of it


def test_tiles_tell_two_years_of_growth_and_when_a_mark_is_crossed(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], people: dict[Role, User]
) -> None:
    view = scans.current()
    assert view is not None
    text = page(clients["analyst"], "/")
    assert text.count('class="spark"') == sum(bool(c.chains) for c in view.catalogue.clusters)
    assert "growth on the year before from 2024-03-31 to 2025-12-31" in text
    known = views._atlas(view, people["analyst"])
    shown = board.tiles(view, known, Entry.objects.all(), dt.date(2026, 7, 1))
    for tile in shown:
        output = known.outputs[tile.cluster.id]
        below = output is not None and output < MARKS.get(tile.cluster.tier, 0.0)
        assert (tile.crossing is not None) is below, tile.cluster.id
    crossing = [t for t in shown if t.crossing and t.cluster.tier == "hundred-billion" and t.crossing.month]
    assert text.count("crosses 100 bn in") == len(crossing)


def test_both_cards_of_ranks_are_filled_and_say_their_scope(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    text = page(clients["chief"], "/")
    first, second = text[text.index("Rank one") :].split("Rank two")
    assert first.index("rank 3 of 4") < first.index("value added (规上工业, the year 2024, nominal)")
    rows = re.findall(r'<tr class="rw( me)?"><td>(\d+)</td><th scope="row">([^<]+)', first)
    assert [(n, name) for _me, n, name in rows] == [
        ("1", "示例甲市"), ("2", "示例乙市"), ("3", "示例市"), ("4", "示例丙市"),
    ]  # fmt: skip
    assert [bool(me) for me, _n, _name in rows] == [False, False, True, False]
    assert "34 firms" in second
    assert "no figure of the city" not in second


def test_overdue_entries_name_no_firm_to_who_may_not_see_links(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], people: dict[Role, User]
) -> None:
    named = Entry.objects.filter(summary_en__contains="示例", kind="single_source").first()
    assert named is not None
    Entry.objects.filter(pk=named.pk).update(
        due=dt.date(2026, 1, 2), state="mending", owner=people["chief"].organisation
    )
    for role, told in (("analyst", True), ("chief", False), ("promoter", False)):
        text = page(clients[role], "/")  # type: ignore[index]
        reds = text[text.index('class="reds"') :].split("</ol>")[0]
        assert (re.search(r"示例.*公司", reds) is not None) is told, role
        assert f'action="/list/{named.pk}/move/"' in reds or role != "chief"


def test_counts_by_colour_are_those_of_the_entries(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned], people: dict[Role, User]
) -> None:
    today = dt.date(2026, 11, 25)
    now = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
    late, soon, behind, calm = Entry.objects.order_by("pk")[:4]
    home = people["district"].organisation
    for entry, due, moved in (
        (late, today - dt.timedelta(3), now),
        (soon, today + dt.timedelta(14), now),
        (behind, today + dt.timedelta(60), now - dt.timedelta(31)),
        (calm, today + dt.timedelta(15), now),
    ):
        Entry.objects.filter(pk=entry.pk).update(due=due, moved=moved, state="mending", owner=home)
    for name, pk in (("red", late.pk), ("blue", soon.pk), ("yellow", behind.pk)):
        assert [e.pk for e in Entry.objects.filter(condition(name, today), owner=home)] == [pk]
    view = scans.current()
    assert view is not None
    shown = board.tiles(view, views._atlas(view, people["chief"]), Entry.objects.all(), today)
    for name in COLOURS:  # the tiles count what the list shows under the same colour
        total = sum(getattr(tile, name) for tile in shown)
        assert total == Entry.objects.filter(condition(name, today)).count()
    reds, n, coming = board.reds(Entry.objects.all(), today, exact=True)
    assert ([e.pk for e in reds], n, coming) == ([late.pk], 1, soon)


def test_every_segment_is_reached_by_a_link_and_the_table_says_what_the_map_says(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    view = scans.current()
    assert view is not None
    for cluster in (c for c in view.catalogue.clusters if c.chains):
        text = page(clients["analyst"], f"/chains/{cluster.id}/")
        table = text[text.index('id="map-table"') :].split("</table>")[0]
        svg = ElementTree.fromstring(re.search(r'<svg class="m".*?</svg>', text, re.S)[0])  # type: ignore[index]
        drawn = {a.get("data-id"): a.get("href") for a in svg.iter("a")}
        ids = {s.id for chain in cluster.chains for s in chain.segments}
        assert set(drawn) == ids
        assert all(href == f"/chains/{cluster.id}/?at={id}" for id, href in drawn.items())
        linked = re.findall(r'href="/segments/([^/]+)/"', table)
        assert sorted(linked) == sorted(ids)
        assert all(view.catalogue.segments[id].name.en.replace("'", "&#x27;") in table for id in ids)


def test_a_pull_shows_what_the_library_says(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    from chainmend.fragility.scenario import make_shock
    from chainmend.fragility.stress import stress
    from chainmend.names import money

    view, id = scans.current(), a_local_segment()
    assert view is not None
    city = network(view)
    expected = stress(city, make_shock(city, view.catalogue, segments=[id]))
    text = re.sub("</?small>", "", page(clients["analyst"], f"{its_map(id)}?pull={id}"))
    assert money(expected.total * expected.output)[1] in text
    assert money(expected.own * expected.output)[1] in text
    assert f"{expected.steps} steps" in text
    svg = ElementTree.fromstring(re.search(r'<svg class="m pull".*?</svg>', text, re.S)[0])  # type: ignore[index]
    lost = dict(expected.by("segment_id").select("segment_id", "loss").iter_rows())
    for node in svg.iter("a"):
        told = [t.text for t in node.iter("text") if t.get("class") == "lossn"]
        loss = lost.get(node.get("data-id") or "", 0.0)
        hit = node.get("data-id") != id and loss >= 0.005
        assert told == ([f"−{loss:.0%}"] if hit else []), node.get("data-id")


def test_a_pull_of_what_nobody_makes_is_an_answer_and_no_crash(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    view = scans.current()
    assert view is not None
    on = set(network(view).firms["segment_id"])
    empty = [s.id for s in view.catalogue.segments.values() if s.id not in on]
    if not empty:
        pytest.skip("every segment has a firm in this city")
    cluster = view.catalogue.segments[empty[0]].cluster_id
    assert "no firm of the network is on segment" in page(
        clients["analyst"], f"/chains/{cluster}/?pull={empty[0]}"
    )


def test_pages_are_in_chinese_until_somebody_asks_for_english(
    clients: dict[Role, Client], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    client = clients["analyst"]
    client.cookies[conf.LANGUAGE_COOKIE_NAME] = "zh"
    assert "三件红事" in page(client, "/")
    assert "拉断" in page(client, its_map(a_local_segment()))
    assert "供方按来源地" in page(client, f"/segments/{a_local_segment()}/")
