"""Log-ins, log-outs and refused tries are written down."""

from __future__ import annotations

import ipaddress
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

_LONGEST = 60


def address(request: HttpRequest | None) -> str | None:
    """Return where a request came from, None where nobody can say."""
    try:
        return str(ipaddress.ip_address(request.META["REMOTE_ADDR"])) if request else None
    except (KeyError, ValueError):
        return None


def write(kind: str, username: str, request: HttpRequest | None) -> None:
    """Add a line to the audit of log-ins."""
    from chainmend.desk.accounts.models import LoginRecord

    LoginRecord.objects.create(kind=kind, username=username[:_LONGEST], address=address(request))


def _in(request: HttpRequest, user: Any, **_signal: Any) -> None:
    write("login", user.username, request)


def _out(request: HttpRequest, user: Any, **_signal: Any) -> None:
    if user is not None:
        write("logout", user.username, request)


def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    write("refused", str(credentials.get("username", "")), request)


def _locked(request: HttpRequest, username: str | None = None, **_signal: Any) -> None:
    write("locked", username or "", request)


def listen() -> None:
    """Write down every log-in from now on."""
    user_logged_in.connect(_in, dispatch_uid="desk-in")
    user_logged_out.connect(_out, dispatch_uid="desk-out")
    user_login_failed.connect(_refused, dispatch_uid="desk-refused")
    user_locked_out.connect(_locked, dispatch_uid="desk-locked")
