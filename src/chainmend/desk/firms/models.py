"""What people decided about placements, the sample that measures them, and talks with firms from elsewhere.

Firms themselves are in the frames of a scan, not in the database; rows here name them by the id of the dataset.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist.models import frozen


class OnlyAdded(models.QuerySet[Any]):
    """Rows that can be read and added, and neither changed nor deleted."""

    def update(self, **_values: Any) -> int:
        """Refuse."""
        raise frozen()

    def delete(self) -> Any:
        """Refuse."""
        raise frozen()

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        """Refuse."""
        raise frozen()


class Kept(models.Model):
    """A row that stays as it was written; `version` counts the rows about the same thing, from 1."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    note = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(OnlyAdded)()

    class Meta:
        abstract = True
        ordering = ("id",)
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row; refuse to change one that stands."""
        if not self._state.adding:
            raise frozen()
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> Any:
        """Refuse."""
        raise frozen()


class Decision(Kept):
    """What a person decided about the placement of a firm; the last one about a firm stands.

    `before` and `after` are lists of [segment, weight]: what the scan `scan_id` said, and the rows of the table
    `overrides` that the next scan reads. A weight is null where a person chose the segment; the segment ``none`` says
    that the firm belongs on no chain. After ``withdraw`` no correction stands, and `after` is empty.
    """

    ACCEPT, MOVE, NONE, WITHDRAW = "accept", "move", "none", "withdraw"
    VERDICTS = (
        (ACCEPT, _("accepted")),
        (MOVE, _("moved elsewhere")),
        (NONE, _("on no chain")),
        (WITHDRAW, _("taken back")),
    )

    firm_id = models.CharField(max_length=120, db_index=True)
    name = models.CharField(max_length=200)
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    before = models.JSONField()
    after = models.JSONField()
    scan_id = models.CharField(max_length=24)

    class Meta(Kept.Meta):
        constraints = [models.UniqueConstraint(fields=("firm_id", "version"), name="one_decision_at_a_time")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.verdict}"


class Sample(models.Model):
    """Firms drawn at random from a scan's placements, to be judged by a person who does not see where they are placed.

    `bands` is a list of [lowest confidence, number of firms], one a band of the scan.
    """

    scan_id = models.CharField(max_length=24, db_index=True)
    seed = models.PositiveIntegerField()
    bands = models.JSONField()
    drawn = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.scan_id}"


class Judgement(models.Model):
    """One firm of a sample: where the scan placed it, and what a person said without seeing that.

    `segment_id` is the segment of its greatest weight, `band` the index of its band. `label` is empty until somebody
    judges the firm; then a segment, ``none`` (on no chain) or ``unknown`` (cannot be told from what is known).
    """

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="firms")
    place = models.PositiveIntegerField()
    firm_id = models.CharField(max_length=120)
    band = models.PositiveSmallIntegerField()
    segment_id = models.CharField(max_length=120)
    label = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("place",)
        constraints = [models.UniqueConstraint(fields=("sample", "firm_id"), name="once_in_a_sample")]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.firm_id}"


class TalkEvent(Kept):
    """How far talks with a firm from elsewhere are, about one segment; the last one stands."""

    CONTACT, TALKS, SIGNED, DROPPED = "contact", "talks", "signed", "dropped"
    STATES = (
        (CONTACT, _("to contact")),
        (TALKS, _("in talks")),
        (SIGNED, _("signed")),
        (DROPPED, _("dropped")),
    )

    firm_id = models.CharField(max_length=120)
    segment_id = models.CharField(max_length=120, db_index=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=STATES)
    before = models.CharField(max_length=8, choices=STATES)

    class Meta(Kept.Meta):
        constraints = [
            models.UniqueConstraint(fields=("firm_id", "segment_id", "version"), name="one_talk_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.segment_id} {self.state}"
