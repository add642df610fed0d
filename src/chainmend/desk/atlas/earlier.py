"""Earlier scans, as pages compare them with the last."""

from __future__ import annotations

from functools import lru_cache

from chainmend.desk.scans.models import ScanRun
from chainmend.desk.scans.view import ScanView

_KEPT = 13


@lru_cache(maxsize=_KEPT)
def _view(scan_id: str, folder: str, pk: int) -> ScanView:  # noqa: ARG001  (the folder tells two desks apart)
    run = ScanRun.objects.select_related("dataset").get(pk=pk)
    data = run.dataset
    return ScanView(
        scan_id, run.finished or run.asked, data.city, data.date, data.synthetic, run.path, data.path
    )


def past(city: str, limit: int = _KEPT - 1) -> list[ScanView]:
    """Return the last good scans of a city, newest first."""
    runs = ScanRun.objects.filter(state=ScanRun.DONE, dataset__city=city).order_by("-finished", "-pk")
    return [_view(run.scan_id, str(run.path), run.pk) for run in runs[:limit]]


def before(view: ScanView) -> ScanView | None:
    """Return the last scan of older data of the same city, None where there is none."""
    older = [v for v in past(view.city) if v.date < view.date]
    return max(older, key=lambda v: (v.date, v.finished), default=None)
