"""A failure is kept in both languages."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the English text."""

    dependencies = (("scans", "0003_duty"),)
    operations = (
        migrations.AddField(
            model_name="scanrun",
            name="error_en",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    )
