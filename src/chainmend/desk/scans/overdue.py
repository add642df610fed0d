"""Which tables of the last scan's data should have been updated by now, as the bar on every page counts them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainmend.desk.scans.models import Dataset, Duty
from chainmend.desk.scans.sources import day_of, months_after, table_name

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView


@dataclass(frozen=True)
class Late:
    """A table whose update is overdue: its name, who owes it, since when, and the days since then."""

    name: str
    owed_by: str
    due: dt.date
    days: int


@dataclass(frozen=True)
class Overdue:
    """How many tables somebody owes the update of, and those of them that are overdue, the latest first."""

    owed: int
    late: tuple[Late, ...]


def overdue(view: ScanView, today: dt.date) -> Overdue | None:
    """Return what is overdue; None where nobody owes anything.

    A table is as new as its newest row; where nobody has looked at the rows yet, it is taken to be as new as the
    dataset, so that none is called late that is not. Two queries.
    """
    duties = list(Duty.objects.select_related("organisation"))
    if not duties:
        return None
    kept = Dataset.objects.filter(folder=view.dataset_folder.name).values_list("report", flat=True).first()
    newest = {t["table"]: t["newest"] for t in (kept or {}).get("tables", ())}
    late = []
    for duty in duties:
        if newest and duty.table not in newest:
            continue  # not provided at all, which the page of data says
        due = months_after(day_of(newest.get(duty.table), view.date), duty.months)
        if due < today:
            owed_by = str(duty.organisation)
            late.append(Late(table_name(duty.table), owed_by, due, (today - due).days))
    return Overdue(len(duties), tuple(sorted(late, key=lambda x: (-x.days, x.name))))
