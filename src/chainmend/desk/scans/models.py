"""Datasets that the desk holds and scans that were asked for."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import User


class Dataset(models.Model):
    """The data of a city at a date, in a folder of `Home.datasets` of the name `folder`."""

    folder = models.CharField(max_length=80, unique=True)
    city = models.CharField(_("city"), max_length=60)
    date = models.DateField(_("data to"))
    synthetic = models.BooleanField(_("demo data"), default=False)
    fingerprint = models.CharField(max_length=64, blank=True)
    added = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-date", "-id")

    def __str__(self) -> str:
        return f"{self.city} {self.date}"

    @property
    def path(self) -> Path:
        """Where its files are."""
        return Path(settings.DESK_HOME.datasets) / self.folder


class ScanRun(models.Model):
    """One scan that was asked for; `scan_id` names its folder of `Home.scans` once it is done."""

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
    STATES = (
        (QUEUED, _("waiting")),
        (RUNNING, _("running")),
        (DONE, _("done")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
    )

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=STATES, default=QUEUED, db_index=True)
    asked = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True, db_index=True)
    step = models.CharField(max_length=120, blank=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    scan_id = models.CharField(max_length=24, blank=True, db_index=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def path(self) -> Path:
        """Where its scan is, once it is done."""
        return Path(settings.DESK_HOME.scans) / self.scan_id
