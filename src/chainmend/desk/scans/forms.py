"""Forms of data and scans."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chainmend.desk.scans.models import Dataset, Duty, Schedule
from chainmend.desk.scans.schedule import next_time

_WEEK, _MONTH = 7, 31
_MOST_MONTHS = 60


class SeveralInput(forms.ClearableFileInput):
    """A field that takes several files at once."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Several files; the value is a list of them."""

    widget = SeveralInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Check each file."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFiles, self).clean(one, initial) for one in given]


class UploadForm(forms.Form):
    """Files of a city, and what they are added to."""

    tables = SeveralFiles(
        label=_("files"),
        help_text=_("CSV, Excel (.xlsx) or Parquet files, one a table, or a zip of them; at most 512 MiB"),
        widget=SeveralInput(attrs={"accept": ".csv,.xlsx,.parquet,.zip,.yaml"}),
    )
    base = forms.ModelChoiceField(
        Dataset.objects.all(),
        label=_("keep the other tables of"),
        required=False,
        empty_label=_("nothing: these files are all"),
    )
    city = forms.CharField(
        label=_("city"),
        max_length=60,
        required=False,
        help_text=_("as written in the table of firms; may stay empty where dataset.yaml says it"),
    )
    date = forms.DateField(
        label=_("data to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("nothing in the tables is later; may stay empty where dataset.yaml says it"),
    )

    def clean_date(self) -> dt.date | None:
        """Refuse a day that has not been yet."""
        date: dt.date | None = self.cleaned_data["date"]
        if date is not None and date > timezone.localdate():
            raise forms.ValidationError(_("a day that has not been yet"))
        return date


class DutyForm(forms.ModelForm[Duty]):
    """Who owes the update of a table."""

    class Meta:
        model = Duty
        fields = ("organisation", "months")
        widgets = {"months": forms.NumberInput(attrs={"min": 1, "max": _MOST_MONTHS})}

    def clean_months(self) -> int:
        """Refuse a rhythm that is none."""
        months: int = self.cleaned_data["months"]
        if not 1 <= months <= _MOST_MONTHS:
            raise forms.ValidationError(_("1 to 60 months"))
        return months


class ScheduleForm(forms.ModelForm[Schedule]):
    """When scans run by themselves."""

    class Meta:
        model = Schedule
        fields = ("rhythm", "day", "hour")
        help_texts = {
            "day": _("of a week 1 (Monday) to 7, of a month 1 to 31; a shorter month means its last day"),
            "hour": _("0 to 23, time of the city"),
        }
        widgets = {
            "day": forms.NumberInput(attrs={"min": 1, "max": _MONTH}),
            "hour": forms.NumberInput(attrs={"min": 0, "max": 23}),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a day that a week or month does not have."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        most = _WEEK if given.get("rhythm") == Schedule.WEEKLY else _MONTH
        if "day" in given and not 1 <= given["day"] <= most:
            self.add_error("day", _("no such day"))
        if "hour" in given and not 0 <= given["hour"] <= 23:
            self.add_error("hour", _("no such hour"))
        return given

    def save(self, commit: bool = True) -> Schedule:
        """Save it with the next time it is due."""
        schedule = super().save(commit=False)
        schedule.due = next_time(
            schedule.rhythm, schedule.day, schedule.hour, timezone.localtime(timezone.now())
        )
        if commit:
            schedule.save()
        return schedule
