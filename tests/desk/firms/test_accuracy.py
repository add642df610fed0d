"""How often placements are right: the draw, the blind card, the numbers."""

from __future__ import annotations

import re
from math import sqrt
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chainmend.desk.accounts.models import User
from chainmend.desk.firms.accuracy import BANDS, ENOUGH, Band, draw, estimate, judge, measure, sizes, wilson
from chainmend.desk.firms.frames import local_firms
from chainmend.desk.firms.models import Judgement, Sample
from chainmend.desk.scans.view import ScanView
from chainmend.errors import DeskError
from chainmend.workflow import Role

from .conftest import other_segment

Clients = dict[Role, Client]


def sampled(person: User, scan_id: str = "S1") -> Sample:
    """A sample of 200 firms of little confidence and 800 of much: 10 and 30 drawn, all placed on `a`."""
    sample = Sample.objects.create(
        scan_id=scan_id, seed=1, by=person, bands=[[0.0, 200], [0.5, 0], [0.7, 0], [0.9, 800]]
    )
    for place in range(40):
        band = 0 if place < 10 else 3
        Judgement.objects.create(sample=sample, place=place, firm_id=f"F{place}", band=band, segment_id="a")
    return sample


def said(sample: Sample, labels: dict[int, str]) -> None:
    for place, label in labels.items():
        Judgement.objects.filter(sample=sample, place=place).update(label=label)


def test_numbers_worked_by_hand(people: dict[Role, User]) -> None:
    """5 of 10 and 27 of 30 right: p = 0.2 x 0.5 + 0.8 x 0.9 = 0.82; its variance 0.04 x 0.25 / 10 + 0.64 x 0.09 / 30
    = 0.00292 is that of 0.82 x 0.18 / 0.00292 = 50.5 firms, more than were judged, so 40 count."""
    sample = sampled(people["analyst"])
    said(sample, dict.fromkeys(range(5), "a") | {5: "b", 6: "b", 7: "none", 8: "none", 9: "c"})
    said(sample, dict.fromkeys(range(10, 37), "a") | {37: "none", 38: "b", 39: "b"})
    found = measure(sample)
    assert found.precision == pytest.approx(0.82)
    z = 1.959963984540054
    middle = (0.82 + z * z / 80) / (1 + z * z / 40)
    half = z * sqrt(0.82 * 0.18 / 40 + z * z / 6400) / (1 + z * z / 40)
    assert (found.low, found.high) == (pytest.approx(middle - half), pytest.approx(middle + half))
    assert [(b.low, b.high, b.firms, b.judged, b.right) for b in found.bands] == [
        (0.0, 0.5, 200, 10, 5),
        (0.9, 1.0, 800, 30, 27),
    ]


def test_it_is_unknown_until_enough_are_judged_and_every_band_is(people: dict[Role, User]) -> None:
    sample = sampled(people["analyst"])
    said(sample, dict.fromkeys(range(10, 10 + ENOUGH), "a"))
    found = measure(sample)
    assert (found.judged, found.precision) == (ENOUGH, None)  # nobody judged the doubtful band
    said(sample, {0: "unknown", 1: "b", 39: ""})
    found = measure(sample)
    assert (found.judged, found.unclear) == (ENOUGH, 1)
    assert found.precision == pytest.approx(0.8)
    said(sample, {38: ""})
    assert measure(sample).precision is None


@given(
    st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=4)
)
def test_the_interval_holds_the_estimate_and_is_no_narrower_than_that_of_all_judged(
    rows: list[tuple[int, int, float]],
) -> None:
    bands = [Band(0, 1, firms, n, round(share * n)) for firms, n, share in rows]
    p, low, high = estimate(bands)
    assert 0 <= low <= p + 1e-12
    assert p - 1e-12 <= high <= 1
    plain = wilson(p, sum(b.judged for b in bands))
    assert low <= plain[0] + 1e-9
    assert high >= plain[1] - 1e-9


def test_the_draw_is_random_by_its_seed_and_in_proportion(view: ScanView, people: dict[Role, User]) -> None:
    one = draw(view, people["analyst"], 7)
    firms = list(one.firms.values_list("firm_id", "segment_id", "band"))
    placed = {r["firm_id"]: r for r in local_firms(view).to_dicts()}
    counts = [n for _low, n in one.bands]
    assert sum(counts) == len([r for r in placed.values() if r["segment_id"]])
    assert [sum(b == band for _f, _s, b in firms) for band in range(len(BANDS))] == sizes(counts, 60)
    for firm, segment, band in firms:
        row = placed[firm]
        assert segment == row["segment_id"]
        high = (*BANDS, 1.1)[band + 1]
        assert BANDS[band] <= row["confidence"] < high
    with pytest.raises(DeskError, match="a second sample"):
        draw(view, people["analyst"], 8)
    Judgement.objects.update(label="none")
    assert list(draw(view, people["analyst"], 7).firms.values_list("firm_id", "segment_id", "band")) == firms
    with pytest.raises(DeskError, match="somebody who reviews"):
        draw(view, people["auditor"], 7)


def test_the_card_is_blind(view: ScanView, clients: Clients, people: dict[Role, User]) -> None:
    clients["analyst"].post("/placements/accuracy/draw/")
    sample = Sample.objects.get()
    for _turn in range(5):
        waiting = sample.firms.filter(label="").first()
        assert waiting is not None
        text = clients["analyst"].get("/placements/accuracy/").content.decode()
        assert waiting.firm_id in text
        assert waiting.segment_id not in text
        assert view.catalogue.segments[waiting.segment_id].name.en not in text
        sent = {"sample": sample.pk, "firm": waiting.firm_id, "segment": waiting.segment_id}
        answer = clients["analyst"].post("/placements/accuracy/judge/", sent, HTTP_HX_REQUEST="true")
        assert waiting.firm_id not in answer.content.decode()
        assert '<h1 id="measured" hx-swap-oob="true">' in answer.content.decode()
    for wrong in ("", "x", "9" * 30, str(sample.pk + 1)):
        assert clients["analyst"].post("/placements/accuracy/judge/", {"sample": wrong}).status_code == 404
    assert measure(sample).judged == 5
    headline = re.sub("<[^>]+>", "", clients["auditor"].get("/placements/accuracy/").content.decode())
    assert "5 judged, at least 30 needed" in headline
    assert "Accuracy not known" in clients["analyst"].get("/placements/").content.decode()
    for one in sample.firms.filter(label=""):
        judge(sample, one.firm_id, one.segment_id, people["analyst"], view)
    text = clients["analyst"].get("/placements/").content.decode()
    assert "Accuracy 100%, 95% interval" in text
    assert "100% of placements are right" in clients["analyst"].get("/placements/accuracy/").content.decode()


def test_a_firm_is_judged_once(view: ScanView, people: dict[Role, User], firm: dict[str, Any]) -> None:
    sample = draw(view, people["analyst"], 1)
    one = sample.firms.first()
    assert one is not None
    judge(sample, one.firm_id, other_segment(view, firm), people["analyst"], view)
    with pytest.raises(DeskError, match="judged it before you"):
        judge(sample, one.firm_id, "none", people["analyst"], view)
    with pytest.raises(DeskError, match="judged it before you"):
        judge(sample, "no-such-firm", "none", people["analyst"], view)
    with pytest.raises(DeskError, match="the segment no-such"):
        judge(sample, one.firm_id, "no-such", people["analyst"], view)
    with pytest.raises(DeskError, match="somebody who reviews"):
        judge(sample, one.firm_id, "none", people["promoter"], view)
