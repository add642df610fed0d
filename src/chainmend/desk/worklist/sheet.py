"""The page of one entry: what a scan says of it, what people did, and what a person may do now."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainmend.desk.visibility import may
from chainmend.desk.worklist.changes import content
from chainmend.desk.worklist.given import field_name, remedy_name, said, verdict_name
from chainmend.desk.worklist.words import SHAPES, headline, readable
from chainmend.gaps.wording import label, value
from chainmend.i18n import _, language
from chainmend.names import CURRENCY
from chainmend.workflow import WAY, action_name, state_name, step_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView
    from chainmend.desk.worklist.models import Entry, Event

_TALK = ("comment", "attach")
_WORDS = ("reason", "note")


@dataclass(frozen=True)
class Fact:
    """A line of the evidence: what, its value (None where withheld), the cut it is held against."""

    name: str
    value: str | None
    cut: str


@dataclass(frozen=True)
class Candidate:
    """Who could mend it: rank, name, why (empty where firms' figures are not for the person), id of the dataset."""

    rank: int
    name: str
    why: str
    id: str = ""


@dataclass(frozen=True)
class Proposal:
    """What a scan proposes: remedy, bureau in charge, why, months, candidates."""

    remedy: str
    lead: str
    why: str
    months: int | None
    candidates: tuple[Candidate, ...]


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


@dataclass(frozen=True)
class Stop:
    """A state on the way: name, day of the last arrival, and whether it is behind or now."""

    name: str
    day: str
    css: str


def way(entry: Entry, events: list[Event]) -> list[Stop]:
    """Return the line of steps; a state beside the way stands at its end."""
    days = {e.after: e.at.date().isoformat() for e in events if e.before != e.after}
    beside = entry.state not in WAY
    line: list[str] = [*WAY[:-1], entry.state] if beside else list(WAY)
    now = line.index(entry.state)
    stops = []
    for at, state in enumerate(line):
        reached = state in days if beside else at < now
        css = "now" if at == now else "done" if reached else ""
        day = days.get(state, "") if css else ""
        if state == "mending" and css == "now" and entry.step:
            day = said(step_name(entry.step))
        stops.append(Stop(said(state_name(state)), day or (_("by a scan") if state == "closed" else ""), css))
    return stops


def facts(entry: Entry, user: User, currency: str = CURRENCY) -> list[Fact]:
    """Return the evidence, each fact with its cut; what a person may not read is withheld in words."""
    from chainmend.gaps.reasons import CUTS

    kept = _evidence(entry)
    found: Mapping[str, Any] = kept.get("facts", {})
    cuts: Mapping[str, Any] = kept.get("thresholds", {})
    named = {
        r.get("source"): r["name"] for r in kept.get("rows", []) if isinstance(r, dict) and r.get("name")
    }
    lines = []
    for name, fact in found.items():
        if isinstance(fact, list | dict):
            continue
        amount = named.get(fact, fact) if isinstance(fact, str) else fact
        cut = CUTS.get(name, "")
        shown = said(value(name, amount, currency)) if readable(name, found, user) else None
        at = said(value(cut, cuts[cut], currency)) if cut in cuts else ""
        lines.append(Fact(said(label(name)), shown, at))
    return lines


def suppliers(entry: Entry, user: User) -> list[dict[str, Any]]:
    """Return rows behind the finding, for who may see which firm buys or sells what."""
    rows = _evidence(entry).get("rows", []) if may(user, "see_links") else []
    keep = [r for r in rows if isinstance(r, dict) and r.get("name")]
    return [
        {"name": r["name"], "share": f"{r['share']:.0%}" if r.get("share") is not None else "—"}
        for r in keep[:8]
    ]


def _evidence(entry: Entry) -> Mapping[str, Any]:
    text = entry.standing.get("evidence")
    found: Mapping[str, Any] = json.loads(text) if text else {}
    return found


def proposal(entry: Entry, user: User, view: ScanView | None) -> Proposal | None:
    """Return what the last scan proposes for an entry, as far as the person may know of it."""
    rows = view.scan.remedies if view else None
    if rows is None or not rows.height or user.what == "leader":
        return None
    row = next(iter(rows.filter(rows["finding_id"] == entry.finding_id).iter_rows(named=True)), None)
    if row is None:
        return None
    wanted = "see_technology" if row["remedy"] == "develop" else "see_targets"
    names = json.loads(row["candidates"] or "[]") if may(user, wanted) else []  # type: ignore[arg-type]
    exact = may(user, "see_exact_figures")
    spoken = language()
    return Proposal(
        remedy_name(row["remedy"] or ""),
        row[f"lead_{spoken}"] or "",
        row[f"why_{spoken}"] or "",
        row["months"],
        tuple(Candidate(c["rank"], c["name"], c[spoken] if exact else "", c["candidate_id"]) for c in names),
    )


def severities(events: list[Event]) -> list[tuple[str, float]]:
    """Return the severities that scans gave, oldest first, with their days."""
    found = []
    for event in events:
        after = content(event).get("severity_after") if event.scan_id else None
        if after is not None:
            found.append((content(event).get("date") or event.at.date().isoformat(), float(after)))
    return found[-8:]


def timeline(events: list[Event], user: User) -> Iterator[Told]:
    """Yield what happened, newest first; a chain leader reads the words of their own organisation alone."""
    for event in reversed(events):
        data = content(event)
        if not _open_to(event, data, user):
            continue
        if event.scan_id:
            title = f"{said(action_name(event.action))} {_severity(data)}".strip()
            yield Told(event.at, "scan", title, tuple(_because(data, user)), _short(event), event.number)
            continue
        who = event.user.name if event.user else ""
        title = _("{who}: {what}").format(who=who, what=said(action_name(event.action)))
        lines = tuple(_given(data, _reads_words(event, user)))
        file = data["sha256"] if event.action == "attach" else ""
        yield Told(event.at, "person", title, lines, _short(event), event.number, file)


def _open_to(event: Event, data: Mapping[str, Any], user: User) -> bool:
    named = user.username in data.get("mentions", ())
    return event.action not in _TALK or named or _reads_words(event, user)


def _reads_words(event: Event, user: User) -> bool:
    own = event.user is not None and event.user.organisation_id == user.organisation_id
    return own or user.what != "leader" or user.username in content(event).get("mentions", ())


def readable_file(event: Event, user: User) -> bool:
    """Return whether a person may download what an event attached."""
    return event.action == "attach" and _open_to(event, content(event), user)


def _severity(data: Mapping[str, Any]) -> str:
    before, after = data.get("severity_before"), data.get("severity_after")
    return f"{before:.0f}→{after:.0f}" if before is not None and after is not None else ""


def _because(data: Mapping[str, Any], user: User) -> Iterator[str]:
    if may(user, "see_exact_figures"):
        for reason in data.get("because") or ():
            yield reason.get(language(), "")
    if data.get("of"):
        yield _("Held in {held} of the last {of} scans.").format(held=data["held"], of=data["of"])


def _given(data: Mapping[str, Any], words: bool) -> Iterator[str]:
    if "name" in data and "sha256" in data:
        yield f"{data['name']} · {data['size']:,} B"
    for name, shown in data.items():
        if name in _WORDS and words:
            yield str(shown)
        elif name in ("owner", "party"):
            yield f"{field_name(name)}: {data.get(f'{name}_name', shown)}"
        elif name == "remedy":
            yield f"{field_name(name)}: {remedy_name(shown)}"
        elif name == "step":
            yield f"{field_name(name)}: {said(step_name(shown))}"
        elif name == "verdict":
            yield f"{field_name(name)}: {verdict_name(shown)}"
        elif name in ("due", "until", "priority"):
            yield f"{field_name(name)}: {shown}"


def _short(event: Event) -> str:
    return f"{event.hash[:4]}…{event.hash[-2:]}"


def segment_states(view: ScanView | None, chain_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the segments of a chain and the state of each, upstream to downstream."""
    chain = view.catalogue.chains.get(chain_id) if view else None
    if view is None or chain is None:
        return (), ()
    order = {s.id: i for i, s in enumerate(chain.stages)}
    ids = tuple(s.id for s in sorted(chain.segments, key=lambda s: order.get(s.stage, 0)))
    found: dict[str, str] = {}
    for segment, kind in view.scan.findings.select("segment_id", "kind").iter_rows():
        if kind in SHAPES and SHAPES.index(kind) < SHAPES.index(found.get(segment, SHAPES[-1])) + (
            segment not in found
        ):
            found[segment] = kind
    return ids, tuple(found.get(s, "ok") for s in ids)


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
            _("The last {of} scans found it {held} times; it was first found on {date}.").format(
                of=len(past), held=sum(past), date=entry.opened
            )
        )
    found = proposal(entry, user, view)
    if found is not None and found.why:
        lines.append(_("Proposed: {remedy}; {why}.").format(remedy=found.remedy, why=found.why))
    return lines
