"""What changes the mend-list: a scan, or a person's move. Nothing else writes entries and events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from chainmend.desk.visibility import visible_entries
from chainmend.desk.worklist import record
from chainmend.desk.worklist.given import read, said, write
from chainmend.desk.worklist.models import Entry, Event
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.mendlist import ENTRY_SCHEMA, reconcile
from chainmend.workflow import EXPLAINS, MOVES, Transition, after_scan, moves, state_name

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.scanning import Scan
    from chainmend.settings import Settings

_COPIED = (
    "kind", "cluster_id", "chain_id", "segment_id", "severity", "severity_low", "severity_high", "criticality",
    "exposure", "recovery", "summary_zh", "summary_en",
)  # fmt: skip


_WRITTEN = (
    *_COPIED, "finding_id", "firm_id", "gap_class", "standing", "district", "loss", "loss_low", "loss_high", "remedy",
    "state", "version", "moved",
)  # fmt: skip
"""What a scan writes to an entry that is there; all else is of people."""
_FOUND = ("opened", "worsened", "eased", "unchanged", "relapsed")
_TOLD = ("date", "severity_before", "severity_after", "because", "moved", "held", "of")


class StaleEntry(DeskError):  # noqa: N818  (what it is, not that it is one)
    """Somebody else moved the entry first; `last` is what they did."""

    def __init__(self, entry: Entry, last: Event | None) -> None:
        who = last.user.name if last and last.user else _("a scan")
        super().__init__(
            _("{who} changed it before you, to {state}").format(who=who, state=said(state_name(entry.state))),
            where=entry.pk,
            do=_("look at the entry again, then decide"),
        )
        self.last = last


@transaction.atomic
def apply_scan(
    scan: Scan,
    settings: Settings | None = None,
    *,
    firms: pl.DataFrame | None = None,
    at: dt.datetime | None = None,
) -> list[Event]:
    """Hold the list against a scan and write what changed; the only thing that closes entries.

    Parameters
    ----------
    scan
        A scan of the same city with the same catalogue, not older than the last. One applied already changes nothing.
    settings
        Persistence and how far a severity must move to count.
    firms
        The table of firms it was made from; entries then know their district. Without it they keep the one they have.
    at
        When; now where None. Only a made-up past says otherwise.

    Raises
    ------
    ScanError
        If the scan is older than the last one, or of another city or catalogue.
    """
    entries = {e.pk: e for e in Entry.objects.select_for_update()}
    rows = [e.standing for e in entries.values()]
    before = pl.DataFrame(rows, schema=ENTRY_SCHEMA, orient="row") if rows else None
    result = reconcile(before, scan, settings)
    where = _Districts(scan, firms) if firms is not None else None
    worth = _Worth(scan)
    now = at or timezone.now()
    told = {e["entry_id"]: e for e in result.events}
    written, events, last = [], [], record.end()
    # in the order of their ids: numbers of events in that of severities would tell everybody which is graver
    for row in result.entries.sort("entry_id").iter_rows(named=True):
        entry = entries.get(row["entry_id"]) or Entry(pk=row["entry_id"], opened=row["opened"], moved=now)
        was = "" if entry._state.adding else entry.state
        _take(entry, row)
        if where is not None:
            entry.district = where.of(entry)
        worth.say(entry)
        told_of = told.get(row["entry_id"])
        happened = told_of["event"] if told_of else "unchanged"
        entry.state = after_scan(was, happened, found=happened in _FOUND)
        if happened == "unchanged" and entry.state != was:
            happened = "still_there"
        if happened != "unchanged":
            entry.version += 1
        entry.moved = now if entry.state != was else entry.moved
        written.append(entry)
        if happened != "unchanged":
            said = {k: told_of[k] for k in _TOLD} if told_of else {}
            event = record.following(last, entry, happened, scan_id=scan.id, before=was, data=said, at=now)
            last = (event.number, event.hash)
            events.append(event)
    # all at once: meanwhile nobody can move an entry
    Entry.objects.bulk_create(written, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
    return Event.objects.bulk_create(events)


def _take(entry: Entry, row: Mapping[str, Any]) -> None:
    entry.standing = dict(row)
    entry.finding_id = row["finding_id"]
    for name in _COPIED:
        setattr(entry, name, row[name])
    entry.firm_id, entry.gap_class = row["firm_id"] or "", row["gap_class"] or ""


class _Worth:
    """What a mend is worth and which remedy a scan proposes; a remedy that people chose stays."""

    def __init__(self, scan: Scan) -> None:
        values, remedies = scan.values, scan.remedies
        self.loss = (
            {r["segment_id"]: (r["value"], r["low"], r["high"]) for r in values.iter_rows(named=True)}
            if values.height
            else {}
        )
        self.remedy = dict(remedies.select("finding_id", "remedy").iter_rows()) if remedies.height else {}

    def say(self, entry: Entry) -> None:
        """Write both to the entry; unknown where the scan does not say."""
        entry.loss, entry.loss_low, entry.loss_high = self.loss.get(entry.segment_id, (None, None, None))
        if entry.owner_id is None:
            entry.remedy = self.remedy.get(entry.finding_id) or ""


class _Districts:
    """Whose district an entry is: that of its firm, else the one that holds all firms of its segment."""

    def __init__(self, scan: Scan, firms: pl.DataFrame) -> None:
        known = firms.filter(pl.col("district").is_not_null()).select("firm_id", "district")
        self.firm = dict(known.iter_rows())
        placed = scan.placements.join(known, on="firm_id").group_by("segment_id")
        single = placed.agg(pl.col("district").unique()).filter(pl.col("district").list.len() == 1)
        self.segment = dict(single.with_columns(pl.col("district").list.first()).iter_rows())

    def of(self, entry: Entry) -> str:
        """The district; empty where several share it or nobody is there."""
        return self.firm.get(entry.firm_id) or self.segment.get(entry.segment_id) or ""


@transaction.atomic
def move(
    entry_id: str,
    action: str,
    user: User,
    data: Mapping[str, Any],
    expected_version: int,
    *,
    at: dt.datetime | None = None,
) -> Event:
    """Do what a person decided, as the table of transitions allows it.

    Parameters
    ----------
    entry_id
        The entry; one the person may not see is not there.
    action
        A key of `chainmend.workflow.TRANSITIONS`.
    data
        What the transition asks for.
    expected_version
        The version of the entry that the person looked at.
    at
        When; now where None. Only a made-up past says otherwise.

    Raises
    ------
    StaleEntry
        If somebody moved the entry since.
    DeskError
        If there is no such entry or action, the role may not do it, the state does not allow it, something that it
        asks for is not given, or it is the second reminder of a day.
    """
    entry = visible_entries(user).select_for_update(of=("self",)).filter(pk=entry_id).first()
    if entry is None:
        raise DeskError(_("no entry {id}").format(id=entry_id), do=_("go back to the list"))
    if entry.version != expected_version:
        raise StaleEntry(entry, entry.events.order_by("-number").select_related("user").first())
    rule = next((t for t in open_moves(entry, user) if t.action == action), None)
    if rule is None:
        raise DeskError(
            _("the move {action} of an entry that is {state}").format(
                action=action, state=said(state_name(entry.state))
            ),
            expected=_("a move that your role may make now"),
            where=entry_id,
        )
    if action == "remind":
        _once_a_day(entry)
    was, now = entry.state, at or timezone.now()
    given = read(rule, data, timezone.localdate(now))
    entry.state, entry.version = rule.target or entry.state, entry.version + 1
    if rule.action in MOVES:
        entry.moved = now
    if rule.action in EXPLAINS:
        entry.stated = now
    write(entry, rule, given)
    entry.save()
    return record.append(entry, action, user=user, before=was, data=given, at=now)


def _once_a_day(entry: Entry) -> None:
    """Refuse a second reminder within a day: what is said too often is not heard."""
    last = entry.events.filter(action="remind").order_by("-number").select_related("user").first()
    if last is not None and timezone.localdate(last.at) == timezone.localdate():
        raise DeskError(
            _("{who} reminded them today already").format(who=last.user.name if last.user else _("somebody")),
            expected=_("one reminder a day"),
            where=entry.pk,
            do=_("wait until tomorrow, or write a comment"),
        )


def open_moves(entry: Entry, user: User) -> tuple[Transition, ...]:
    """Return what a person may do with an entry now; nothing where they may not see it."""
    holds = entry.owner_id is not None and entry.owner_id == user.organisation_id
    return moves(user.what, entry.state, remedy=entry.remedy, holds=holds)
