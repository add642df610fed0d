"""Firms from elsewhere that could close a gap, and how far talks with each are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
from django.db import IntegrityError, transaction

from chainmend.desk.firms.models import TalkEvent
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist.listing import DONE
from chainmend.desk.worklist.sheet import Candidate, proposal
from chainmend.errors import DeskError
from chainmend.i18n import _, language
from chainmend.names import country_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView
    from chainmend.desk.worklist.models import Entry

STATES = tuple(s for s, _name in TalkEvent.STATES)
LONGEST = 500
_KEPT = 2


class StaleTalk(DeskError):  # noqa: N818  (what it is, not that it is one)
    """Somebody else wrote about the firm first; `last` is what they wrote."""

    def __init__(self, last: TalkEvent) -> None:
        super().__init__(
            _("{who} wrote before you: {what}").format(who=last.by.name, what=last.get_state_display()),
            where=last.name,
            do=_("look at the firm again, then decide"),
        )
        self.last = last


@dataclass(frozen=True)
class Target:
    """A firm that could come, about one segment.

    Attributes
    ----------
    firm_id, name, place
        Which firm, and where it is; the place is empty where the data do not say.
    rank, why
        As the last scan ranks it and why; None and empty where it does not propose the firm any more, `why` also where
        figures of firms are not for the person.
    state, version, last
        How far talks are, the number of events, and the last one.
    """

    firm_id: str
    name: str
    place: str
    rank: int | None
    why: str
    state: str
    version: int
    last: TalkEvent | None


def entries(user: User) -> QuerySet[Entry]:
    """Return the open entries to be mended by attracting a firm, among those a person may see."""
    return visible_entries(user).filter(remedy="attract").exclude(state__in=DONE).select_related("owner")


@lru_cache(maxsize=_KEPT)
def _proposed(view: ScanView) -> dict[str, tuple[str, ...]]:
    """Finding -> ids of the firms to be attracted."""
    rows = view.scan.remedies
    if rows.is_empty():
        return {}
    chosen = rows.filter(pl.col("remedy") == "attract").select("finding_id", "candidates")
    return {
        f: tuple(c["candidate_id"] for c in json.loads(text or "[]") if c["what"] == "firm")
        for f, text in chosen.iter_rows()
    }


def _talks(segments: list[str]) -> dict[str, dict[str, TalkEvent]]:
    """Segment -> firm -> the last event of talks with it."""
    found: dict[str, dict[str, TalkEvent]] = {}
    for event in TalkEvent.objects.filter(segment_id__in=segments).select_related("by").order_by("id"):
        found.setdefault(event.segment_id, {})[event.firm_id] = event
    return found


def targets(shown: list[Entry], user: User, view: ScanView | None) -> dict[str, list[Target]]:
    """Return entry -> its targets: those the last scan proposes by rank, then others with whom talks are kept."""
    if not may(user, "see_targets"):
        return {}
    talks = _talks([e.segment_id for e in shown])
    wanted: dict[str, list[Candidate]] = {}
    for entry in shown:
        ids = _proposed(view).get(entry.finding_id, ()) if view else ()
        told = proposal(entry, user, view) if ids else None
        wanted[entry.pk] = [c for c in (told.candidates if told else ()) if c.id in ids]
    names = {c.id for found in wanted.values() for c in found}
    names |= {f for found in talks.values() for f in found}
    places = _places(view, names)
    return {e.pk: _of(wanted[e.pk], talks.get(e.segment_id, {}), places) for e in shown}


def _of(found: list[Candidate], talks: Mapping[str, TalkEvent], places: Mapping[str, str]) -> list[Target]:
    rows: list[tuple[str, str, int | None, str]] = [(c.id, c.name, c.rank, c.why) for c in found]
    known = {c.id for c in found}
    rows += [(f, t.name, None, "") for f, t in talks.items() if f not in known]
    return [
        Target(
            f, name, places.get(f, ""), rank, why,
            talks[f].state if f in talks else TalkEvent.CONTACT,
            talks[f].version if f in talks else 0,
            talks.get(f),
        )
        for f, name, rank, why in rows
    ]  # fmt: skip


def _places(view: ScanView | None, ids: set[str]) -> dict[str, str]:
    """Firm -> city and province, or the country abroad."""
    if view is None:
        return {}
    home, side = view.dataset.place.country, 0 if language() == "zh" else 1
    rows = view.dataset.firms.filter(pl.col("firm_id").is_in(list(ids)))
    found = {}
    for r in rows.select("firm_id", "country", "province", "city").iter_rows(named=True):
        parts = [country_name(r["country"])[side]] if r["country"] != home else []
        parts += [p for p in (r["province"], r["city"]) if p]
        found[r["firm_id"]] = " · ".join(dict.fromkeys(parts))
    return found


def states(user: User, view: ScanView | None) -> dict[str, dict[tuple[str, str], str]]:
    """Return entry -> (segment, firm) -> state of each of its targets, for all entries a person sees, gravest first."""
    known = list(entries(user).values_list("pk", "finding_id", "segment_id"))
    talks = _talks([s for _pk, _f, s in known])
    found: dict[str, dict[tuple[str, str], str]] = {}
    for pk, finding, segment in known:
        firms = dict.fromkeys(_proposed(view).get(finding, ()) if view else (), TalkEvent.CONTACT)
        firms |= {f: t.state for f, t in talks.get(segment, {}).items()}
        found[pk] = {(segment, f): state for f, state in firms.items()}
    return found


def counts(told: Mapping[str, Mapping[tuple[str, str], str]]) -> Counter[str]:
    """Return state -> number of targets in it; a firm counts once a segment, however many entries name it."""
    once = {pair: state for found in told.values() for pair, state in found.items()}
    return Counter(once.values())


def keep(
    entry: Entry, firm_id: str, state: str, user: User, view: ScanView | None, *, version: int, note: str = ""
) -> TalkEvent:
    """Write how far talks with a target of an entry are.

    Parameters
    ----------
    entry
        One of `entries(user)`.
    state
        contact, talks, signed or dropped; who drops a firm says why in `note`.
    version
        How many events about the firm and the segment the person knew of.

    Raises
    ------
    StaleTalk
        If somebody wrote since.
    DeskError
        If the role keeps no talks, the firm is no target of the entry, or the state or its reason is missing.
    """
    if not may(user, "keep_talks") or not entries(user).filter(pk=entry.pk).exists():
        raise DeskError(_("a note on talks"), expected=_("somebody who keeps talks with firms"))
    found = next((t for t in targets([entry], user, view)[entry.pk] if t.firm_id == firm_id), None)
    if found is None:
        raise DeskError(_("no target {id}").format(id=firm_id), where=entry.pk, do=_("go back to the list"))
    if found.version != version:
        raise _stale(firm_id, entry.segment_id)
    if state not in STATES or state == found.state:
        raise DeskError(state or "—", expected=_("another state: {names}").format(names=", ".join(STATES)))
    if state == TalkEvent.DROPPED and not note.strip():
        raise DeskError(_("nothing given for: {names}").format(names=_("reason")))
    if len(note) > LONGEST:
        raise DeskError(_("{n} letters").format(n=len(note)), expected=_("{n} at most").format(n=LONGEST))
    try:
        with transaction.atomic():
            return TalkEvent.objects.create(
                firm_id=firm_id, segment_id=entry.segment_id, name=found.name, state=state, before=found.state,
                by=user, version=version + 1, note=note.strip(),
            )  # fmt: skip
    except IntegrityError as error:  # both looked at the same moment
        raise _stale(firm_id, entry.segment_id) from error


def _stale(firm_id: str, segment_id: str) -> DeskError:
    about = TalkEvent.objects.filter(firm_id=firm_id, segment_id=segment_id).select_related("by")
    last = about.order_by("-version").first()
    return StaleTalk(last) if last else DeskError(_("a note on talks that is not there"))
