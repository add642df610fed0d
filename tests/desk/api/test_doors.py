"""Who comes in: every address asks for a token, and to each role only its own is there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings as DjangoSettings

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.visibility import ALLOWED
from chainmend.desk.worklist.models import Entry
from chainmend.workflow import ROLES, Role

from ..conftest import logged_in
from .conftest import Programs, doors

PATHS = {
    "/me": "use_api",
    "/entries": "see_entries",
    "/entries/{id}": "see_entry",
    "/clusters": "see_map",
    "/chains": "see_map",
    "/chains/{id}": "see_map",
    "/segments/{id}": "see_map",
    "/scans": "see_scans",
    "/scans/{number}": "see_scans",
    "/record": "export_record",
    "/openapi.json": "use_api",
    "/{path:rest}": "use_api",
}


def filled(path: str) -> str:
    """An address with something in it that is there."""
    if path == "/scans/{number}":
        return path.replace("{number}", str(ScanRun.objects.latest("pk").pk))
    ids = {"/entries/{id}": Entry.objects.order_by("pk")[:1].get().pk if "entries" in path else ""}
    ids |= {"/chains/{id}": "ic", "/segments/{id}": "ic.eda", "/{path:rest}": "any/thing"}
    return path.replace("{id}", ids.get(path, "")).replace("{path:rest}", "any/thing")


def below(resolver: URLResolver, before: str = "") -> list[str]:
    """Every address that Django knows."""
    found = []
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        found += [here] if isinstance(one, URLPattern) else below(one, here)
    return found


def test_every_address_is_a_door_of_the_table() -> None:
    assert {path: door.action for path, door in doors().items()} == PATHS
    known = [p for p in below(get_resolver()) if p.startswith("api")]
    assert len(known) == len(PATHS)


def test_every_address_asks_for_a_token(scanned_desk: tuple[Scanned, Scanned], client: Client) -> None:
    for path in PATHS:
        for headers in (
            {},
            {"Authorization": "Bearer cm_wrong"},
            {"Authorization": "Basic YTpi"},
            {"Authorization": ""},
        ):
            answer = client.get(f"/api/v1{filled(path)}", headers=headers)
            assert answer.status_code in (401, 429), (path, headers)
            assert answer.json()["came"]
            assert answer.headers["Content-Type"] == "application/json"
        assert client.get(f"/api/v1{filled(path)}").headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_finds_what_it_may_and_nothing_else(
    role: Role, programs: Programs, people: dict[Role, User], scanned_desk: tuple[Scanned, Scanned]
) -> None:
    Entry.objects.order_by("pk")[:1].get().parties.add(people["leader"].organisation)
    Entry.objects.filter(pk=Entry.objects.order_by("pk")[:1].get().pk).update(district="示例二区")
    for path, action in PATHS.items():
        there = role in ALLOWED[action] and role in ALLOWED["use_api"] and path != "/{path:rest}"  # type: ignore[index]
        answer = programs[role].raw(filled(path))
        assert answer.status_code == (200 if there else 404), path
        assert answer.headers["Content-Type"].startswith("application/json")


def test_what_a_role_may_not_do_is_not_there_whatever_it_sends(programs: Programs) -> None:
    programs["chief"].ask("/scans", 404, page="x", unknown="1")
    programs["admin"].ask("/entries", 404, page="x")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "head", "trace"])
def test_it_is_for_reading_alone(method: str, programs: Programs) -> None:
    headers = {"Authorization": f"Bearer {programs['analyst'].token}"}
    for path in ("/me", "/entries", "/nothing"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET"
        assert answer.headers["Content-Type"] == "application/json"


def test_what_is_below_api_never_answers_with_a_page(programs: Programs, client: Client) -> None:
    for path in ("/api/", "/api/v2/me", "/api/v1", "/api/v1/"):
        assert client.get(path).json()["status"] == 404
    wrong = client.get("/api/v1/me", headers={"host": "elsewhere.example"})
    assert (wrong.status_code, wrong.json()["status"]) == (400, 400)
    text = programs["chief"].raw("/entries/%3Cb%3E").content.decode()
    assert "<" not in text


def test_who_comes_without_https_is_led_to_it(settings: DjangoSettings, db: None) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/api/v1/me")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/api/v1/me")


def test_a_failure_of_the_desk_is_json_too(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("chainmend.desk.api.scans.scans.current", fail)
    programs["chief"].client.raise_request_exception = False
    answer = programs["chief"].raw("/me")
    assert (answer.status_code, answer.json()["came"]) == (500, "The desk failed")  # type: ignore[attr-defined]
    assert "secret" not in answer.content.decode()


def test_a_browser_that_is_logged_in_reads_but_a_wrong_token_wins_over_it(people: dict[Role, User]) -> None:
    browser = logged_in(people["chief"])
    assert browser.get("/api/v1/me").json()["me"]["role"] == "chief"
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer no"}).status_code == 401
    assert browser.post("/api/v1/me").status_code == 405


def test_a_session_that_ended_or_must_change_its_password_gets_json(people: dict[Role, User]) -> None:
    browser = logged_in(people["chief"])
    User.objects.filter(username="chief").update(must_change_password=True)
    answer = browser.get("/api/v1/me")
    assert (answer.status_code, answer.json()["status"]) == (401, 401)
    assert "Location" not in answer.headers


def test_a_parameter_that_nobody_knows_or_that_cannot_be_read_is_named(programs: Programs) -> None:
    told = programs["analyst"].ask("/entries", 422, clutser="x", page="x")
    assert told["fields"][0]["where"] == "clutser"
    assert "cluster" in told["fields"][0]["expected"]
    told = programs["analyst"].ask("/entries", 422, view="blue sky", page="0", order="")
    assert {f["where"]: (f["came"], f["expected"]) for f in told["fields"]} == {
        "view": ("blue sky", "one of: all, red, yellow, blue, verify, mine, closed"),
        "page": ("0", "a number of at least 1"),
        "order": ("", "one of: severity, loss, due, moved, segment, priority"),
    }
    programs["analyst"].ask("/scans/x", 422)
    programs["analyst"].ask("/me", 422, page=1)


def test_errors_are_in_the_language_asked_for(client: Client, db: None) -> None:
    zh, en = client.get("/api/v1/me"), client.get("/api/v1/me", headers={"Accept-Language": "en-GB,zh;q=0.3"})
    assert zh.json()["came"] == "没有令牌，或令牌无效"
    assert en.json()["came"] == "no token, or one that is not valid"
    assert (zh.headers["Content-Language"], en.headers["Content-Language"]) == ("zh-CN", "en")


def test_a_desk_without_a_scan_answers_what_it_can(programs: Programs) -> None:
    assert programs["chief"].ask("/me")["about"] == dict.fromkeys(
        ("scan", "scanned", "data_to", "city", "synthetic")
    )
    assert programs["chief"].ask("/entries")["entries"] == []
    for path in ("/clusters", "/chains", "/segments/ic.eda"):
        programs["chief"].ask(path, 404)
