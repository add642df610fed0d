"""What Django must know of this part."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and organisations."""

    name = "chainmend.desk.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Begin to write down log-ins."""
        from chainmend.desk.accounts import audit

        audit.listen()
