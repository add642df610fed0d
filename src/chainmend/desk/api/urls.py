"""Addresses of the API, and of the page of tokens."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from chainmend.desk.api import (
    description,  # noqa: F401  (opens the doors)
    views,
)
from chainmend.desk.api.doors import api


def _doors() -> list[URLPattern]:
    """Addresses below /api/v1/; who asks is known by their token, so no log-in comes before."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = login_not_required(pattern.callback)
            found.append(pattern)
    return found


app_name = "api"
urlpatterns = [
    path("tokens/", views.own, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("api/v1/", (_doors(), "v1", "v1")),
]
