"""What happens to every request: its language, what is refused, and that no proxy keeps what a role may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from chainmend.i18n import Language, speaking

Handler = Callable[[HttpRequest], HttpResponse]
CODES: dict[Language, str] = {"zh": "zh-hans", "en": "en"}
PROGRAMS = "/api/"
"""What is read by program begins with it."""


def chosen(request: HttpRequest) -> Language:
    """Return the language a person chose with the switch; Chinese where nobody chose."""
    said = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or request.session.get("language")
    return cast("Language", said) if said in CODES else "zh"


def language(handler: Handler) -> Handler:
    """Answer in the language chosen: Django's own words and the library's alike."""

    def answer(request: HttpRequest) -> HttpResponse:
        spoken = chosen(request)
        with translation.override(CODES[spoken]), speaking(spoken):
            response = handler(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response.headers.setdefault("Content-Language", "zh-CN" if spoken == "zh" else "en")
        return response

    return answer


def sound(handler: Handler) -> Handler:
    """Refuse what holds a NUL character: no text has one, and PostgreSQL takes none.

    Files that are sent may hold one, and the API says in its own words what it does not know.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(PROGRAMS):
            return handler(request)
        form = request.content_type == "application/x-www-form-urlencoded"
        sent = request.body if form and request.method == "POST" else b""
        if (
            "\0" in request.path
            or "%00" in request.META.get("QUERY_STRING", "")
            or b"%00" in sent
            or b"\0" in sent
        ):
            raise BadRequest
        return handler(request)

    return answer


def private(handler: Handler) -> Handler:
    """Keep pages out of shared caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return answer
