"""Every address x role: what GET and POST answer, as the tables of `tests/desk/matrix` say it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from .conftest import Whole
from .matrix import COLUMNS, Row, known, named, rows, sent

ROWS = rows()
PARTS = sorted({row.part for row in ROWS})
OF_SCRIPTS = ("/api/",)
"""Beginnings of addresses that no form of a page is sent to: they ask for no token of a page."""


def ask(client: Client, row: Row, whole: Whole, method: str) -> int:
    """Ask, and take back what it did."""
    path, data = row.path(whole.things), sent(row.address, whole.things)
    with transaction.atomic():
        status = (client.post(path, data) if method == "POST" else client.get(path)).status_code
        transaction.set_rollback(True)
    return status


def test_every_address_stands_in_a_table(whole: Whole) -> None:
    told = {named(row.path(whole.things)) for row in ROWS}
    assert len(known()) >= 37
    lacking = {name: route for name, route in known().items() if name not in told}
    assert not lacking, (
        "no line says who may see these; add one to a file of tests/desk/matrix: "
        + ", ".join(f"{route} ({name})" for name, route in sorted(lacking.items()))
    )


def test_no_line_stands_twice_or_names_what_is_not_there(whole: Whole) -> None:
    assert len({row.address for row in ROWS}) == len(ROWS)
    assert {named(row.path(whole.things)) for row in ROWS} <= set(known())


@pytest.mark.parametrize("part", PARTS)
def test_what_every_role_is_answered(part: str, whole: Whole) -> None:
    wrong: dict[str, list[str]] = {}
    for row in (r for r in ROWS if r.part == part):
        for column in COLUMNS:
            client = whole.client(column)
            found = ask(client, row, whole, "GET"), ask(client, row, whole, "POST")
            wanted = row.answers[column]
            if found != wanted:
                said = f"{row.address} answers {found[0]}/{found[1]}, not {wanted[0]}/{wanted[1]}, to"
                wrong.setdefault(said, []).append(column)
    assert not wrong, "\n" + "\n".join(f"{said} {', '.join(columns)}" for said, columns in wrong.items())


@pytest.mark.parametrize("part", PARTS)
def test_no_post_without_the_token_of_a_page_does_anything(part: str, whole: Whole) -> None:
    wrong = []
    for row in (r for r in ROWS if r.part == part and not r.address.startswith(OF_SCRIPTS)):
        for column in COLUMNS:
            client = Client(enforce_csrf_checks=True)
            client.cookies = whole.client(column).cookies
            found, refused = ask(client, row, whole, "POST"), row.answers[column][1]
            late = found == refused and (refused in (404, 405) or column == "nobody")
            if found != 403 and not late:
                wrong.append(f"{row.address}  {column}: {found}")
    assert not wrong, "\n" + "\n".join(wrong)
