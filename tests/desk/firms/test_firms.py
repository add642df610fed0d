"""The list of firms and the page of one, role by role."""

from __future__ import annotations

import re
import time
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.firms import frames
from chainmend.desk.firms.frames import firm_of, local_firms, visible_firms
from chainmend.desk.firms.listing import PAGE, Asked, listed
from chainmend.desk.scans.view import ScanView
from chainmend.desk.visibility import ALLOWED, may
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import ROLES, Role

Clients = dict[Role, Client]


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_the_roles_that_may(role: Role, clients: Clients, view: ScanView) -> None:
    for address, action in (
        ("/firms/", "see_firms"),
        ("/our-firm/", "report_need"),
        ("/placements/", "see_placements"),
        ("/placements/?as=list", "see_placements"),
        ("/placements/segments/?q=a", "see_placements"),
        ("/placements/accuracy/", "see_placements"),
        ("/targets/", "see_targets"),
        ("/targets/export/", "see_targets"),
    ):
        page(clients[role], address, 200 if role in ALLOWED[action] else 404)  # type: ignore[index]
    for address, action in (
        ("/placements/decide/", "review_placements"),
        ("/placements/accuracy/draw/", "review_placements"),
        ("/placements/accuracy/judge/", "review_placements"),
        ("/targets/talk/", "keep_talks"),
    ):
        status = clients[role].post(address).status_code
        assert (status in (302, 404)) if role in ALLOWED[action] else status == 404  # type: ignore[index]
        assert clients[role].get(address).status_code in (404, 405)


def test_a_frame_holds_what_may_says_of_each_firm(
    view: ScanView, people: dict[Role, User], firm: dict[str, Any]
) -> None:
    Organisation.objects.filter(name="示例链主").update(firm_id=firm["firm_id"])
    every = local_firms(view).to_dicts()
    for role in ROLES:
        person = User.objects.get(username=role)
        seen = set(visible_firms(view, person)["firm_id"])
        assert seen == {f["firm_id"] for f in every if may(person, "see_firm", f)}, role
        assert bool(seen) == (role in ALLOWED["see_firm"])


def test_a_district_officer_sees_firms_of_the_district_alone(
    view: ScanView, clients: Clients, people: dict[Role, User]
) -> None:
    firms = local_firms(view)
    mine = firms.filter(pl.col("district") == "示例二区")
    other = firms.filter(pl.col("district") != "示例二区").row(0, named=True)
    text = page(clients["district"], "/firms/")
    assert f"{mine.height} local firms" in text
    assert "All districts" not in text
    page(clients["district"], f"/firms/{mine['firm_id'][0]}/")
    there, nowhere = (
        re.sub(rf"[A-Za-z0-9]{{64}}|{f}", "", page(clients["district"], f"/firms/{f}/", 404))
        for f in (other["firm_id"], "no-such-firm")
    )
    assert there == nowhere  # but for the address and the token of the forms
    searched = page(clients["district"], f"/firms/?q={other['name']}&district={other['district']}")
    assert "0 local firms" in searched
    assert other["firm_id"] not in searched
    Organisation.objects.filter(pk=people["district"].organisation_id).update(district="")
    assert visible_firms(view, User.objects.get(username="district")).is_empty()


def test_a_chain_leader_sees_the_own_firm_alone(
    view: ScanView, clients: Clients, firm: dict[str, Any], people: dict[Role, User]
) -> None:
    assert "not among the local firms" in page(clients["leader"], "/our-firm/")
    Organisation.objects.filter(pk=people["leader"].organisation_id).update(firm_id=firm["firm_id"])
    assert clients["leader"].get("/our-firm/")["Location"] == f"/firms/{firm['firm_id']}/"
    text = page(clients["leader"], f"/firms/{firm['firm_id']}/")
    assert "Whom it trades with" not in text
    assert "Decisions on its placement" not in text
    assert "withheld" not in text  # its own output
    other = local_firms(view).filter(pl.col("firm_id") != firm["firm_id"])["firm_id"][0]
    page(clients["leader"], f"/firms/{other}/", 404)
    page(clients["leader"], "/firms/", 404)
    Organisation.objects.filter(pk=people["leader"].organisation_id).update(firm_id="")
    assert "is no firm" in page(clients["leader"], "/our-firm/")
    assert visible_firms(view, User.objects.get(username="leader")).is_empty()


@pytest.mark.parametrize("role", ["analyst", "auditor", "promoter", "district"])
def test_figures_and_links_of_a_firm_are_for_analyst_and_auditor(
    role: Role, view: ScanView, clients: Clients
) -> None:
    links = view.dataset.table("supply_links")
    traded = links.filter(pl.col("year") == links["year"].max())
    firms = local_firms(view).filter(pl.col("district") == "示例二区")
    one = firms.join(traded, left_on="firm_id", right_on="buyer_id", how="semi").row(0, named=True)
    text = page(clients[role], f"/firms/{one['firm_id']}/")
    exact = role in ("analyst", "auditor")
    assert ("Whom it trades with" in text) is exact
    assert ("withheld" in text) is not exact
    assert ("Output a year</th>" in page(clients[role], "/firms/")) is exact
    segment = reverse("atlas:segment", args=[one["segment_id"]])
    assert segment in text
    sellers = traded.filter(pl.col("buyer_id") == one["firm_id"])["supplier_id"]
    names = view.dataset.firms.filter(pl.col("firm_id").is_in(sellers.to_list()))["name"].to_list()
    assert any(n in text for n in names) is exact


