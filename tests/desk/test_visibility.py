"""Who sees and may do what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.visibility import ACTIONS, ALLOWED, Action, may, need, visible_entries
from chainmend.desk.worklist.models import Entry
from chainmend.errors import DeskError
from chainmend.workflow import ROLES, Role

WRITING: tuple[Action, ...] = (
    "comment", "run_scan", "change_data", "review_placements", "assign", "remind", "report_need",
    "verify_evidence", "manage_accounts",
)  # fmt: skip


def entry(number: int, **more: object) -> Entry:
    values = {
        "finding_id": f"F{number}",
        "kind": "missing",
        "cluster_id": "k",
        "chain_id": "c",
        "segment_id": "s",
        "summary_zh": "缺",
        "summary_en": "missing",
        "opened": dt.date(2026, 1, 1),
        "moved": timezone.now(),
        "standing": {},
    }
    return Entry.objects.create(id=f"E{number}", **values | more)


def test_every_action_says_who_may_do_it() -> None:
    assert set(ALLOWED) == set(ACTIONS)
    assert all(ALLOWED[a] and ALLOWED[a] <= set(ROLES) for a in ACTIONS)


@pytest.mark.parametrize("action", WRITING)
def test_an_auditor_changes_nothing(action: Action) -> None:
    assert "auditor" not in ALLOWED[action]


@pytest.mark.parametrize("action", [a for a in ACTIONS if a != "manage_accounts"])
def test_an_administrator_keeps_accounts_only(action: Action) -> None:
    assert "admin" not in ALLOWED[action]


def test_links_between_firms_are_for_analyst_and_auditor() -> None:
    assert ALLOWED["see_links"] == ALLOWED["see_exact_figures"] == {"analyst", "auditor"}


def test_may_follows_the_table(people: dict[Role, User]) -> None:
    for action in ACTIONS:
        assert {role for role, person in people.items() if may(person, action)} == ALLOWED[action]


def test_who_is_not_logged_in_or_is_shut_out_may_nothing(people: dict[Role, User]) -> None:
    people["analyst"].is_active = False
    assert not any(may(user, a) for a in ACTIONS for user in (AnonymousUser(), None, people["analyst"]))


def test_an_unknown_action_is_an_error(people: dict[Role, User]) -> None:
    with pytest.raises(DeskError, match="see_al"):
        may(people["analyst"], "see_al")  # type: ignore[arg-type]
    with pytest.raises(DeskError, match="see_al"):
        need("see_al")  # type: ignore[arg-type]


def test_entries_by_role(people: dict[Role, User]) -> None:
    district, leader = people["district"].organisation, people["leader"].organisation
    other = Organisation.objects.create(name="别处")
    entry(1)
    entry(2, district="示例二区")
    entry(3, district="示例一区", owner=district)
    entry(4, district="示例一区", owner=other)
    entry(5, firm_id="F-LEAD")
    entry(6, firm_id="F-OTHER", owner=leader)
    entry(7, firm_id="F-OTHER").parties.add(leader, other)
    entry(8, firm_id="F-OTHER").parties.add(other)
    seen = {role: sorted(visible_entries(p).values_list("pk", flat=True)) for role, p in people.items()}
    every = [f"E{n}" for n in range(1, 9)]
    assert seen == {
        **dict.fromkeys(("analyst", "promoter", "scientist", "chief", "auditor"), every),
        "district": ["E2", "E3"],
        "leader": ["E5", "E6", "E7"],
        "admin": [],
    }
    for role, person in people.items():
        assert [e.pk for e in Entry.objects.order_by("pk") if may(person, "see_entry", e)] == seen[role]


def test_an_institute_without_a_firm_does_not_see_entries_of_no_firm(people: dict[Role, User]) -> None:
    Organisation.objects.filter(pk=people["leader"].organisation_id).update(firm_id="", institute_id="I1")
    entry(1, firm_id="")
    assert not visible_entries(User.objects.get(username="leader")).exists()


def test_a_district_officer_without_a_district_sees_no_entry_without_one(people: dict[Role, User]) -> None:
    Organisation.objects.filter(pk=people["district"].organisation_id).update(district="")
    entry(1, district="")
    assert not visible_entries(User.objects.get(username="district")).exists()


def test_firms_by_role(people: dict[Role, User]) -> None:
    own, near, far = (
        {"firm_id": "F-LEAD", "district": "示例一区"},
        {"firm_id": "F2", "district": "示例二区"},
        {"firm_id": "F3", "district": None},
    )
    seen = {r: [may(p, "see_firm", f) for f in (own, near, far)] for r, p in people.items()}
    assert seen["analyst"] == seen["auditor"] == seen["promoter"] == [True, True, True]
    assert seen["district"] == [False, True, False]
    assert seen["leader"] == [True, False, False]
    assert seen["scientist"] == seen["chief"] == seen["admin"] == [False, False, False]


def test_districts_of_entries_come_with_the_scan(scanned_desk: object, people: dict[Role, User]) -> None:
    assert Entry.objects.exclude(district="").exists()
    mine = visible_entries(people["district"])
    assert mine.exists()
    assert set(mine.values_list("district", flat=True)) == {"示例二区"}
