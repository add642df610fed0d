"""What people see when something is not there, not for them, or failed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.test import Client

from chainmend.desk import scans
from chainmend.workflow import Role


@pytest.mark.parametrize(("language", "told"), [("en", "The desk failed"), ("zh", "系统出错")])
def test_a_fault_is_told_without_the_database(
    clients: dict[Role, Client], monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    def down() -> None:
        raise DatabaseError("secret")

    client = clients["chief"]
    client.cookies["desk_language"] = language
    client.raise_request_exception = False
    monkeypatch.setattr(scans, "current", down)
    found = client.get("/")
    text = found.content.decode()
    assert found.status_code == 500
    assert told in text
    assert "secret" not in text
    assert 'class="gap"' in text


def test_what_is_not_there_looks_like_a_page_of_the_desk(clients: dict[Role, Client]) -> None:
    found = clients["chief"].get("/nothing/here/")
    assert found.status_code == 404
    assert 'class="gap"' in found.content.decode()
