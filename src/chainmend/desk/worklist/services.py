"""What changes the mend-list: a scan, or a person's move. Nothing else writes entries and events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from chainmend.desk.visibility import visible_entries
from chainmend.desk.worklist import record
from chainmend.desk.worklist.models import Entry, Event
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.mendlist import ENTRY_SCHEMA, reconcile
from chainmend.workflow import TRANSITIONS, State

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.scanning import Scan
    from chainmend.settings import Settings

_COPIED = (
    "kind", "cluster_id", "chain_id", "segment_id", "severity", "severity_low", "severity_high", "criticality",
    "exposure", "recovery", "summary_zh", "summary_en",
)  # fmt: skip


class StaleEntry(DeskError):  # noqa: N818  (what it is, not that it is one)
    """Somebody else moved the entry first; `last` is what they did."""

    def __init__(self, entry: Entry, last: Event | None) -> None:
        who = last.user.name if last and last.user else _("a scan")
        super().__init__(
            _("{who} changed it before you, to {state}").format(who=who, state=entry.state),
            where=entry.pk,
            do=_("look at the entry again, then decide"),
        )
        self.last = last


@transaction.atomic
def apply_scan(
    scan: Scan, settings: Settings | None = None, *, firms: pl.DataFrame | None = None
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
    now = timezone.now()
    told = {e["entry_id"]: e for e in result.events}
    events = []
    for row in result.entries.iter_rows(named=True):
        entry = entries.get(row["entry_id"]) or Entry(pk=row["entry_id"], opened=row["opened"], moved=now)
        was = "" if entry._state.adding else entry.state
        _take(entry, row)
        if where is not None:
            entry.district = where.of(entry)
        event = told.get(row["entry_id"])
        if event is not None and event["event"] != "unchanged":
            entry.state = _after(entry.state, event["event"])
            entry.version += 1
            entry.moved = now if entry.state != was else entry.moved
        entry.save()
        if event is not None and event["event"] != "unchanged":
            data = {
                k: event[k] for k in ("severity_before", "severity_after", "because", "moved", "held", "of")
            }
            events.append(
                record.append(entry, event["event"], scan_id=scan.id, before=was, data=data, at=now)
            )
    return events


def _take(entry: Entry, row: Mapping[str, Any]) -> None:
    entry.standing = dict(row)
    entry.finding_id = row["finding_id"]
    for name in _COPIED:
        setattr(entry, name, row[name])
    entry.firm_id, entry.gap_class = row["firm_id"] or "", row["gap_class"] or ""


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


def _after(state: str, event: str) -> State:
    """The state after what a scan says."""
    if event == "closed":
        return "closed"
    if event == "relapsed":
        return "relapsed"
    return state  # type: ignore[return-value]


@transaction.atomic
def move(entry_id: str, action: str, user: User, data: Mapping[str, Any], expected_version: int) -> Event:
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

    Raises
    ------
    StaleEntry
        If somebody moved the entry since.
    DeskError
        If there is no such entry or action, the role may not do it, the state does not allow it, or something that
        it asks for is not given.
    """
    entry = visible_entries(user).select_for_update(of=("self",)).filter(pk=entry_id).first()
    if entry is None:
        raise DeskError(_("no entry {id}").format(id=entry_id), do=_("go back to the list"))
    if entry.version != expected_version:
        raise StaleEntry(entry, entry.events.order_by("-number").select_related("user").first())
    rule = TRANSITIONS.get(action)
    if rule is None or user.what not in rule.roles or entry.state not in rule.sources:
        raise DeskError(
            _("the move {action} of an entry that is {state}").format(action=action, state=entry.state),
            expected=_("a move that your role may make now"),
            where=entry_id,
        )
    missing = [n for n in rule.required if not str(data.get(n) or "").strip()]
    if missing:
        raise DeskError(_("nothing given for: {names}").format(names=", ".join(missing)), where=entry_id)
    was, now = entry.state, timezone.now()
    entry.state, entry.version, entry.moved = rule.target or entry.state, entry.version + 1, now
    entry.save()
    return record.append(entry, action, user=user, before=was, data=data, at=now)