def test_who_may_not_see_outputs_cannot_order_by_them(people: dict[Role, User], view: ScanView) -> None:
    asked = {r: Asked.of({"order": "output"}, people[r]).order for r in ("analyst", "promoter", "district")}
    assert asked == {"analyst": "output", "promoter": "name", "district": "name"}


def test_the_list_filters_sorts_and_turns_pages(view: ScanView, people: dict[Role, User]) -> None:
    analyst = people["analyst"]

    def found(**query: str) -> Any:
        return listed(Asked.of(query, analyst), analyst, view)

    every = local_firms(view)
    first = found()
    outputs = [r["output"] for r in first.rows]
    assert outputs == sorted(every["output"].to_list(), reverse=True)[:PAGE]
    last = found(page="9999")
    assert len(last.rows) == (every.height % PAGE or PAGE)
    some = every.row(7, named=True)
    assert some["firm_id"] in [r["firm_id"] for r in found(q=some["name"].upper()).rows]
    assert [r["firm_id"] for r in found(q=some["firm_id"]).rows] == [some["firm_id"]]
    assert all(r["industry_code"].startswith("39") or "39" in r["firm_id"] for r in found(q="39").rows)
    cluster = view.catalogue.segments[some["segment_id"]].cluster_id
    of_cluster = found(cluster=cluster)
    assert of_cluster.number == every.filter(pl.col("clusters").list.contains(cluster)).height
    assert {r["segment_id"] for r in found(segment=some["segment_id"]).rows} == {some["segment_id"]}
    assert {r["district"] for r in found(district=some["district"]).rows} == {some["district"]}
    assert found(cluster="none").number == 0
    sure = [r["confidence"] for r in found(order="confidence").rows]
    assert sure == sorted(sure)


def test_entries_that_name_a_firm_are_those_a_person_may_see(
    view: ScanView, clients: Clients, firm: dict[str, Any]
) -> None:
    entry = Entry.objects.create(
        id="E1", finding_id="F1", kind="weak", cluster_id="k", chain_id="c", segment_id="s", summary_zh="弱",
        summary_en="weak", opened=view.date, moved=timezone.now(), standing={}, firm_id=firm["firm_id"],
        district="示例九区",
    )  # fmt: skip
    address = f"/firms/{firm['firm_id']}/"
    assert entry.pk in page(clients["analyst"], address)
    person = User.objects.get(username="district")
    Organisation.objects.filter(pk=person.organisation_id).update(district=firm["district"])
    assert entry.pk not in page(clients["district"], address)


def test_pages_mark_the_leading_firm_and_demo_data_and_run_no_script_of_their_own(
    clients: Clients, firm: dict[str, Any], view: ScanView
) -> None:
    assert firm["leader"]
    for address in (
        "/firms/",
        f"/firms/{firm['firm_id']}/",
        "/placements/",
        "/placements/?as=list",
        "/targets/",
    ):
        text = page(clients["analyst"], address)
        assert "Demo data" in text
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]* src=)|javascript:", text), address
        assert ("leading firm" in text) is (address != "/targets/")


def test_a_desk_without_a_scan_says_so(clients: Clients) -> None:
    for address in ("/firms/", "/placements/", "/placements/accuracy/"):
        assert "No scan yet" in page(clients["analyst"], address)
    page(clients["analyst"], "/firms/F1/", 404)
    assert "No open entry" in page(clients["promoter"], "/targets/")


def test_a_hundred_thousand_firms_are_listed_quickly(
    view: ScanView, people: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = local_firms(view)
    times = -(-100_000 // small.height)
    large = pl.concat(
        small.with_columns(pl.col("firm_id") + f"-{i}", pl.col("name") + f"{i}", pl.col("low") + f"{i}")
        for i in range(times)
    )
    monkeypatch.setattr(frames, "local_firms", lambda _view: large)
    begun = time.process_time()
    found = listed(Asked.of({"q": "示例", "order": "output"}, people["analyst"]), people["analyst"], view)
    spent = time.process_time() - begun
    assert found.number == large.height >= 100_000
    assert len(found.rows) == PAGE
    assert spent < 2.0  # of all cores; a page of the benchmark says how long a person waits


def test_a_firm_that_is_not_local_has_no_page(view: ScanView, people: dict[Role, User]) -> None:
    away = view.dataset.firms.filter(pl.col("place") != "local")["firm_id"][0]
    assert firm_of(view, people["analyst"], away) is None
