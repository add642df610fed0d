"""What Django must know of this part."""

from __future__ import annotations

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    """This part of the desk."""

    name = "chainmend.desk.worklist"
    label = "worklist"
