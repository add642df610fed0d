"""The life of an entry: roles, states and transitions, in one table that code, pages and documents read.

Only a scan closes an entry: no transition that a person may make leads to ``closed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from chainmend.i18n import both

Pair = tuple[str, str]
Role = Literal["analyst", "promoter", "scientist", "district", "leader", "chief", "auditor", "admin"]
State = Literal[
    "detected", "under_review", "confirmed", "rejected", "assigned", "mending", "to_verify", "closed",
    "suspended", "returned", "relapsed",
]  # fmt: skip
Step = Literal["project", "talks", "signed", "building", "stock"]
Remedy = Literal["attract", "develop", "ally", "stock"]

ROLES: tuple[Role, ...] = get_args(Role)
STATES: tuple[State, ...] = get_args(State)
STEPS: tuple[Step, ...] = get_args(Step)
REMEDIES: tuple[Remedy, ...] = get_args(Remedy)
WAY: tuple[State, ...] = (
    "detected", "under_review", "confirmed", "assigned", "mending", "to_verify", "closed",
)  # fmt: skip
"""The states in the order in which an entry goes through them when nothing comes between."""

TAKES: Mapping[Role, tuple[Remedy, ...]] = {
    "promoter": ("attract",),
    "scientist": ("develop",),
    "district": REMEDIES,
}
"""Role that takes entries -> remedies it takes them with."""

_ANALYST: tuple[Role, ...] = ("analyst",)
_HOLDERS: tuple[Role, ...] = tuple(TAKES)
_RULERS: tuple[Role, ...] = ("analyst", "chief")
_NEW: tuple[State, ...] = ("detected", "under_review", "relapsed")
_HELD: tuple[State, ...] = ("assigned", "mending")
_OPEN: tuple[State, ...] = tuple(s for s in STATES if s not in ("rejected", "closed"))


@dataclass(frozen=True)
class Transition:
    """One line of the table.

    Attributes
    ----------
    action
        What a person does, such as ``assign``.
    sources
        States it may be done in.
    target
        State after it; None where the state stays.
    roles
        Who may do it.
    required
        Names of what must be given with it, such as ``reason``.
    holder
        Whether it is for the organisation that the entry is assigned to, with a remedy of `TAKES`.
    """

    action: str
    sources: tuple[State, ...]
    target: State | None
    roles: tuple[Role, ...]
    required: tuple[str, ...] = ()
    holder: bool = False


def _table(*lines: Transition) -> Mapping[str, Transition]:
    return {line.action: line for line in lines}


TRANSITIONS: Mapping[str, Transition] = _table(
    Transition("review", ("detected", "relapsed"), "under_review", _ANALYST),
    Transition("confirm", _NEW, "confirmed", _ANALYST),
    Transition("reject", (*_NEW, "confirmed"), "rejected", _ANALYST, ("reason",)),
    Transition("reopen", ("rejected",), "under_review", _ANALYST, ("reason",)),
    Transition("assign", ("confirmed", "returned"), "assigned", _ANALYST, ("owner", "remedy", "due")),
    Transition("reassign", _HELD, "assigned", _ANALYST, ("owner", "remedy", "due", "reason")),
    Transition("take", ("assigned",), "mending", _HOLDERS, ("step",), holder=True),
    Transition("give_back", ("assigned",), "returned", _HOLDERS, ("reason",), holder=True),
    Transition("progress", ("mending",), None, _HOLDERS, ("step", "note"), holder=True),
    Transition("state_reason", _HELD, None, _HOLDERS, ("reason",), holder=True),
    Transition("explain", (*_NEW, "confirmed", "returned"), None, _ANALYST, ("reason",)),
    Transition("submit", ("mending",), "to_verify", _HOLDERS, ("note",), holder=True),
    Transition("reschedule", _HELD, None, _ANALYST, ("due", "reason")),
    Transition("suspend", ("confirmed", *_HELD), "suspended", _RULERS, ("until", "reason")),
    Transition("resume", ("suspended",), "confirmed", _RULERS),
    Transition("decide", _OPEN, None, ("chief",), ("note",)),
    Transition("prioritise", _OPEN, None, ("chief",), ("priority",)),
    Transition("remind", _HELD, None, _RULERS),
    Transition("name_partner", ("confirmed", *_HELD), None, ("analyst", "scientist"), ("party", "note")),
    Transition("verify_evidence", (*_NEW, "confirmed", *_HELD), None, ("leader",), ("verdict", "note")),
)
"""Action -> transition. Nobody else may do it, and in no other state."""

EXPLAINS = frozenset({"state_reason", "explain"})
"""What gives the reason for an entry that stands still; it is no movement. A month without movement needs one."""
MOVES = frozenset({t.action for t in TRANSITIONS.values() if t.target} | {"progress"})
"""What counts as movement."""


@dataclass(frozen=True)
class Scanned:
    """What a scan does to an entry: from which states, to which; None where the state stays."""

    event: str
    sources: tuple[State, ...]
    target: State | None


SCANS: Mapping[str, Scanned] = {
    "opened": Scanned("opened", (), "detected"),
    "still_there": Scanned("still_there", ("to_verify",), "mending"),
    "closed": Scanned("closed", tuple(s for s in STATES if s != "closed"), "closed"),
    "relapsed": Scanned("relapsed", ("closed",), "relapsed"),
}
"""Event of a scan -> what it does to the state. Other events of scans change no state."""


def after_scan(state: str, event: str, *, found: bool) -> State:
    """Return the state of an entry after a scan.

    Parameters
    ----------
    state
        Before it; empty for a new entry.
    event
        What the scan says of it: an event of `chainmend.mendlist.reconcile`.
    found
        Whether the scan found the gap. An entry to verify whose gap is still there goes back to mending.

    Examples
    --------
    >>> after_scan("to_verify", "closed", found=False), after_scan("to_verify", "eased", found=True)
    ('closed', 'mending')
    >>> after_scan("to_verify", "gone", found=False), after_scan("closed", "relapsed", found=True)
    ('to_verify', 'relapsed')
    """
    for name in (event, "still_there") if found else (event,):
        rule = SCANS.get(name)
        if rule is not None and rule.target is not None and (state in rule.sources or not state):
            return rule.target
    return state if state in STATES else "detected"


def moves(role: str, state: str, *, remedy: str = "", holds: bool = False) -> tuple[Transition, ...]:
    """Return what a role may do with an entry now.

    Parameters
    ----------
    role, state
        Of the person and of the entry.
    remedy
        That the entry is assigned with.
    holds
        Whether the entry is assigned to the person's organisation.

    Examples
    --------
    >>> [t.action for t in moves("analyst", "rejected")]
    ['reopen']
    >>> [t.action for t in moves("promoter", "assigned", remedy="attract", holds=True)]
    ['take', 'give_back', 'state_reason']
    >>> moves("promoter", "assigned", remedy="develop", holds=True), moves("auditor", "confirmed")
    ((), ())
    """
    return tuple(
        t
        for t in TRANSITIONS.values()
        if role in t.roles and state in t.sources and (not t.holder or (holds and remedy in _takes(role)))
    )


def _takes(role: str) -> tuple[Remedy, ...]:
    return next((remedies for name, remedies in TAKES.items() if name == role), ())


@cache
def state_name(state: str) -> Pair:
    """Return what a state is called, in Chinese and in English.

    Examples
    --------
    >>> state_name("to_verify")[1]
    'To verify'
    """
    names: Mapping[str, Pair] = {
        "detected": both("Detected"),
        "under_review": both("Under review"),
        "confirmed": both("Confirmed"),
        "rejected": both("Not listed"),
        "assigned": both("Assigned"),
        "mending": both("Being mended"),
        "to_verify": both("To verify"),
        "closed": both("Closed"),
        "suspended": both("Suspended"),
        "returned": both("Returned"),
        "relapsed": both("Relapsed"),
    }
    return names.get(state, (state, state))


@cache
def step_name(step: str) -> Pair:
    """Return what a step of mending is called, in Chinese and in English.

    Examples
    --------
    >>> step_name("talks")[1]
    'In talks'
    """
    names: Mapping[str, Pair] = {
        "project": both("Project set up"),
        "talks": both("In talks"),
        "signed": both("Signed"),
        "building": both("Building"),
        "stock": both("In stock"),
    }
    return names.get(step, (step, step))


@cache
def action_name(action: str) -> Pair:
    """Return what an action of a person or an event of a scan is called, in Chinese and in English.

    Examples
    --------
    >>> action_name("assign")[1], action_name("closed")[1]
    ('Assign', 'Gone twice in a row: closed by the scan')
    """
    return (_by_people() | _by_scans()).get(action, (action, action))


def _by_people() -> dict[str, Pair]:
    return {
        "review": both("Take under review"),
        "confirm": both("Confirm"),
        "reject": both("Do not list"),
        "reopen": both("Review again"),
        "assign": both("Assign"),
        "reassign": both("Assign to another"),
        "take": both("Take on"),
        "give_back": both("Return"),
        "progress": both("Report progress"),
        "state_reason": both("Say why it stands still"),
        "explain": both("Say why it waits"),
        "submit": both("Hand in for the next scan"),
        "reschedule": both("Change the date"),
        "suspend": both("Suspend"),
        "resume": both("Resume"),
        "decide": both("Decide"),
        "prioritise": both("Set priority"),
        "remind": both("Remind"),
        "name_partner": both("Name a partner"),
        "verify_evidence": both("Verify the evidence"),
        "comment": both("Comment"),
        "attach": both("Attach a file"),
    }


def _by_scans() -> dict[str, Pair]:
    return {
        "opened": both("Found for the first time"),
        "worsened": both("Worse"),
        "eased": both("Better"),
        "gone": both("Gone once"),
        "closed": both("Gone twice in a row: closed by the scan"),
        "relapsed": both("It is back: reopened by the scan"),
        "not_checked": both("Not checked this time"),
        "still_there": both("Still there: back to mending"),
    }
