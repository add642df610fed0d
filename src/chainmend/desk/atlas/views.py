"""Cockpit, chain map, segment page, firms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chainmend.desk import scans
from chainmend.desk.visibility import need


@need("see_map")
def cockpit(request: HttpRequest) -> HttpResponse:
    """Where the city stands."""
    return render(request, "atlas/cockpit.html", {"view": scans.current()})
