"""The rail: which pages there are, and which of them a role finds there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from chainmend.desk.accounts.models import User
from chainmend.desk.visibility import Action, may, visible_entries
from chainmend.i18n import _


@dataclass(frozen=True)
class Place:
    """One line of the rail.

    Attributes
    ----------
    name, url
        What it is called, and where it leads.
    here
        Whether the person is there now.
    icon
        Id of its sign in the sheet of icons; the phone's bar shows it. Empty where the bar has no room for the place.
    count
        How many things wait there, where that is counted.
    """

    name: str
    url: str
    here: bool
    icon: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Section:
    """Lines of the rail under one heading."""

    name: str
    places: tuple[Place, ...]


def _plan() -> tuple[tuple[str, tuple[tuple[str, str, Action, str], ...]], ...]:
    return (
        (
            _("Overview"),
            (
                (_("Cockpit"), "atlas:cockpit", "see_map", "cockpit"),
                (_("Chain map"), "atlas:chains", "see_map", "chain"),
            ),
        ),
        (
            _("Mending"),
            (
                (_("My work"), "worklist:work", "see_work", "work"),
                (_("Mend-list"), "worklist:list", "see_entries", "list"),
                (_("Evidence to verify"), "worklist:verify", "verify_evidence", ""),
                (_("Targets"), "firms:targets", "see_targets", "target"),
                (_("Reported needs"), "worklist:needs", "see_needs", "need"),
                (_("Record"), "worklist:record", "export_record", "record"),
            ),
        ),
        (
            _("Evidence"),
            (
                (_("Firms"), "firms:list", "see_firms", "firm"),
                (_("Our firm"), "firms:own", "report_need", "firm"),
                (_("Placement review"), "firms:review", "see_placements", ""),
                (_("Data"), "scans:data", "see_data", "data"),
                (_("Scans"), "scans:runs", "see_scans", ""),
            ),
        ),
        (_("Administration"), ((_("Accounts"), "accounts:people", "manage_accounts", "people"),)),
    )


def rail(request: HttpRequest, user: User) -> tuple[Section, ...]:
    """Return the sections that a person finds in the rail, with where the person is now."""
    sections = (Section(name, tuple(_places(request, user, lines))) for name, lines in _plan())
    return tuple(s for s in sections if s.places)


def _places(
    request: HttpRequest, user: User, lines: tuple[tuple[str, str, Action, str], ...]
) -> Iterator[Place]:
    for name, view, action, icon in lines:
        if not may(user, action):
            continue
        url = reverse(view)
        inside = request.path == url or (url != "/" and request.path.startswith(url))
        yield Place(name, url, inside, icon, _count(view, user))


def _count(view: str, user: User) -> int | None:
    """How much waits at a place: what waits for the person, or all entries they may see that are not done with."""
    if view == "worklist:work":
        from chainmend.desk.worklist.reminders import count

        return count(user)
    if view != "worklist:list":
        return None
    return visible_entries(user).exclude(state__in=("closed", "rejected")).count()
