"""The made-up past of the demo: everything moved by the rules, and something to see in every state."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned, fill_with
from chainmend.desk.home import Home
from chainmend.desk.worklist.colours import condition
from chainmend.desk.worklist.models import Entry, Event, Mention, Need
from chainmend.desk.worklist.record import verify
from chainmend.settings import Settings

from .conftest import QUICK, logged_in


@pytest.fixture
def lived(db: None, settings: object, scanned: tuple[Home, tuple[Scanned, Scanned]]) -> Settings:
    settings.DESK_HOME = scanned[0]  # type: ignore[attr-defined]
    fill_with(scanned[1], QUICK)
    return QUICK


def test_the_record_is_whole_and_goes_forward_in_time(lived: Settings) -> None:
    count, broken = verify()
    assert (count, broken) == (Event.objects.count(), None)
    moments = list(Event.objects.order_by("number").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= timezone.now()


def test_there_is_something_to_see_in_every_colour_and_most_states(lived: Settings) -> None:
    for colour in ("red", "yellow", "blue"):
        assert Entry.objects.filter(condition(colour)).exists(), colour
    states = set(Entry.objects.values_list("state", flat=True))
    assert states >= {"detected", "under_review", "confirmed", "rejected", "mending", "returned", "suspended"}
    assert not Entry.objects.filter(state="closed").exists()  # only scans close
    assert set(Need.objects.values_list("state", flat=True)) == {Need.REPORTED, Need.ACCEPTED}
    assert Mention.objects.get(seen=False).person.role == "chief"


def test_the_chief_finds_what_is_overdue(lived: Settings) -> None:
    client: Client = logged_in(User.objects.get(role="chief"))
    assert "overdue" in client.get("/").content.decode()
    assert client.get("/my-work/").status_code == 200
