"""Datasets that the desk holds and scans that were asked for."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import Organisation, User
from chainmend.i18n import language


class Dataset(models.Model):
    """The data of a city at a date, in a folder of `Home.datasets` of the name `folder`.

    `report` is what became of each table's rows (`scans.sources.report_of`); empty until it is asked for.
    """

    folder = models.CharField(max_length=80, unique=True)
    city = models.CharField(_("city"), max_length=60)
    date = models.DateField(_("data to"))
    synthetic = models.BooleanField(_("demo data"), default=False)
    fingerprint = models.CharField(max_length=64, blank=True)
    added = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-date", "-id")

    def __str__(self) -> str:
        return f"{self.city} {self.date}"

    @property
    def path(self) -> Path:
        """Where its files are."""
        return Path(settings.DESK_HOME.datasets) / self.folder


class ScanRun(models.Model):
    """One scan that was asked for; `scan_id` names its folder of `Home.scans` once it is done.

    While it runs, `beat` is when its worker was last heard of and `token` names that worker: only who holds it may
    end the run. A run whose worker fell silent is interrupted, and another one takes its place (`instead_of`).
    """

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
    INTERRUPTED = "interrupted"
    STATES = (
        (QUEUED, _("waiting")),
        (RUNNING, _("running")),
        (DONE, _("done")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
        (INTERRUPTED, _("interrupted")),
    )
    OPEN = (QUEUED, RUNNING)

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=12, choices=STATES, default=QUEUED, db_index=True)
    asked = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True, db_index=True)
    step = models.CharField(max_length=120, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    scan_id = models.CharField(max_length=24, blank=True, db_index=True)
    error = models.TextField(blank=True)
    error_en = models.TextField(blank=True)
    beat = models.DateTimeField(null=True)
    token = models.CharField(max_length=32, blank=True)
    stop_asked = models.BooleanField(default=False)
    by_schedule = models.BooleanField(default=False)
    instead_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def why_failed(self) -> str:
        """Why it failed, in the language of the moment; in Chinese where it is known in Chinese alone."""
        return self.error_en if language() == "en" and self.error_en else self.error

    @property
    def path(self) -> Path:
        """Where its scan is, once it is done."""
        return Path(settings.DESK_HOME.scans) / self.scan_id


class Schedule(models.Model):
    """When a scan of the newest data is asked for by itself; the desk has one, or none.

    `day` is 1 (Monday) to 7 of a week, or 1 to 31 of a month, where a shorter month means its last day. `hour` is in
    the time zone of the city.
    """

    WEEKLY, MONTHLY = "weekly", "monthly"
    RHYTHMS = ((WEEKLY, _("every week")), (MONTHLY, _("every month")))

    rhythm = models.CharField(_("how often"), max_length=8, choices=RHYTHMS)
    day = models.PositiveSmallIntegerField(_("day of the week or month"))
    hour = models.PositiveSmallIntegerField(_("hour"))
    due = models.DateTimeField(db_index=True)
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.rhythm} {self.day} {self.hour}:00"


class Duty(models.Model):
    """Which organisation owes the update of a table, and how often."""

    table = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="+"
    )
    months = models.PositiveSmallIntegerField(_("months between updates"))

    def __str__(self) -> str:
        return f"{self.table} {self.organisation}"
