"""What Django must know of this part."""

from __future__ import annotations

from django.apps import AppConfig


class ScansConfig(AppConfig):
    """This part of the desk."""

    name = "chainmend.desk.scans"
    label = "scans"
