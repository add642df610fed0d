"""The pages of the review: order, one key each, the next card without a page load."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.test import Client

from chainmend.desk.accounts.models import User
from chainmend.desk.firms import review
from chainmend.desk.firms.models import Decision
from chainmend.desk.scans.view import ScanView
from chainmend.workflow import Role

from .conftest import other_segment

Clients = dict[Role, Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


def test_the_most_doubtful_output_comes_first(view: ScanView) -> None:
    found = review.queue(view, "doubtful", [])
    doubt = [o * (1 - c) for o, c in found.select("output", "confidence").drop_nulls().iter_rows()]
    assert doubt == sorted(doubt, reverse=True)
    assert found.filter(pl.col("confidence") >= 1).is_empty()
    first = found["firm_id"][0]
    assert review.queue(view, "doubtful", [first])["firm_id"][0] == found["firm_id"][1]
    assert review.queue(view, "nowhere", []).is_empty()


def test_a_card_says_what_is_known_and_takes_one_key(view: ScanView, clients: Clients) -> None:
    first, second, third = review.queue(view, "doubtful", []).head(3).to_dicts()
    text = clients["analyst"].get("/placements/").content.decode()
    assert first["name"] in text
    for key in "ansm":
        assert f'data-key="{key}"' in text
    sent = {"firm": first["firm_id"], "version": "0", "tab": "doubtful"}
    answer = clients["analyst"].post("/placements/decide/", sent | {"verdict": "accept"}, **HTMX)
    card = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in card
    assert second["name"] in card
    assert f"{first['name']}: accepted" in card
    sent = {"firm": second["firm_id"], "version": "0", "tab": "doubtful", "verdict": "skip"}
    assert third["name"] in clients["analyst"].post("/placements/decide/", sent, **HTMX).content.decode()
    assert Decision.objects.count() == 1
    assert third["name"] in clients["analyst"].get("/placements/").content.decode()
    clients["analyst"].post("/placements/decide/", {"verdict": "again"})
    assert second["name"] in clients["analyst"].get("/placements/").content.decode()


def test_a_proposed_segment_moves_the_firm(view: ScanView, clients: Clients) -> None:
    queue = review.queue(view, "doubtful", []).to_dicts()
    firm = next(f for f in queue if review.proposed(view, f))
    proposals = review.proposed(view, firm)
    assert firm["segment_id"] not in [p[0] for p in proposals]
    text = clients["analyst"].get(f"/placements/?firm={firm['firm_id']}").content.decode()
    assert f'value="{proposals[0][0]}" data-key="1"' in text
    sent = {"firm": firm["firm_id"], "version": "0", "segment": proposals[0][0]}
    clients["analyst"].post("/placements/decide/", sent, **HTMX)
    assert Decision.objects.get().after == [[proposals[0][0], None]]
    again = clients["analyst"].get(f"/placements/?firm={firm['firm_id']}").content.decode()
    assert 'value="withdraw"' in again


def test_any_segment_is_found_by_name_or_word(view: ScanView, clients: Clients) -> None:
    segment = next(
        s for s in view.catalogue.segments.values() if s.terms.zh and s.terms.zh[0] not in s.name.zh
    )
    assert review.search(view, "  ") == []
    assert segment.id in [s for s, _n, _c in review.search(view, segment.name.en.upper())]
    assert segment.id in [s for s, _n, _c in review.search(view, segment.id)]
    text = clients["analyst"].get("/placements/segments/", {"q": segment.name.zh}).content.decode()
    assert f'value="{segment.id}"' in text
    assert (
        "No segment has that word" in clients["analyst"].get("/placements/segments/?q=zzzz").content.decode()
    )


def test_a_line_of_the_list_stays_and_can_be_taken_back(view: ScanView, clients: Clients) -> None:
    first = review.queue(view, "doubtful", []).row(0, named=True)
    assert clients["analyst"].get("/placements/?as=list").content.decode().count('<li class="line"') == 50
    sent = {"firm": first["firm_id"], "version": "0", "list": "1"}
    line = clients["analyst"].post("/placements/decide/", sent | {"verdict": "none"}, **HTMX).content.decode()
    assert 'class="line done"' in line
    assert 'name="version" value="1"' in line
    late = clients["analyst"].post("/placements/decide/", sent | {"verdict": "accept"}, **HTMX)
    assert "decided before you" in late.content.decode()
    sent |= {"version": "1", "verdict": "withdraw"}
    assert "taken back" in clients["analyst"].post("/placements/decide/", sent, **HTMX).content.decode()
    assert first["firm_id"] in review.queue(view, "doubtful", [])["firm_id"].to_list()


def test_a_decision_that_cannot_be_is_said_on_the_card(
    view: ScanView, firm: dict[str, Any], clients: Clients
) -> None:
    sent = {"firm": firm["firm_id"], "version": "0", "segment": "no-such"}
    wrong = clients["analyst"].post("/placements/decide/", sent)
    assert wrong.status_code == 422
    assert "the decision move no-such" in wrong.content.decode()
    card = clients["analyst"].post("/placements/decide/", sent, **HTMX)
    assert firm["name"] in card.content.decode()
    sent = {"firm": "no-such-firm", "version": "0", "verdict": "none"}
    assert clients["analyst"].post("/placements/decide/", sent).status_code == 404
    assert clients["analyst"].get("/placements/?firm=no-such-firm").status_code == 404


def test_an_auditor_looks_and_finds_no_form(view: ScanView, firm: dict[str, Any], clients: Clients) -> None:
    for address in (
        "/placements/",
        "/placements/?as=list",
        "/placements/?tab=decided",
        "/placements/accuracy/",
    ):
        text = clients["auditor"].get(address).content.decode()
        assert "/placements/decide/" not in text
        assert "/placements/accuracy/draw/" not in text


def test_decisions_are_on_the_page_of_the_firm_for_who_sees_placements(
    view: ScanView, firm: dict[str, Any], clients: Clients, people: dict[Role, User]
) -> None:
    Decision.objects.create(
        firm_id=firm["firm_id"], name=firm["name"], verdict="move", before=[[firm["segment_id"], 1.0]],
        after=[[other_segment(view, firm), None]], scan_id=view.scan_id, by=people["analyst"], version=1,
        note="seen on site",
    )  # fmt: skip
    address = f"/firms/{firm['firm_id']}/"
    seen = {
        r: "seen on site" in clients[r].get(address).content.decode()
        for r in ("analyst", "auditor", "promoter")
    }
    assert seen == {"analyst": True, "auditor": True, "promoter": False}
