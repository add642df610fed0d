"""The life of an entry: roles, states and transitions, in one table that code, pages and documents read.

Only a scan closes an entry: no transition that a person may make leads to ``closed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["analyst", "promoter", "scientist", "district", "leader", "chief", "auditor", "admin"]
State = Literal[
    "detected", "under_review", "confirmed", "rejected", "assigned", "mending", "to_verify", "closed",
    "suspended", "returned", "relapsed",
]  # fmt: skip

ROLES: tuple[Role, ...] = get_args(Role)
STATES: tuple[State, ...] = get_args(State)


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
    """

    action: str
    sources: tuple[State, ...]
    target: State | None
    roles: tuple[Role, ...]
    required: tuple[str, ...] = ()


TRANSITIONS: Mapping[str, Transition] = {}
"""Action -> transition."""
