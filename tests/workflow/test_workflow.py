"""The table of transitions: whole, and with one way alone to the end."""

from __future__ import annotations

import pytest

from chainmend.i18n import speaking
from chainmend.workflow import (
    REMEDIES,
    ROLES,
    SCANS,
    STATES,
    TRANSITIONS,
    action_name,
    after_scan,
    moves,
    state_name,
)


def test_only_scans_close() -> None:
    assert [t.action for t in TRANSITIONS.values() if t.target == "closed"] == []
    assert [s.event for s in SCANS.values() if s.target == "closed"] == ["closed"]


def test_nobody_moves_a_closed_entry() -> None:
    assert [t.action for t in TRANSITIONS.values() if "closed" in t.sources] == []


def test_auditors_and_administrators_move_nothing() -> None:
    assert [t.action for t in TRANSITIONS.values() if {"auditor", "admin"} & set(t.roles)] == []


def test_every_line_names_what_there_is() -> None:
    for action, line in TRANSITIONS.items():
        assert line.action == action
        assert set(line.sources) <= set(STATES)
        assert line.target is None or line.target in STATES
        assert line.roles
        assert set(line.roles) <= set(ROLES)


def test_every_state_can_be_reached_from_a_new_entry() -> None:
    reached, size = {"detected"}, 0
    while size != len(reached):
        size = len(reached)
        for line in (*TRANSITIONS.values(), *SCANS.values()):
            if line.target and reached & set(line.sources):
                reached.add(line.target)
    assert reached == set(STATES)


def test_no_state_but_closed_is_a_dead_end_for_people() -> None:
    stuck = {s for s in STATES if not any(s in t.sources and t.target for t in TRANSITIONS.values())}
    assert stuck == {"closed", "to_verify"}  # both wait for a scan


@pytest.mark.parametrize("remedy", REMEDIES)
def test_who_holds_an_entry_goes_on_only_with_remedies_of_the_role(remedy: str) -> None:
    able = {
        r for r in ROLES if any(t.action == "take" for t in moves(r, "assigned", remedy=remedy, holds=True))
    }
    assert able == {"district"} | {"attract": {"promoter"}, "develop": {"scientist"}}.get(remedy, set())
    assert not any(
        t.action == "take" for r in ROLES for t in moves(r, "assigned", remedy=remedy, holds=False)
    )


@pytest.mark.parametrize("state", STATES)
def test_a_scan_that_saw_no_change_moves_only_what_waits_for_it(state: str) -> None:
    assert after_scan(state, "unchanged", found=True) == ("mending" if state == "to_verify" else state)
    assert after_scan(state, "not_checked", found=False) == state


def test_everything_has_a_name_in_both_languages() -> None:
    names = [state_name(s) for s in STATES] + [action_name(a) for a in (*TRANSITIONS, *SCANS)]
    assert all(zh and en and zh != en for zh, en in names)
    with speaking("zh"):
        assert state_name("to_verify")[0] == "待核验"
