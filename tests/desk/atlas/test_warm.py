"""What is heavy is read before somebody asks for it."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError

from chainmend.desk import scans
from chainmend.desk.atlas import pulling, reading, warm
from chainmend.desk.demo import Scanned


def test_a_warm_scan_has_its_frames_and_its_network_at_hand(scanned_desk: tuple[Scanned, Scanned]) -> None:
    kept = (reading.atlas, reading.contributions, reading.purchases, pulling.network)
    for function in kept:
        function.cache_clear()
    view = scans.current()
    assert view is not None
    warm.warm(view)
    before = [f.cache_info().misses for f in kept]
    exact, told = reading.atlas(view, True), reading.atlas(view, False)
    assert reading.purchases(view) is not None
    assert exact.exact
    assert not told.exact
    pulling.network(view)
    assert [f.cache_info().misses for f in kept] == before


def test_a_new_scan_is_noticed_and_an_old_one_is_read_once(
    scanned_desk: tuple[Scanned, Scanned], monkeypatch: pytest.MonkeyPatch
) -> None:
    view = scans.current()
    looks = iter([None, DatabaseError("away"), view, view])
    ended, warmed = threading.Event(), []

    def current() -> object:
        found = next(looks, ended)
        if isinstance(found, Exception):
            raise found
        if found is ended:
            ended.set()
            return view
        return found

    monkeypatch.setattr(warm.scans, "current", current)
    monkeypatch.setattr(warm, "warm", warmed.append)
    monkeypatch.setattr(warm, "close_old_connections", lambda: None)
    warm.keep_warm(0.0, ended)
    assert warmed == [view]
