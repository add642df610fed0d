"""A program of every role, each with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.model import Catalogue
from chainmend.desk.accounts.models import User
from chainmend.desk.api import description, tokens  # noqa: F401  (the first opens the doors)
from chainmend.desk.api.doors import Token, api
from chainmend.workflow import Role

from ..worklist.conftest import make_entry  # noqa: F401  (a fixture)


@dataclass
class Program:
    """Asks the API with a token."""

    token: str
    client: Client

    def ask(self, path: str, status: int = 200, **query: Any) -> dict[str, Any]:
        """Return what the API answers; its status is the one expected, and it is JSON that no cache keeps."""
        answer = self.raw(path, **query)
        assert answer.status_code == status, (path, answer.content[:400])
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["Cache-Control"] == "private, no-store"
        found: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
        assert ("about" in found) is (status == 200)
        return found

    def raw(self, path: str, **query: Any) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        return self.client.get(f"/api/v1{path}", query, headers=headers)  # type: ignore[arg-type, return-value]


Programs = dict[Role, Program]


@pytest.fixture(autouse=True)
def catalogue_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is frozen and its file does not change: it is read once for all tests."""
    monkeypatch.setattr("chainmend.chain.catalogue.load_catalogue", _catalogue)


@cache
def _catalogue(path: Path) -> Catalogue:
    return load_catalogue(path)


@pytest.fixture
def programs(people: dict[Role, User]) -> Programs:
    """Role -> a program with a token of a person of it."""
    request = RequestFactory().get("/tokens/")
    return {
        role: Program(tokens.make(person, "a test", 90, request)[1], Client())
        for role, person in people.items()
    }


def doors() -> dict[str, Token]:
    """Address -> its door, of everything below /api/v1."""
    found = {}
    for path, view in api.default_router.path_operations.items():
        for operation in view.operations:
            (token,) = operation.auth_callbacks
            assert operation.methods == ["GET"]
            assert isinstance(token, Token)
            found[path] = token
    return found
