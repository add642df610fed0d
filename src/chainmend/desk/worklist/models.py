"""Entries of the mend-list and the record of what happened to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.figures import ranks
from chainmend.errors import DeskError
from chainmend.i18n import _ as say
from chainmend.i18n import language
from chainmend.workflow import STATES


class Entry(models.Model):
    """One gap on the list: what scans say of it, and what people decided.

    `standing` is the row of the library's list (`chainmend.mendlist.ENTRY_SCHEMA`) as the last scan left it; the
    columns beside it are copies that pages filter and sort by, in the same units; `severity_rank` and `loss_rank` are
    the bands that lists sort by for who sees no exact figures. `stated` is when somebody last gave a
    reason for an entry that stands still. Without another
    order entries come in that of their bands, which is everybody's to know. `version` grows with every event.
    """

    id = models.CharField(primary_key=True, max_length=24)
    finding_id = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=40, db_index=True)
    cluster_id = models.CharField(max_length=80, db_index=True)
    chain_id = models.CharField(max_length=80)
    segment_id = models.CharField(max_length=120, db_index=True)
    firm_id = models.CharField(max_length=120, blank=True, db_index=True)
    district = models.CharField(max_length=60, blank=True, db_index=True)
    state = models.CharField(
        max_length=14, choices=[(s, s) for s in STATES], default="detected", db_index=True
    )
    step = models.CharField(max_length=16, blank=True)
    severity = models.FloatField(null=True)
    severity_low = models.FloatField(null=True)
    severity_high = models.FloatField(null=True)
    criticality = models.FloatField(null=True)
    exposure = models.FloatField(null=True)
    recovery = models.FloatField(null=True)
    gap_class = models.CharField(max_length=10, blank=True)
    summary_zh = models.TextField()
    summary_en = models.TextField()
    remedy = models.CharField(max_length=10, blank=True)
    loss = models.FloatField(null=True)
    loss_low = models.FloatField(null=True)
    loss_high = models.FloatField(null=True)
    severity_rank = models.PositiveSmallIntegerField(null=True, db_index=True)
    loss_rank = models.FloatField(null=True)
    owner = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="entries")
    parties = models.ManyToManyField(Organisation, related_name="takes_part_in")
    due = models.DateField(null=True, db_index=True)
    priority = models.IntegerField(null=True)
    opened = models.DateField()
    moved = models.DateTimeField()
    stated = models.DateTimeField(null=True)
    standing = models.JSONField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = (models.F("severity_rank").desc(nulls_last=True), "id")
        verbose_name = _("entry")

    def __str__(self) -> str:
        return self.id

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the bands with the figures."""
        self.severity_rank, self.loss_rank = ranks(self)
        super().save(*args, **kwargs)

    @property
    def summary(self) -> str:
        """What is the matter, in the language of the moment."""
        return self.summary_zh if language() == "zh" else self.summary_en


class Untouchable(models.QuerySet["Event"]):
    """Events that can be read and added, and neither changed nor deleted."""

    def update(self, **_values: Any) -> int:
        """Refuse."""
        raise frozen()

    def delete(self) -> Any:
        """Refuse."""
        raise frozen()

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        """Refuse."""
        raise frozen()


def frozen() -> DeskError:
    """Return the error of whoever would change the record."""
    return DeskError(
        say("a change of the record"),
        expected=say("only new events; what is written stays"),
        do=say("write a new event that says what was wrong"),
    )


class Event(models.Model):
    """One thing that happened to an entry, chained to the one before by its hash. See `record`.

    `content` is what the hash is of, with the hash before; the columns beside it are copies that pages read.
    """

    number = models.BigIntegerField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=24)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="events")
    scan_id = models.CharField(max_length=24, blank=True, db_index=True)
    before = models.CharField(max_length=14, blank=True)
    after = models.CharField(max_length=14)
    content = models.TextField()
    hash = models.CharField(max_length=64, unique=True)

    objects: ClassVar[models.Manager[Event]] = models.Manager.from_queryset(Untouchable)()

    class Meta:
        ordering = ("number",)
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new event; refuse to change one that stands."""
        if not self._state.adding:
            raise frozen()
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refuse."""
        raise frozen()


class Mention(models.Model):
    """A person named in a comment; `seen` once they opened the entry after it."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentions")
    seen = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.event_id} @{self.person_id}"


class Need(models.Model):
    """What a chain leader or an institute lacks, as it reported it; `segment_id` is of the catalogue.

    An analyst accepts or refuses it, with an answer that the reporter reads; accepted ones go into the next scan.
    """

    REPORTED, ACCEPTED, REFUSED = "reported", "accepted", "refused"
    STATES = (
        (REPORTED, _("waits for an analyst")),
        (ACCEPTED, _("need accepted")),
        (REFUSED, _("need not accepted")),
    )

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="needs")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    segment_id = models.CharField(max_length=120, db_index=True)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=STATES, default=REPORTED, db_index=True)
    judged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.segment_id}"
