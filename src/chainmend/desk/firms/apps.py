"""What Django must know of this part."""

from __future__ import annotations

from django.apps import AppConfig


class FirmsConfig(AppConfig):
    """This part of the desk."""

    name = "chainmend.desk.firms"
    label = "firms"
