"""The mend-list and its entries, as `worklist.listing` and `worklist.sheet` give them to the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from chainmend.desk import scans
from chainmend.desk.api.about import Answer, about, currency
from chainmend.desk.api.doors import door, who
from chainmend.desk.api.figures import Estimate, Fact, Number, Severity, Share, estimate, fact, severity
from chainmend.desk.figures import figures
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist import sheet, words
from chainmend.desk.worklist.changes import Change, changes, earlier
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.given import remedy_name, said
from chainmend.desk.worklist.listing import PAGE, Asked, listed
from chainmend.desk.worklist.models import Entry, Event
from chainmend.workflow import Remedy, State, state_name, step_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

View = Literal["all", "red", "yellow", "blue", "verify", "mine", "closed"]
Order = Literal["severity", "loss", "due", "moved", "segment", "priority"]
ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
TEXT = r"^[^\x00-\x1f]*$"


class EntriesAsked(BaseModel):
    """What the page of the list takes, by the same names."""

    view: View = Field("all", description="`all` are those not done with; the others as on the page.")
    cluster: str | None = Field(None, pattern=ID, max_length=80, examples=["integrated-circuits"])
    kind: str | None = Field(None, pattern=ID, max_length=40, examples=["single_source"])
    state: State | None = Field(None, description="Of the life of an entry.")
    gap: Literal["local", "regional", "national"] | None = Field(
        None, description="Where what is missing can be found."
    )
    remedy: Remedy | None = None
    owner: int | None = Field(None, ge=1, le=2**31 - 1, description="Id of the organisation in charge.")
    q: str = Field("", max_length=80, pattern=TEXT, description="Part of a number, a segment, a firm.")
    order: Order = "severity"
    since: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Number of an earlier scan; without it the last but one."
    )
    changed: bool = Field(False, description="Only what scans changed since then.")
    page: int = Field(1, ge=1, le=10**6, description=f"{PAGE} entries a page.")


class Owner(BaseModel):
    """An organisation."""

    id: int
    name: str


class Flag(BaseModel):
    """What time says: red is overdue, yellow without movement, blue due within 14 days."""

    colour: Literal["red", "yellow", "blue", "none"]
    words: str


class Changed(BaseModel):
    """What scans did since the one compared with."""

    sign: str
    words: str


class Line(BaseModel):
    """An entry as the list has it."""

    id: str
    headline: str
    kind: str = Field(description="Id of the rule that found it.")
    kind_name: str
    cluster: str
    chain: str
    segment: str
    segment_name: str
    place: str = Field(description="Cluster and stage.")
    state: State
    state_name: str
    step: str | None
    step_name: str | None
    gap: str | None
    remedy: str | None
    remedy_name: str | None
    owner: Owner | None
    due: dt.date | None
    flag: Flag
    priority: int | None
    severity: Severity
    loss_avoided: Estimate
    opened: dt.date
    moved: dt.datetime
    change: Changed | None


class Entries(Answer):
    """A page of the list, with what stands above it."""

    page: int
    pages: int
    total: int
    counts: Mapping[View, int] = Field(description="Entries of each view under the other filters.")
    loss_avoided: Estimate | None = Field(
        description="Over the open entries of the filters, each segment once."
    )
    entries: list[Line]


class Stop(BaseModel):
    """A state on the way."""

    state: str
    name: str
    day: dt.date | None = Field(description="Of the last arrival.")
    note: str | None = Field(description="The step within it, or that only a scan leads there.")
    reached: Literal["done", "now", "ahead"]


class Source(BaseModel):
    """A firm or origin behind a finding; for who may see links alone."""

    name: str
    share: Share


class EntryCandidate(BaseModel):
    """Who could mend it."""

    rank: int
    name: str
    why: str | None


class Proposal(BaseModel):
    """What the last scan proposes."""

    remedy: str
    remedy_name: str
    lead: str
    why: str
    months: int | None
    candidates: list[EntryCandidate]


class Told(BaseModel):
    """One event of the record."""

    number: int
    at: dt.datetime
    by: Literal["scan", "person"]
    action: str
    title: str
    lines: list[str]
    file: bool = Field(description="Whether a file came with it; it is downloaded in the browser.")
    hash: str = Field(description="Shortened as on the page.")


class PastSeverity(BaseModel):
    """A severity that a scan gave."""

    day: dt.date
    value: Number


class FullEntry(Line):
    """An entry as its page has it."""

    why: list[str] = Field(description="Why it is listed, in sentences that can be read aloud.")
    way: list[Stop]
    facts: list[Fact]
    sources: list[Source]
    proposal: Proposal | None
    severities: list[PastSeverity] = Field(
        description="At most 8, oldest first; none for who sees no exact figures."
    )
    not_checked: list[str]
    reminded: int
    timeline: list[Told]


class OneEntry(Answer):
    """One entry."""

    entry: FullEntry


@door("/entries", "see_entries", Entries, tag="Mend-list", query=EntriesAsked)
def entries(request: HttpRequest, asked: Query[EntriesAsked]) -> Entries:
    """The mend-list.

    The entries that the person may see, with the filters, the order and the pages of the list in the desk.
    """
    user, view, runs = who(request), scans.current(), earlier()
    if asked.since is not None and asked.since not in {r.pk for r in runs}:
        raise Http404
    given = {n: str(v) for n, v in asked.model_dump(exclude_none=True).items()}
    wanted = Asked.of(given | {"changed": "1" if asked.changed else ""}, runs)
    found = listed(wanted, user, view.catalogue if view else None)
    last = found.page.paginator.num_pages
    if asked.page > last:
        raise Http404
    told = changes([e.pk for e in found.page], wanted.since, may(user, "see_exact_figures"))
    return Entries(
        about=about(view),
        page=asked.page,
        pages=last,
        total=found.page.paginator.count,
        counts={name: found.counts[name] for name in found.counts},
        loss_avoided=estimate(found.loss, currency(view)) if found.loss else None,
        entries=[Line.model_validate(line(e, user, view, told.get(e.pk))) for e in found.page],
    )


@door("/entries/{id}", "see_entry", OneEntry, tag="Mend-list")
def entry(request: HttpRequest, id: str) -> OneEntry:
    """One entry.

    Why it is listed, the evidence, what could mend it and what happened, as far as its page shows it to the person.
    """
    user, view = who(request), scans.current()
    found = visible_entries(user).filter(pk=id).select_related("owner").first() if "\0" not in id else None
    if found is None:
        raise Http404
    events = list(found.events.select_related("user__organisation").order_by("number"))
    since = next(iter(earlier()), None)
    change = changes([found.pk], since, may(user, "see_exact_figures")).get(found.pk)
    full = FullEntry.model_validate(line(found, user, view, change) | _more(found, user, view, events))
    return OneEntry(about=about(view), entry=full)


def line(entry: Entry, user: User, view: ScanView | None, change: Change | None) -> dict[str, object]:
    """Return what the list says of an entry."""
    catalogue, exact = view.catalogue if view else None, may(user, "see_exact_figures")
    late = flag(entry)
    step = entry.step if entry.state == "mending" else ""
    return {
        "id": entry.pk,
        "headline": words.headline(entry, user, catalogue),
        "kind": entry.kind,
        "kind_name": words.kind_name(entry.kind),
        "cluster": entry.cluster_id,
        "chain": entry.chain_id,
        "segment": entry.segment_id,
        "segment_name": words.segment_name(catalogue, entry.segment_id),
        "place": words.place_name(catalogue, entry),
        "state": entry.state,
        "state_name": said(state_name(entry.state)),
        "step": step or None,
        "step_name": said(step_name(step)) if step else None,
        "gap": entry.gap_class or None,
        "remedy": entry.remedy or None,
        "remedy_name": remedy_name(entry.remedy) or None,
        "owner": Owner(id=entry.owner.pk, name=str(entry.owner)) if entry.owner else None,
        "due": entry.due,
        "flag": Flag(colour=late.colour, words=late.words),
        "priority": entry.priority,
        "severity": severity(entry, exact=exact),
        "loss_avoided": estimate(figures(entry, exact).loss, currency(view)),
        "opened": entry.opened,
        "moved": entry.moved,
        "change": Changed(sign=change.sign, words=change.words) if change else None,
    }


def _more(entry: Entry, user: User, view: ScanView | None, events: list[Event]) -> dict[str, object]:
    """What the page of an entry says beyond the line of the list."""
    exact, unit = may(user, "see_exact_figures"), currency(view)
    proposed = sheet.proposal(entry, user, view)
    return {
        "why": sheet.why_listed(entry, user, view),
        "way": [_stop(s) for s in sheet.way(entry, events)],
        "facts": [
            fact(
                f.id, f.name, f.raw, unit, exact=exact, withheld=f.withheld, threshold=f.threshold,
                side=f.value if f.withheld else None,
            )
            for f in sheet.facts(entry, user, view, unit)
        ],
        "sources": [
            Source(name=s["name"], share=Share(value=s["raw"], withheld=False)) for s in sheet.suppliers(entry, user)
        ],
        "proposal": _proposal(proposed) if proposed else None,
        "severities": [
            PastSeverity(day=day, value=value)
            for day, value in sheet.severities(events, user)
        ],
        "not_checked": sheet.not_checked(view, entry),
        "reminded": sum(e.action == "remind" for e in events),
        "timeline": [
            Told(
                number=t.number, at=t.at, by=t.kind, action=t.action, title=t.title, lines=list(t.lines),
                file=bool(t.file), hash=t.hash,
            )
            for t in sheet.timeline(events, user)
        ],
    }  # fmt: skip


def _stop(found: sheet.Stop) -> Stop:
    """A state on the way; the page has its day and what is said in place of one in the same line."""
    note = None if found.at else found.day or None
    return Stop(state=found.state, name=found.name, day=found.at, note=note, reached=found.css or "ahead")


def _proposal(found: sheet.Proposal) -> Proposal:
    return Proposal(
        remedy=found.id,
        remedy_name=found.remedy,
        lead=found.lead,
        why=found.why,
        months=found.months,
        candidates=[EntryCandidate(rank=c.rank, name=c.name, why=c.why or None) for c in found.candidates],
    )
