"""What is given with a move: read from what a form sent, checked, and written to the entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chainmend.desk.accounts.models import Organisation
from chainmend.errors import DeskError
from chainmend.i18n import _, language
from chainmend.workflow import REMEDIES, STEPS, Pair, Transition

if TYPE_CHECKING:
    from chainmend.desk.worklist.models import Entry

LONGEST = 2000
PRIORITIES = range(1, 6)
_DATES = ("due", "until")
VERDICTS = ("true", "partly", "not_true")


def said(pair: Pair) -> str:
    """Return the one of (Chinese, English) that the moment's language is."""
    return pair[0] if language() == "zh" else pair[1]


def field_name(name: str) -> str:
    """Return what a thing that a move asks for is called."""
    return {
        "owner": _("who is in charge"),
        "remedy": _("remedy"),
        "due": _("due date"),
        "until": _("suspended until"),
        "reason": _("reason"),
        "note": _("note"),
        "step": _("step"),
        "priority": _("priority, 1 is first"),
        "party": _("partner"),
        "verdict": _("verdict on the evidence"),
    }.get(name, name)


def remedy_name(remedy: str) -> str:
    """Return what a remedy is called."""
    return {
        "attract": _("Attract"),
        "develop": _("Develop"),
        "ally": _("Ally"),
        "stock": _("Stock"),
    }.get(remedy, remedy)


def verdict_name(verdict: str) -> str:
    """Return what a verdict on the evidence is called."""
    return {
        "true": _("it is so"),
        "partly": _("partly so"),
        "not_true": _("it is not so"),
    }.get(verdict, verdict)


def read(rule: Transition, data: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """Return what a move asks for, in the form the record keeps; a date of it is `today` or later.

    Raises
    ------
    DeskError
        If something is not given, or cannot be.
    """
    missing = [n for n in rule.required if not str(data.get(n) or "").strip()]
    if missing:
        names = ", ".join(field_name(n) for n in missing)
        raise DeskError(_("nothing given for: {names}").format(names=names))
    given: dict[str, Any] = {}
    for name in dict.fromkeys((*rule.required, "note")):
        text = str(data.get(name) or "").strip()
        if text:
            given |= _day(name, text, today) if name in _DATES else _READERS.get(name, _text)(name, text)
    return given


def write(entry: Entry, rule: Transition, given: Mapping[str, Any]) -> None:
    """Take over what was given with a move, as far as the entry keeps it."""
    if "owner" in given:
        entry.owner_id = given["owner"]
    for name in ("remedy", "step", "priority"):
        if name in given:
            setattr(entry, name, given[name])
    for name in _DATES:
        if name in given:
            entry.due = dt.date.fromisoformat(given[name])
    if rule.target in ("returned", "confirmed", "under_review"):
        entry.due, entry.step = None, ""
    if rule.target in ("assigned", "returned"):
        entry.step = ""
    if "party" in given:
        entry.parties.add(given["party"])


def _text(name: str, text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise DeskError(
            _("{n} letters").format(n=f"{len(text):,}"),
            expected=_("{n} at most").format(n=f"{LONGEST:,}"),
            where=field_name(name),
        )
    return {name: text}


def _organisation(name: str, text: str) -> dict[str, Any]:
    found = Organisation.objects.filter(pk=int(text)).first() if text.isdecimal() else None
    if found is None:
        raise _refused(name, text, _("an organisation of this desk"))
    english = {f"{name}_name_en": found.name_en} if found.name_en else {}
    return {name: found.pk, f"{name}_name": found.name} | english


def _one_of(choices: tuple[str, ...]) -> Callable[[str, str], dict[str, Any]]:
    def check(name: str, text: str) -> dict[str, Any]:
        if text not in choices:
            raise _refused(name, text, ", ".join(choices))
        return {name: text}

    return check


def _day(name: str, text: str, today: dt.date) -> dict[str, Any]:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise _refused(name, text, _("a date such as 2026-06-30")) from error
    if day < today:
        raise _refused(name, text, _("today or later"))
    return {name: day.isoformat()}


def _priority(name: str, text: str) -> dict[str, Any]:
    if not text.isdecimal() or int(text) not in PRIORITIES:
        raise _refused(name, text, _("a number from 1 to 5"))
    return {name: int(text)}


def _refused(name: str, text: str, expected: str) -> DeskError:
    return DeskError(text[:80], expected=expected, where=field_name(name))


_READERS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "owner": _organisation,
    "party": _organisation,
    "remedy": _one_of(REMEDIES),
    "step": _one_of(STEPS),
    "verdict": _one_of(VERDICTS),
    "priority": _priority,
}
