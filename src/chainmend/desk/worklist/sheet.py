"""The page of one entry: what a scan says of it, what people did, and what a person may do now."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chainmend.desk.figures import reason
from chainmend.desk.visibility import may, may_name_candidates
from chainmend.desk.worklist.changes import content
from chainmend.desk.worklist.days import day, iso
from chainmend.desk.worklist.evidence import Fact, Verdict, facts, suppliers, verdicts
from chainmend.desk.worklist.given import field_name, remedy_name, said, verdict_name
from chainmend.desk.worklist.words import headline
from chainmend.i18n import _, language
from chainmend.workflow import WAY, action_name, state_name, step_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.atlas.states import State
    from chainmend.desk.scans.view import ScanView
    from chainmend.desk.worklist.models import Entry, Event

__all__ = [
    "Candidate", "Fact", "Proposal", "Stop", "Told", "Verdict", "facts", "not_checked", "proposal", "readable_file",
    "segment_states", "severities", "suppliers", "timeline", "verdicts", "way", "why_listed",
]  # fmt: skip

_TALK = ("comment", "attach")
_WORDS = ("reason", "note")


@dataclass(frozen=True)
class Candidate:
    """Who could mend it: rank, name, why (empty where firms' figures are not for the person), id of the dataset."""

    rank: int
    name: str
    why: str
    id: str = ""


@dataclass(frozen=True)
class Proposal:
    """What a scan proposes: remedy, bureau in charge, why, months, candidates, id of the remedy."""

    remedy: str
    lead: str
    why: str
    months: int | None
    candidates: tuple[Candidate, ...]
    id: str = ""


@dataclass(frozen=True)
class Told:
    """One event of the timeline; `kind` is ``scan`` or ``person``, `lines` what was given with it."""

    at: dt.datetime
    kind: str
    title: str
    lines: tuple[str, ...]
    hash: str
    number: int
    file: str = ""
    action: str = ""


@dataclass(frozen=True)
class Stop:
    """A state on the way: name, what stands below it, whether it is behind or now, id of the state, last arrival."""

    name: str
    day: str
    css: str
    state: str = ""
    at: dt.date | None = None


def way(entry: Entry, events: list[Event]) -> list[Stop]:
    """Return the line of steps; a state beside the way stands at its end."""
    days = {e.after: timezone.localdate(e.at) for e in events if e.before != e.after}
    beside = entry.state not in WAY
    line: list[str] = [*WAY[:-1], entry.state] if beside else list(WAY)
    now = line.index(entry.state)
    stops = []
    for at, state in enumerate(line):
        reached = state in days if beside else at < now
        css = "now" if at == now else "done" if reached else ""
        at_day = days.get(state) if css else None
        when = day(at_day) if at_day else ""
        if state == "mending" and css == "now" and entry.step:
            when, at_day = said(step_name(entry.step)), None
        shown = when or (_("by a scan") if state == "closed" else "")
        stops.append(Stop(said(state_name(state)), shown, css, state, at_day))
    return stops


def proposal(entry: Entry, user: User, view: ScanView | None) -> Proposal | None:
    """Return what the last scan proposes for an entry, as far as the person may know of it."""
    rows = view.scan.remedies if view else None
    if rows is None or not rows.height or user.what == "leader":
        return None
    row = next(iter(rows.filter(rows["finding_id"] == entry.finding_id).iter_rows(named=True)), None)
    if row is None:
        return None
    names = json.loads(row["candidates"] or "[]") if may_name_candidates(user, row["remedy"]) else []
    exact = may(user, "see_exact_figures")
    spoken = language()
    return Proposal(
        remedy_name(row["remedy"] or ""),
        row[f"lead_{spoken}"] or "",
        row[f"why_{spoken}"] or "",
        row["months"],
        tuple(Candidate(c["rank"], c["name"], c[spoken] if exact else "", c["candidate_id"]) for c in names),
        row["remedy"] or "",
    )


def severities(events: list[Event], user: User) -> list[tuple[dt.date, float]]:
    """Return the severities that scans gave, oldest first, with their days; none where they are not for the person."""
    if not may(user, "see_exact_figures"):
        return []
    found = []
    for event in events:
        after = content(event).get("severity_after") if event.scan_id else None
        if after is not None:
            told = content(event).get("date")
            found.append(
                (dt.date.fromisoformat(told) if told else timezone.localdate(event.at), float(after))
            )
    return found[-8:]


def timeline(events: list[Event], user: User) -> Iterator[Told]:
    """Yield what happened, newest first; a chain leader reads the words of their own organisation alone."""
    for event in reversed(events):
        data = content(event)
        if not _open_to(event, data, user):
            continue
        if event.scan_id:
            title = f"{said(action_name(event.action))} {_severity(data, user)}".strip()
            because = tuple(_because(data, user))
            yield Told(event.at, "scan", title, because, _short(event), event.number, action=event.action)
            continue
        who = event.user.name if event.user else ""
        title = _("{who}: {what}").format(who=who, what=said(action_name(event.action)))
        lines = tuple(_given(data, _reads_words(event, user)))
        file = data["sha256"] if event.action == "attach" else ""
        yield Told(event.at, "person", title, lines, _short(event), event.number, file, event.action)


def _open_to(event: Event, data: Mapping[str, Any], user: User) -> bool:
    named = user.username in data.get("mentions", ())
    return event.action not in _TALK or named or _reads_words(event, user)


def _reads_words(event: Event, user: User) -> bool:
    own = event.user is not None and event.user.organisation_id == user.organisation_id
    return own or user.what != "leader" or user.username in content(event).get("mentions", ())


def readable_file(event: Event, user: User) -> bool:
    """Return whether a person may download what an event attached."""
    return event.action == "attach" and _open_to(event, content(event), user)


def _severity(data: Mapping[str, Any], user: User) -> str:
    before, after = data.get("severity_before"), data.get("severity_after")
    if not may(user, "see_exact_figures"):
        return ""
    return f"{before:.0f}→{after:.0f}" if before is not None and after is not None else ""


def _because(data: Mapping[str, Any], user: User) -> Iterator[str]:
    exact = may(user, "see_exact_figures")
    yield from filter(None, (reason(one, exact) for one in data.get("because") or ()))
    if data.get("of"):
        yield _("Held in {held} of the last {of} scans.").format(held=data["held"], of=data["of"])


def _given(data: Mapping[str, Any], words: bool) -> Iterator[str]:
    if "name" in data and "sha256" in data:
        yield f"{data['name']} · {data['size']:,} B"
    for name, shown in data.items():
        if name in _WORDS and words:
            yield str(shown)
        elif (told := _shown(data, name, shown)) is not None:
            yield _("{who}: {what}").format(who=field_name(name), what=told)


def _shown(data: Mapping[str, Any], name: str, value: Any) -> str | None:
    """What was given with a move, in words; None where it is no field of a form, or is words itself."""
    if name in ("owner", "party"):
        return _organisation(data, name)
    if name in ("due", "until"):
        return iso(value)
    names: Mapping[str, Callable[[Any], str]] = {
        "remedy": remedy_name,
        "verdict": verdict_name,
        "step": lambda step: said(step_name(step)),
        "priority": str,
    }
    return names[name](value) if name in names else None


def _organisation(data: Mapping[str, Any], name: str) -> str:
    """The organisation that an event names, in the language of the moment where it was kept in both."""
    spoken = f"{name}_name_en" if language() == "en" else f"{name}_name"
    return str(data.get(spoken) or data.get(f"{name}_name", data[name]))


def _short(event: Event) -> str:
    return f"{event.hash[:4]}…{event.hash[-2:]}"


def segment_states(view: ScanView | None, chain_id: str) -> tuple[tuple[tuple[str, State], ...], ...]:
    """Return the segments of a chain with their states, stage by stage, upstream to downstream."""
    chain = view.catalogue.chains.get(chain_id) if view else None
    if view is None or chain is None:
        return ()
    from chainmend.desk.atlas.reading import atlas

    nodes = atlas(view, False).nodes
    stages = ([s.id for s in chain.segments if s.stage == stage.id] for stage in chain.stages)
    return tuple(tuple((id, nodes[id].state) for id in stage) for stage in stages if stage)


def not_checked(view: ScanView | None, entry: Entry) -> list[str]:
    """Return why rules could not look at the segment of an entry in the last scan."""
    if view is None or not view.scan.not_checked.height:
        return []
    rows = view.scan.not_checked.filter(
        view.scan.not_checked["segment_id"].is_null()
        | (view.scan.not_checked["segment_id"] == entry.segment_id)
    )
    return rows[f"reason_{language()}"].unique(maintain_order=True).to_list()


def why_listed(entry: Entry, user: User, view: ScanView | None) -> list[str]:
    """Return why an entry is listed, in sentences that can be read aloud."""
    lines = [_("{text}.").format(text=headline(entry, user, view.catalogue if view else None))]
    held = entry.standing.get("history")
    if held:
        past = json.loads(held)
        lines.append(
            _("Found in {held} of the last {of} scans; first on {date}.").format(
                of=len(past), held=sum(past), date=day(entry.opened)
            )
        )
    found = proposal(entry, user, view)
    if found is not None and found.why:
        lines.append(_("Proposed: {remedy}; {why}.").format(remedy=found.remedy, why=found.why))
    return lines
