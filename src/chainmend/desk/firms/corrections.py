"""What people decide about placements, and how the next scan hears of it: as rows of the table `overrides`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils import timezone

from chainmend.desk.firms.models import Decision
from chainmend.desk.visibility import may
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.placement.assign import NOWHERE
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset as City
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView
    from chainmend.scanning import Scan

LONGEST = 500


class StaleDecision(DeskError):  # noqa: N818  (what it is, not that it is one)
    """Somebody else decided about the firm first; `last` is what they decided."""

    def __init__(self, last: Decision) -> None:
        super().__init__(
            _("{who} decided before you: {what}").format(who=last.by.name, what=last.get_verdict_display()),
            where=last.name,
            do=_("look at the firm again, then decide"),
        )
        self.last = last


def standing(firms: Iterable[str] | None = None) -> dict[str, Decision]:
    """Return the last decision about each firm, those that were taken back too; about all firms where None."""
    rows = Decision.objects.select_related("by").order_by("id")
    return {d.firm_id: d for d in (rows if firms is None else rows.filter(firm_id__in=list(firms)))}


def decide(
    view: ScanView,
    firm: Mapping[str, Any],
    verdict: str,
    user: User,
    *,
    version: int,
    segment_id: str = "",
    note: str = "",
) -> Decision:
    """Keep what a person decided about the placement of a firm; the next scan places it so.

    Parameters
    ----------
    view
        The scan that they looked at.
    firm
        A row of `frames.local_firms`.
    verdict
        accept (as the scan placed it), move (onto `segment_id` alone), none (on no chain), or withdraw (no correction
        stands any more).
    version
        How many decisions about the firm they knew of.

    Raises
    ------
    StaleDecision
        If somebody decided since.
    DeskError
        If the role may not decide, or the decision cannot be: nothing to accept or to take back, an unknown segment.
    """
    if not may(user, "review_placements"):
        raise DeskError(_("a decision on a placement"), expected=_("somebody who reviews placements"))
    last = Decision.objects.filter(firm_id=firm["firm_id"]).order_by("-version").first()
    if (last.version if last else 0) != version:
        raise _stale(firm["firm_id"])
    before = [list(pair) for pair in zip(firm["segments"] or (), firm["weights"] or (), strict=True)]
    after = _rows(view.catalogue, verdict, segment_id, before, last)
    if len(note) > LONGEST:
        raise DeskError(_("{n} letters").format(n=len(note)), expected=_("{n} at most").format(n=LONGEST))
    try:
        with transaction.atomic():
            return Decision.objects.create(
                firm_id=firm["firm_id"], name=firm["name"], verdict=verdict, before=before, after=after,
                scan_id=view.scan_id, by=user, version=version + 1, note=note.strip(),
            )  # fmt: skip
    except IntegrityError as error:  # both looked at the same moment
        raise _stale(firm["firm_id"]) from error


def _stale(firm_id: str) -> DeskError:
    last = Decision.objects.filter(firm_id=firm_id).select_related("by").order_by("-version").first()
    return StaleDecision(last) if last else DeskError(_("a decision that is not there"))


def _rows(
    catalogue: Catalogue, verdict: str, segment_id: str, before: list[list[Any]], last: Decision | None
) -> list[list[Any]]:
    """The rows of `overrides` that a decision makes: segment, weight."""
    if verdict == Decision.ACCEPT and before:
        return before
    if verdict == Decision.MOVE and segment_id in catalogue.segments:
        return [[segment_id, None]]
    if verdict == Decision.NONE:
        return [[NOWHERE, None]]
    if verdict == Decision.WITHDRAW and last is not None and last.after:
        return []
    raise DeskError(
        _("the decision {verdict} {segment}").format(verdict=verdict, segment=segment_id).strip(),
        expected=_("a placement to accept, a segment of the catalogue, or a decision to take back"),
        do=_("look at the firm again, then decide"),
    )


def with_decisions(dataset: City, catalogue: Catalogue) -> tuple[City, dict[str, int]]:
    """Return a dataset with the decisions that stand as rows of its table `overrides`, and what became of them.

    A decision of the desk takes the place of the dataset's own rows about that firm. One about a firm that is not in
    the dataset, or onto a segment that the catalogue has no more, is left out and counted. The fingerprint of the
    dataset follows the rows, and with it the id of a scan; the same data and decisions give the same.

    Returns
    -------
    tuple
        The dataset (the one given where nothing is to be added), and `firms` corrected, `rows` added, `not_in_data`,
        `not_in_catalogue` (numbers of decisions).
    """
    stand = {f: d for f, d in standing().items() if d.after}
    known = set(dataset.tables["firms"].filter(pl.col("firm_id").is_in(list(stand)))["firm_id"])
    segments = {*catalogue.segments, NOWHERE}
    fits = {f: d for f, d in stand.items() if f in known and all(s in segments for s, _w in d.after)}
    told = {
        "firms": len(fits),
        "rows": sum(len(d.after) for d in fits.values()),
        "not_in_data": len(stand) - len(known),
        "not_in_catalogue": len(known) - len(fits),
    }
    if not fits:
        return dataset, told
    schema = empty("overrides").schema
    rows = [
        {
            "firm_id": f, "segment_id": segment, "weight": weight, "by": d.by.username,
            "date": timezone.localtime(d.at).date(), "note": d.note or None,
        }
        for f, d in sorted(fits.items())
        for segment, weight in d.after
    ]  # fmt: skip
    added = pl.DataFrame(rows, schema=schema)
    own = dataset.table("overrides").select(*schema).filter(~pl.col("firm_id").is_in(list(fits)))
    table = pl.concat([own, added]).sort("firm_id", "segment_id")
    return replace(dataset, tables={**dataset.tables, "overrides": table}), told


def corrected_scan(found: Scan, told: Mapping[str, int]) -> Scan:
    """Return a scan whose manifest says what became of the desk's decisions, as `with_decisions` counted them."""
    manifest = {
        **found.manifest,
        "corrections": dict(told),
        "notes": [*found.manifest["notes"], *_notes(told)],
    }
    return replace(found, manifest=manifest)


def _notes(told: Mapping[str, int]) -> Iterator[str]:
    if told["firms"]:
        yield _("{n} firms are placed as people at the desk decided").format(n=told["firms"])
    if told["not_in_data"]:
        yield _("{n} decisions are about firms that are not in these data").format(n=told["not_in_data"])
    if told["not_in_catalogue"]:
        yield _("{n} decisions are onto segments that the catalogue does not have").format(
            n=told["not_in_catalogue"]
        )
