"""What every page shows: whose city, how old the data are, demo or not, the rail, the language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.project.middleware import chosen
from chainmend.desk.project.navigation import rail
from chainmend.desk.scans.overdue import overdue
from chainmend.desk.visibility import may, start_page

_IN_BAR = 5


def page(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs; nothing of the city for who is not logged in."""
    user = getattr(request, "user", None)
    spoken = chosen(request) if hasattr(request, "session") else "zh"
    if not isinstance(user, User):
        return {"spoken": spoken}
    sections = rail(request, user)
    bar = [p for section in sections for p in section.places if p.icon][:_IN_BAR]
    age = scans.current()
    return {
        "spoken": spoken,
        "rail": sections,
        "bar": bar,
        "age": age,
        "overdue": overdue(age, timezone.localdate()) if age else None,
        "sees_data": may(user, "see_data"),
        "programs": may(user, "use_api"),
        "start": start_page(user),
    }
