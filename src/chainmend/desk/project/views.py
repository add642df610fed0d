"""What a person sees when a page is not there, or not for them, or failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from chainmend.i18n import _, language


def _said(request: HttpRequest, status: int, title: str, do: str) -> HttpResponse:
    return render(request, "desk/error.html", {"title": title, "do": do, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django names it)
    """Say that what was sent cannot be read."""
    return _said(request, 400, _("What was sent cannot be read"), _("Go back and try once more."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that this is not for the person's role."""
    return _said(request, 403, _("Your role may not do this"), _("Ask an analyst or an administrator."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that there is nothing here; the same for what the person may not know of."""
    return _said(
        request, 404, _("There is nothing here for you"), _("Check the address, or go to the start.")
    )


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say that the fault is ours; nothing is asked of the database, which may be what failed."""
    told = {
        "title": _("The desk failed"),
        "do": _("Tell the administrator when; the log says why."),
        "status": 500,
        "spoken": language(),
    }
    return HttpResponse(render_to_string("desk/error.html", told), status=500)
