"""Pages of data: what the tables hold, what was refused, taking in more."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk.accounts.models import User
from chainmend.desk.scans.forms import DutyForm, UploadForm
from chainmend.desk.scans.models import Dataset, Duty
from chainmend.desk.scans.sources import as_csv, rejected_rows, report_of, sources, table_name
from chainmend.desk.scans.upload import MOST_BYTES, incoming, mount, receive
from chainmend.desk.visibility import may, need
from chainmend.errors import ChainmendError
from chainmend.i18n import _, language
from chainmend.intake.quarantine import rule_name
from chainmend.tables import TABLES

_ON_A_PAGE = 100
_FORM_BYTES = 1 << 20


@need("see_data")
@require_safe
def data(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The tables of one dataset, the newest where none is named, and the list of all."""
    every = Dataset.objects.select_related("added_by")
    shown = get_object_or_404(every, pk=pk) if pk is not None else every.first()
    told: dict[str, Any] = {
        "dataset": shown,
        "datasets": every,
        "may_change": may(request.user, "change_data"),
    }
    if shown is not None:
        told |= {
            "sources": sources(shown, timezone.localdate()),
            "notes": report_of(shown)["notes"][language()],
            "runs": shown.runs.all()[:5],
            "may_scan": may(request.user, "run_scan"),
        }
    return render(request, "scans/data.html", told)


@csrf_exempt  # reading the token means taking in all that is sent; `_upload` asks for it
@need("change_data")
def upload(request: HttpRequest) -> HttpResponse:
    """Take in files; what is too large is refused before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + _FORM_BYTES:
        messages.error(request, _("more than {n} bytes").format(n=MOST_BYTES))
        return render(
            request, "scans/upload.html", {"form": UploadForm(), "incoming": incoming()}, status=413
        )
    return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    """Check what was sent; what is wrong with it is said beside the form."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            kept = receive(
                given["tables"],
                cast("User", request.user),
                base=given["base"],
                city=given["city"],
                date=given["date"],
            )
        except ChainmendError as error:
            form.add_error("tables", str(error))
        else:
            messages.success(request, _("The data of {date} are taken in.").format(date=kept.date))
            return redirect("scans:dataset", pk=kept.pk)
    return render(
        request,
        "scans/upload.html",
        {"form": form, "incoming": incoming()},
        status=400 if request.method == "POST" else 200,
    )


@need("change_data")
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a folder that lies on the machine already."""
    try:
        kept = mount(request.POST.get("name", ""), cast("User", request.user))
    except ChainmendError as error:
        messages.error(request, str(error))
        told = {"form": UploadForm(), "incoming": incoming()}
        return render(request, "scans/upload.html", told, status=422)
    messages.success(request, _("The data of {date} are taken in.").format(date=kept.date))
    return redirect("scans:dataset", pk=kept.pk)


@need("change_data")
def duty(request: HttpRequest, table: str) -> HttpResponse:
    """Say which organisation owes the update of a table."""
    if table not in TABLES:
        raise Http404
    standing = Duty.objects.filter(table=table).first()
    form = DutyForm(request.POST or None, instance=standing or Duty(table=table))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("It is noted who owes the update."))
        return redirect("scans:data")
    return render(request, "scans/duty.html", {"form": form, "name": table_name(table)})


def _of(pk: int, table: str) -> Dataset:
    if table not in TABLES:
        raise Http404
    dataset = get_object_or_404(Dataset, pk=pk)
    report_of(dataset)  # what was refused stands beside the data once they were read
    return dataset


@need("see_data")
@require_safe
def rejected(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """The refused rows of a table with their reasons."""
    dataset = _of(pk, table)
    rows = rejected_rows(dataset, table)
    page = Paginator(range(rows.height), _ON_A_PAGE).get_page(request.GET.get("page"))
    first = page.start_index() - 1 if rows.height else 0
    shown = [
        {**row, "why": rule_name(row["rule"])} for row in rows.slice(first, _ON_A_PAGE).iter_rows(named=True)
    ]
    return render(
        request,
        "scans/rejected.html",
        {"dataset": dataset, "table": table, "name": table_name(table), "rows": shown, "page": page},
    )


@need("see_data")
@require_safe
def rejected_file(request: HttpRequest, pk: int, table: str) -> HttpResponse:  # noqa: ARG001
    """The same as a file."""
    dataset = _of(pk, table)
    rows = rejected_rows(dataset, table)
    if rows.is_empty():
        raise Http404
    mark = "-demo" if dataset.synthetic else ""
    return HttpResponse(
        as_csv(rows, dataset),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="refused-{table}-{dataset.date}{mark}.csv"',
            "X-Content-Type-Options": "nosniff",
        },
    )
