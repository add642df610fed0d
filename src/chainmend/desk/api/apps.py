"""What Django must know of this part."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """This part of the desk."""

    name = "chainmend.desk.api"
    label = "api"
