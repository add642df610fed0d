"""Scans, the head of the record, and who asks."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

from chainmend.desk import scans
from chainmend.desk.api.about import Answer, about
from chainmend.desk.api.doors import door, who
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.visibility import ACTIONS, may
from chainmend.desk.worklist.models import Event
from chainmend.desk.worklist.record import GENESIS
from chainmend.errors import ChainmendError
from chainmend.i18n import language
from chainmend.workflow import Role

_ON_A_PAGE = 50
RunState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]


class Paging(BaseModel):
    """Which page."""

    page: int = Field(1, ge=1, le=10**6, description=f"{_ON_A_PAGE} scans a page, newest first.")


class Run(BaseModel):
    """A scan that was asked for."""

    number: int
    state: RunState
    scan: str | None = Field(description="Id of what it found, once it is done.")
    city: str
    data_to: dt.date
    synthetic: bool
    asked: dt.datetime
    asked_by: str | None = Field(description="Null where the schedule asked, or nobody knows who.")
    by_schedule: bool
    started: dt.datetime | None
    finished: dt.datetime | None
    instead_of: int | None
    error: str | None


class Runs(Answer):
    """A page of the scans."""

    page: int
    pages: int
    total: int
    scans: list[Run]


class RunNotChecked(BaseModel):
    """A rule that could not look at a segment; at any, where the segment is null."""

    rule: str
    segment: str | None
    tables: str | None
    reason: str


class FullRun(Run):
    """A scan with what it was made from."""

    manifest: dict[str, Any] | None = Field(
        description="Versions, settings, fingerprints, counts; null unless the scan is done and can be read."
    )
    changes: int = Field(description="Events that it wrote to the record.")
    not_checked: list[RunNotChecked]


class OneRun(Answer):
    """One scan."""

    run: FullRun


class Head(BaseModel):
    """Where the record ends."""

    events: int
    hash: str = Field(description="Of the last event; zeros while there is none.")
    at: dt.datetime | None


class Record(Answer):
    """The head of the record."""

    record: Head


class Person(BaseModel):
    """Who asks."""

    username: str
    name: str
    role: Role
    role_name: str
    organisation: str
    district: str | None
    may: list[str] = Field(description="What the role may do.")


class Me(Answer):
    """Who asks."""

    me: Person


@door("/scans", "see_scans", Runs, tag="Scans", query=Paging)
def runs(request: HttpRequest, asked: Query[Paging]) -> Runs:  # noqa: ARG001  (ninja names it)
    """Scans.

    Every scan that was asked for, newest first.
    """
    pages = Paginator(ScanRun.objects.select_related("dataset", "asked_by"), _ON_A_PAGE)
    if asked.page > pages.num_pages:
        raise Http404
    return Runs(
        about=about(scans.current()),
        page=asked.page,
        pages=pages.num_pages,
        total=pages.count,
        scans=[Run.model_validate(_run(r)) for r in pages.page(asked.page)],
    )


def _run(run: ScanRun) -> dict[str, object]:
    return {
        "number": run.pk,
        "state": run.state,
        "scan": run.scan_id or None,
        "city": run.dataset.city,
        "data_to": run.dataset.date,
        "synthetic": run.dataset.synthetic,
        "asked": run.asked,
        "asked_by": run.asked_by.name if run.asked_by and not run.by_schedule else None,
        "by_schedule": run.by_schedule,
        "started": run.started,
        "finished": run.finished,
        "instead_of": run.instead_of_id,
        "error": run.error or None,
    }


@door("/scans/{number}", "see_scans", OneRun, tag="Scans")
def run(request: HttpRequest, number: int) -> OneRun:  # noqa: ARG001  (ninja names it)
    """One scan.

    What it was made from, and what could not be checked.
    """
    found = (
        ScanRun.objects.select_related("dataset", "asked_by").filter(pk=number).first()
        if _is_id(number)
        else None
    )
    if found is None:
        raise Http404
    manifest, blind = _result(found)
    changes = Event.objects.filter(scan_id=found.scan_id).count() if found.scan_id else 0
    full = FullRun.model_validate(
        _run(found) | {"manifest": manifest, "changes": changes, "not_checked": blind}
    )
    return OneRun(about=about(scans.current()), run=full)


def _is_id(number: int) -> bool:
    return 0 < number < 2**63


def _result(run: ScanRun) -> tuple[dict[str, Any] | None, list[RunNotChecked]]:
    from chainmend.scanning import load_scan

    if run.state != ScanRun.DONE:
        return None, []
    try:
        scan = load_scan(run.path)
    except ChainmendError:
        return None, []
    reason = f"reason_{language()}"
    return dict(scan.manifest), [
        RunNotChecked(rule=r["rule"], segment=r["segment_id"], tables=r["tables"], reason=r[reason])
        for r in scan.not_checked.iter_rows(named=True)
    ]


@door("/record", "export_record", Record, tag="Record")
def record(request: HttpRequest) -> Record:  # noqa: ARG001  (ninja names it)
    """The head of the record.

    How many events there are and the hash of the last: who keeps it can prove later that nothing before was changed.
    """
    last = Event.objects.order_by("-number").values_list("number", "hash", "at").first() or (0, GENESIS, None)
    return Record(about=about(scans.current()), record=Head(events=last[0], hash=last[1], at=last[2]))


@door("/me", "use_api", Me, tag="Access")
def me(request: HttpRequest) -> Me:
    """Who asks.

    The person of the token, with role, organisation, and what the role may do.
    """
    user = who(request)
    told = Person(
        username=user.username,
        name=user.name,
        role=user.what,
        role_name=user.role_name,
        organisation=str(user.organisation),
        district=user.district or None,
        may=[a for a in ACTIONS if may(user, a)],
    )
    return Me(about=about(scans.current()), me=told)
