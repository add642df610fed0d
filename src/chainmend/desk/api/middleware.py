"""Below /api/ nothing answers with a page: what is no JSON becomes an error in JSON."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from chainmend.desk.api.errors import problem
from chainmend.desk.project.middleware import CODES, PROGRAMS, Handler
from chainmend.i18n import Language, speaking

_DROPPED = ("content-type", "content-length", "location", "content-disposition", "set-cookie")


def asked_for(request: HttpRequest) -> Language:
    """Return the language that a program asks for: English where Accept-Language begins with it, else Chinese."""
    return "en" if request.headers.get("Accept-Language", "").strip().lower().startswith("en") else "zh"


def json_only(handler: Handler) -> Handler:
    """Answer programs in JSON, in the language of their Accept-Language in place of the switch of pages."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PROGRAMS):
            return handler(request)
        spoken = asked_for(request)
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = spoken
        response = handler(request)
        if response.status_code == 301 or response.headers.get("Content-Type", "").startswith(
            "application/json"
        ):
            return response
        # A redirect leads to a log-in or to a page that changes the password: of no use to a program.
        with translation.override(CODES[spoken]), speaking(spoken):
            told = problem(401 if response.status_code == 302 else response.status_code)
        for name, value in response.headers.items():
            if name.lower() not in _DROPPED:
                told.headers.setdefault(name, value)
        return told

    return answer
