"""Sessions end where nobody works any more, and a password that somebody else set is changed first."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from chainmend.desk.project.middleware import Handler

_SEEN, _EVERY = "seen", 300


def idle(handler: Handler) -> Handler:
    """Log out who did nothing for `SESSION_IDLE_SECONDS`; the time is kept to five minutes."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, seen = int(time.time()), request.session.get(_SEEN)
            if seen is not None and now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
                return redirect("accounts:login")
            if seen is None or now - seen >= _EVERY:
                request.session[_SEEN] = now
        return handler(request)

    return answer


def own_password(handler: Handler) -> Handler:
    """Lead who still has a password that somebody else set to the page that changes it."""

    def answer(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            allowed = {reverse(f"accounts:{name}") for name in ("password", "logout", "language")}
            if request.path not in allowed and not request.path.startswith(settings.STATIC_URL):
                return redirect("accounts:password")
        return handler(request)

    return answer
