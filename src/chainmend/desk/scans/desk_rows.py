"""What people said at the desk becomes rows of a dataset: the next scan sees it.

The files of a dataset stay as they were uploaded. A scan reads them, adds these rows, and its manifest says how many
of which table came from the desk. The rows are sorted, and a row of the desk takes the place of one with the same key,
so that the same files and the same decisions give the same bytes, however often a scan is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
from django.utils import timezone

from chainmend.tables import TABLES, empty

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.scanning import Scan


def desk_rows() -> dict[str, pl.DataFrame]:
    """Return the rows that the desk adds to a dataset: table -> rows in the columns of its contract."""
    return {"needs": _needs()}


def _needs() -> pl.DataFrame:
    """Needs that an analyst accepted, of the day they were reported, which may be later than the data."""
    from chainmend.desk.worklist.models import Need

    accepted = Need.objects.filter(state=Need.ACCEPTED).select_related("organisation").order_by("pk")
    rows = [
        {
            "need_id": f"desk-{need.pk}",
            "reporter_id": need.organisation.firm_id or need.organisation.institute_id,
            "segment_id": need.segment_id,
            "text": need.text,
            "date": timezone.localdate(need.at),
            "verified": True,
        }
        for need in accepted
        if need.organisation.firm_id or need.organisation.institute_id
    ]
    return pl.DataFrame(rows, schema=empty("needs").schema)


def with_desk_rows(dataset: Dataset, rows: Mapping[str, pl.DataFrame]) -> Dataset:
    """Return a dataset with the rows of the desk added.

    Parameters
    ----------
    dataset
        As it was read from its files.
    rows
        Table -> rows in the columns of its contract; they win over rows of the same key.
    """
    tables = dict(dataset.tables)
    for name, added in rows.items():
        if added.is_empty():
            continue
        key = TABLES[name].primary_key()
        found = dataset.table(name)
        kept = found.join(added.select(key), on=key, how="anti", maintain_order="left") if key else found
        tables[name] = pl.concat([kept, added.select(found.columns)]).sort(key or found.columns)
    return replace(dataset, tables=tables)


def told(found: Scan, rows: Mapping[str, pl.DataFrame]) -> Scan:
    """Return a scan whose manifest says how many rows of which table came from the desk."""
    counts = {name: added.height for name, added in sorted(rows.items()) if added.height}
    return replace(found, manifest={**found.manifest, "desk": counts})
