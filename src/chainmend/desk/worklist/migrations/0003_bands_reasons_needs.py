"""Bands that lists sort by, when a reason was stated, what became of a need."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chainmend.desk.figures import ranks


def fill(apps: Any, _schema: Any) -> None:
    """Give every entry its bands."""
    entries = apps.get_model("worklist", "Entry").objects
    for entry in entries.all().iterator():
        severity, loss = ranks(entry)
        entries.filter(pk=entry.pk).update(severity_rank=severity, loss_rank=loss)


class Migration(migrations.Migration):
    dependencies = [
        ("worklist", "0002_talk"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "entry", "severity_rank", models.PositiveSmallIntegerField(db_index=True, null=True)
        ),
        migrations.AddField("entry", "loss_rank", models.FloatField(null=True)),
        migrations.AddField("entry", "stated", models.DateTimeField(null=True)),
        migrations.AddField(
            "need",
            "state",
            models.CharField(
                choices=[
                    ("reported", "waits for an analyst"),
                    ("accepted", "need accepted"),
                    ("refused", "need not accepted"),
                ],
                db_index=True,
                default="reported",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "need",
            "judged_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("need", "judged_at", models.DateTimeField(null=True)),
        migrations.AddField("need", "answer", models.TextField(blank=True, max_length=2000)),
        migrations.AlterModelOptions(
            "entry",
            {
                "ordering": (models.F("severity_rank").desc(nulls_last=True), "id"),
                "verbose_name": "entry",
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
