"""The forms of the pages of the list: one for each move that a person may make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainmend.desk.accounts.models import Organisation
from chainmend.desk.worklist import services
from chainmend.desk.worklist.given import PRIORITIES, VERDICTS, field_name, remedy_name, said, verdict_name
from chainmend.workflow import REMEDIES, STEPS, action_name, step_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.worklist.models import Entry

_LONG = ("reason", "note")
LEADS = ("review", "confirm", "assign", "take", "progress", "verify_evidence")
"""Moves that bring an entry further: what a person is asked for first."""


def forms_of(found: Entry, user: User) -> list[dict[str, Any]]:
    """Return a form for everything the person may do with an entry now."""
    return [
        {
            "action": t.action,
            "name": said(action_name(t.action)),
            "leads": t.action in LEADS,
            "fields": [_field(n, found, n in t.required) for n in dict.fromkeys((*t.required, "note"))],
        }
        for t in services.open_moves(found, user)
    ]


def owners() -> list[tuple[str, str]]:
    """Return the organisations that an entry can be assigned to: id and name in the language of the moment."""
    found = Organisation.objects.filter(people__is_active=True).distinct()
    return [(str(o.pk), str(o)) for o in found.exclude(people__role__in=("admin", "auditor"))]


def _field(name: str, found: Entry, required: bool) -> dict[str, Any]:
    choices: dict[str, list[tuple[str, str]]] = {
        "owner": owners() if name in ("owner", "party") else [],
        "party": owners() if name in ("owner", "party") else [],
        "remedy": [(r, remedy_name(r)) for r in REMEDIES],
        "step": [(s, said(step_name(s))) for s in STEPS],
        "verdict": [(v, verdict_name(v)) for v in VERDICTS],
        "priority": [(str(p), str(p)) for p in PRIORITIES],
    }
    kind = "select" if name in choices else "text" if name in _LONG else "date"
    chosen = {"remedy": found.remedy, "step": found.step, "owner": str(found.owner_id or "")}.get(name, "")
    return {
        "name": name, "label": field_name(name), "kind": kind, "choices": choices.get(name, []),
        "chosen": chosen, "required": required,
    }  # fmt: skip
