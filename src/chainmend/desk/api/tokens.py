"""Making, knowing and revoking tokens, and the throttle of those who try wrong ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.http import HttpRequest
from django.utils import timezone

from chainmend.desk.accounts import audit
from chainmend.desk.accounts.models import LoginRecord, User
from chainmend.desk.api.models import ApiToken
from chainmend.errors import DeskError
from chainmend.i18n import _

DAYS, LONGEST, MOST = 90, 365, 20
WINDOW, FAILURES = dt.timedelta(minutes=15), 10
_MARK, _BYTES = "cm_", 32
_TOUCH = dt.timedelta(minutes=5)


def digest(text: str) -> str:
    """Return what the desk keeps of a token; it is random enough that one round of a hash suffices.

    Examples
    --------
    >>> digest("cm_x")[:8]
    '35c44dc1'
    """
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def make(owner: User, name: str, days: int, request: HttpRequest) -> tuple[ApiToken, str]:
    """Make a token; return it and its text, which nobody can read again.

    Parameters
    ----------
    name
        What it is for.
    days
        How long it lives, 1 to `LONGEST`.

    Raises
    ------
    DeskError
        If it should live longer, or the person has `MOST` that live already.
    """
    if not 1 <= days <= LONGEST:
        raise DeskError(
            _("{n} days").format(n=days),
            expected=_("1 to {n} days").format(n=LONGEST),
            where=_("days it lives"),
        )
    if sum(t.state == "good" for t in owner.tokens.select_related("owner")) >= MOST:
        raise DeskError(
            _("{n} tokens that are in use").format(n=MOST),
            expected=_("fewer"),
            do=_("revoke one that no program needs any more"),
        )
    text = _MARK + secrets.token_urlsafe(_BYTES)
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        digest=digest(text),
        password_mark=owner.get_session_auth_hash(),
        expires=timezone.now() + dt.timedelta(days=days),
    )
    audit.write(LoginRecord.TOKEN_MADE, owner.username, request)
    return token, text


def revoke(token: ApiToken, request: HttpRequest) -> None:
    """Let a token open nothing any more; a second time changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        audit.write(LoginRecord.TOKEN_REVOKED, token.owner.username, request)


def find(text: str) -> ApiToken | None:
    """Return the token of a text with its owner, whatever its state; None where there is none."""
    return ApiToken.objects.filter(digest=digest(text)).select_related("owner__organisation").first()


def good(token: ApiToken | None) -> bool:
    """Return whether a token lets its owner in: it lives, and so does the account."""
    if token is None or token.state != "good":
        return False
    return token.owner.is_active and not token.owner.must_change_password


def touch(token: ApiToken) -> None:
    """Note that a token was used, to five minutes: reading should seldom write."""
    now = timezone.now()
    if token.used is None or now - token.used >= _TOUCH:
        ApiToken.objects.filter(pk=token.pk).update(used=now)


def refuse(token: ApiToken | None, request: HttpRequest) -> int | None:
    """Write a wrong try down; after `FAILURES` of an address within `WINDOW`, return the seconds to wait instead.

    A good token works from such an address all the same: many people may share it.
    """
    now = timezone.now()
    tries = LoginRecord.objects.filter(
        kind=LoginRecord.TOKEN_REFUSED, address=audit.address(request), at__gt=now - WINDOW
    )
    late = list(tries.order_by("-at").values_list("at", flat=True)[:FAILURES])
    if len(late) == FAILURES:
        return max(1, round((late[-1] + WINDOW - now).total_seconds()))
    audit.write(LoginRecord.TOKEN_REFUSED, token.owner.username if token else "", request)
    return None
