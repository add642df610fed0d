"""What people of the demo did between its two scans: a made-up past, moved by the rules that hold for everybody.

Every move goes through `services.move`, at a moment of the past that is made up like all else; the record is chained
and verifies. Who opens the demo finds entries in every state, one overdue, one behind, one due soon.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist.models import Entry, Need
from chainmend.desk.worklist.services import move
from chainmend.desk.worklist.talk import comment
from chainmend.i18n import both
from chainmend.workflow import Role

DAYS = 100
"""Days between the first scan of the demo and the second."""


@dataclass(frozen=True)
class Told:
    """One move of a story: how many days ago, who, what, and what was given; dates are days from today."""

    ago: int
    role: Role
    action: str
    given: Mapping[str, Any]


def live(now: dt.datetime) -> int:
    """Let the people of the demo work on the list as the first scan left it; return how many moves they made.

    A story that finds no entry of its remedy is left out: a small city has few.

    Parameters
    ----------
    now
        The moment that days count back from.
    """
    people = {u.what: u for u in User.objects.select_related("organisation")}
    free = list(Entry.objects.filter(state="detected").order_by("-severity_rank", "pk"))
    plan: list[tuple[Told, Entry]] = []
    for remedy, story in _stories(people):
        entry = next((e for e in free if not remedy or e.remedy == remedy), None)
        if entry is None:
            continue
        free.remove(entry)
        plan += [(told, entry) for told in story]
    for told, entry in sorted(plan, key=lambda p: -p[0].ago):
        at = now - dt.timedelta(days=told.ago)
        given = {k: _day(now, v) if k in ("due", "until") else v for k, v in told.given.items()}
        entry.refresh_from_db()
        move(entry.pk, told.action, people[told.role], given, entry.version, at=at)
    _talk(people, [entry for _told, entry in plan], free)
    return len(plan)


def _day(now: dt.datetime, days: int) -> str:
    return (timezone.localdate(now) + dt.timedelta(days=days)).isoformat()


def _stories(people: Mapping[Role, User]) -> Iterator[tuple[str, list[Told]]]:
    """Remedy of the entry (empty for any), and what happened to it."""
    say = _words()

    def given(role: Role, remedy: str, due: int, ago: int = 88) -> list[Told]:
        owner = str(people[role].organisation_id)
        return [
            Told(ago + 6, "analyst", "review", {}),
            Told(ago + 4, "analyst", "confirm", {}),
            Told(ago, "analyst", "assign", {"owner": owner, "remedy": remedy, "due": due}),
        ]

    def took(role: Role, ago: int, step: str) -> Told:
        return Told(ago, role, "take", {"step": step})

    yield (
        "attract",
        [
            *given("promoter", "attract", -12), took("promoter", 80, "project"),
            Told(26, "promoter", "progress", {"step": "talks", "note": say["talks"]}),
            Told(20, "chief", "prioritise", {"priority": "1"}),
        ],
    )  # fmt: skip
    yield "attract", [*given("promoter", "attract", 70), took("promoter", 47, "talks")]
    yield (
        "attract",
        [
            *given("promoter", "attract", 40, 60), took("promoter", 55, "talks"),
            Told(9, "promoter", "progress", {"step": "signed", "note": say["signed"]}),
        ],
    )  # fmt: skip
    yield (
        "develop",
        [
            *given("scientist", "develop", 6), took("scientist", 79, "project"),
            Told(11, "scientist", "progress", {"step": "building", "note": say["trial"]}),
        ],
    )  # fmt: skip
    yield (
        "develop",
        [
            *given("scientist", "develop", 90), took("scientist", 50, "project"),
            Told(8, "scientist", "state_reason", {"reason": say["waits"]}),
        ],
    )  # fmt: skip
    yield (
        "",
        [
            *given("district", "ally", 30, 75), took("district", 70, "talks"),
            Told(7, "district", "submit", {"note": say["handed"]}),
        ],
    )  # fmt: skip
    yield "", [*given("district", "stock", -3, 65), took("district", 60, "project"),
               Told(14, "district", "progress", {"step": "stock", "note": say["stock"]})]  # fmt: skip
    yield (
        "",
        [
            *given("district", "attract", 25, 40),
            Told(30, "district", "give_back", {"reason": say["returned"]}),
        ],
    )
    yield "", [Told(60, "analyst", "review", {}), Told(55, "analyst", "reject", {"reason": say["rejected"]})]
    yield "", [*given("promoter", "attract", 45, 50),
               Told(21, "chief", "suspend", {"until": 90, "reason": say["suspended"]})]  # fmt: skip
    yield "", [Told(5, "analyst", "review", {})]
    leader = str(people["leader"].organisation_id)
    yield (
        "",
        [
            Told(40, "analyst", "review", {}), Told(38, "analyst", "confirm", {}),
            Told(35, "analyst", "name_partner", {"party": leader, "note": say["partner"]}),
            Told(28, "leader", "verify_evidence", {"verdict": "partly", "note": say["partly"]}),
        ],
    )  # fmt: skip


def _talk(people: Mapping[Role, User], moved: list[Entry], free: list[Entry]) -> None:
    """A comment that names the chief, and two needs of the chain leader: one to judge, one accepted."""
    say, leader, analyst = _words(), people["leader"], people["analyst"]
    if moved:
        comment(moved[0].pk, analyst, f"@{people['chief'].username} {say['question']}")
    for state, entry in zip((Need.REPORTED, Need.ACCEPTED), free, strict=False):
        need = Need(
            organisation=leader.organisation,
            person=leader,
            segment_id=entry.segment_id,
            text=say["need"],
            state=state,
        )
        if state == Need.ACCEPTED:
            need.judged_by, need.answer = analyst, say["answer"]
        need.save()
        if state == Need.ACCEPTED:
            Need.objects.filter(pk=need.pk).update(judged_at=need.at)


def _words() -> Mapping[str, str]:
    """What people of the demo wrote, in Chinese: the record keeps words as they were written."""
    return {
        "talks": both("Two candidates visited; terms of the site are being discussed.")[0],
        "signed": both("Signed; the plant is to be built next quarter.")[0],
        "trial": both("The pilot line runs; samples are with two users.")[0],
        "waits": both("The institute's test rig comes in the third week of next month.")[0],
        "handed": both("A local supplier delivers since last month.")[0],
        "stock": both("Stock for sixty days is agreed with three users.")[0],
        "returned": both("The land belongs to another district.")[0],
        "rejected": both("Placed wrongly: these firms trade and do not make.")[0],
        "suspended": both("The export rules change; decide again afterwards.")[0],
        "partner": both("It buys most of this segment and can say whether the finding is right.")[0],
        "partly": both("A second supplier is being tested since the spring.")[0],
        "question": both("Shall the lead stay with investment promotion?")[0],
        "need": both("Lead times over forty weeks; a second source within the province is wanted.")[0],
        "answer": both("It goes into the next scan.")[0],
    }
