"""Pages of scans: which ran and how, one of them, and when they run by themselves."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk.accounts.models import User
from chainmend.desk.scans.forms import ScheduleForm
from chainmend.desk.scans.models import Dataset, ScanRun, Schedule
from chainmend.desk.scans.runs import STAGES, ask, cancel
from chainmend.desk.scans.sources import table_name
from chainmend.desk.visibility import may, need
from chainmend.desk.worklist.models import Event
from chainmend.errors import ChainmendError
from chainmend.i18n import _, language

_ON_A_PAGE = 50
_SHOWN_CHECKS = 200


@need("see_scans")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """Every run, newest first, and the schedule."""
    every = ScanRun.objects.select_related("dataset", "asked_by", "instead_of")
    page = Paginator(every, _ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "scans/runs.html",
        {
            "page": page,
            "open": any(r.state in ScanRun.OPEN for r in page),
            "schedule": Schedule.objects.select_related("set_by").first(),
            "newest": Dataset.objects.first(),
            "may_scan": may(request.user, "run_scan"),
        },
    )


def _progress(run: ScanRun) -> dict[str, Any]:
    """How far a run is: out of the reading, the steps of the scan, the saving and the list."""
    from chainmend.scanning import STEPS

    at = STAGES.index(run.step) if run.step in STAGES else 0
    parts = (0, 1 + run.steps_done, STEPS + 1, STEPS + 2)
    names = (
        _("reading the tables"),
        _("scanning, step {n} of at most {most}").format(n=run.steps_done, most=STEPS),
        _("saving the scan"),
        _("holding the list against it"),
    )
    ahead = 0
    if run.state == ScanRun.QUEUED:
        ahead = ScanRun.objects.filter(pk__lt=run.pk, state__in=ScanRun.OPEN).count()
    return {"run": run, "done": parts[at], "most": STEPS + 3, "stage": names[at], "ahead": ahead}


@need("see_scans")
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how it goes or went, what it was made from, what could not be checked."""
    found = get_object_or_404(ScanRun.objects.select_related("dataset", "asked_by"), pk=pk)
    told = _progress(found) | {"may_scan": may(request.user, "run_scan"), "after": _after(found)}
    if found.state == ScanRun.DONE:
        told |= _result(found)
    return render(request, "scans/run.html", told)


def _after(run: ScanRun) -> ScanRun | None:
    return ScanRun.objects.filter(instead_of=run).first()


def _result(run: ScanRun) -> dict[str, Any]:
    from chainmend.registry import get
    from chainmend.scanning import load_scan

    try:
        scan = load_scan(run.path)
    except ChainmendError as error:
        return {"unreadable": str(error)}
    grouped: dict[tuple[str, str, str], int] = {}
    for row in scan.not_checked.iter_rows(named=True):
        key = (row["rule"], row["tables"] or "", row[f"reason_{language()}"])
        grouped[key] = grouped.get(key, 0) + (1 if row["segment_id"] else 0)
    spoken = 0 if language() == "zh" else 1
    return {
        "manifest": scan.manifest,
        "events": Event.objects.filter(scan_id=run.scan_id).count(),
        "not_checked": [
            {
                "rule": get("rule", rule).name[spoken],
                "segments": n or None,
                "tables": (", " if spoken else "、").join(table_name(t) for t in tables.split(", ") if t),
                "reason": reason,
            }
            for (rule, tables, reason), n in list(grouped.items())[:_SHOWN_CHECKS]
        ],
    }


@need("see_scans")
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page of a run that is asked for again and again; at the end the page is loaded anew."""
    found = get_object_or_404(ScanRun, pk=pk)
    response = render(
        request, "scans/progress.html", _progress(found) | {"may_scan": may(request.user, "run_scan")}
    )
    if found.state not in ScanRun.OPEN:
        response["HX-Refresh"] = "true"
    return response


@need("run_scan")
@require_POST
def ask_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a scan of a dataset."""
    dataset = get_object_or_404(Dataset, pk=pk)
    try:
        asked = ask(dataset, cast("User", request.user))
    except ChainmendError as error:
        messages.error(request, str(error))
        return redirect("scans:dataset", pk=dataset.pk)
    return redirect("scans:run", pk=asked.pk)


@need("run_scan")
@require_POST
def cancel_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a run."""
    found = get_object_or_404(ScanRun, pk=pk)
    if not cancel(found):
        messages.error(request, _("The scan had ended already."))
    return redirect("scans:run", pk=found.pk)


@need("see_scans")
@require_safe
def manifest(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """The manifest of a scan as a file: versions, settings, fingerprints, counts, whether the data are made up."""
    from chainmend.scanning import load_scan

    found = get_object_or_404(ScanRun, pk=pk, state=ScanRun.DONE)
    try:
        told = dict(load_scan(found.path).manifest)
    except ChainmendError as error:
        raise Http404 from error
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n",
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{found.scan_id}.json"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@need("run_scan")
def schedule(request: HttpRequest) -> HttpResponse:
    """Set when scans run by themselves."""
    form = ScheduleForm(request.POST or None, instance=Schedule.objects.first())
    if request.method == "POST" and form.is_valid():
        form.instance.set_by = cast("User", request.user)
        saved = form.save()
        due = timezone.localtime(saved.due)
        messages.success(request, _("The next scan runs at {time}.").format(time=f"{due:%Y-%m-%d %H:%M}"))
        return redirect("scans:runs")
    return render(
        request,
        "scans/schedule.html",
        {"form": form, "standing": form.instance.pk, "back": reverse("scans:runs")},
    )


@need("run_scan")
@require_POST
def end_schedule(request: HttpRequest) -> HttpResponse:
    """Let no scan run by itself any more."""
    Schedule.objects.all().delete()
    messages.success(request, _("No scan runs by itself any more."))
    return redirect("scans:runs")
