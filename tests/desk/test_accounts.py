"""Logging in and out, passwords, the language, and the accounts of others."""

from __future__ import annotations

import re
import time

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings as DjangoSettings

from chainmend.desk.accounts.models import LoginRecord, Organisation, User
from chainmend.workflow import ROLES, Role

from .conftest import PASSWORD, logged_in


def log_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> int:
    return client.post("/login/", {"username": username, "password": password}, **more).status_code  # type: ignore[arg-type]


def test_everything_but_the_log_in_asks_for_one(client: Client, people: dict[Role, User]) -> None:
    for path in ("/", "/people/", "/password/", "/nothing/here/"):
        response = client.get(path)
        assert (response.status_code, response.headers.get("Location", "").partition("?")[0]) in {
            (302, "/login/"),
            (404, ""),
        }
    assert client.get("/login/").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_a_log_in_leads_to_a_page_of_the_role(role: Role, people: dict[Role, User], client: Client) -> None:
    response = client.post("/login/", {"username": role, "password": PASSWORD}, follow=True)
    assert response.status_code == 200
    assert str(people[role].role_name) or role
    assert LoginRecord.objects.get().kind == LoginRecord.LOGIN


def test_the_log_is_kept_of_ins_outs_and_refusals(people: dict[Role, User], client: Client) -> None:
    log_in(client, "analyst", "wrong", REMOTE_ADDR="10.1.2.3")
    log_in(client, "analyst", REMOTE_ADDR="10.1.2.3")
    client.post("/logout/", REMOTE_ADDR="10.1.2.3")
    kinds = LoginRecord.objects.order_by("pk").values_list("kind", "username", "address")
    assert list(kinds) == [(k, "analyst", "10.1.2.3") for k in ("refused", "login", "logout")]


def test_a_link_does_not_log_out(clients: dict[Role, Client]) -> None:
    assert clients["chief"].get("/logout/").status_code == 405


def test_five_wrong_tries_lock_the_name_from_that_address(people: dict[Role, User]) -> None:
    client = Client()
    answers = [log_in(client, "chief", "wrong") for _try in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert log_in(client, "chief") == 429  # even with the right password
    assert log_in(Client(), "auditor") == 302
    assert log_in(Client(), "chief", REMOTE_ADDR="10.9.9.9") == 302
    assert LoginRecord.objects.filter(kind=LoginRecord.LOCKED, username="chief").exists()


def test_a_shut_account_does_not_log_in(people: dict[Role, User], client: Client) -> None:
    User.objects.filter(username="chief").update(is_active=False)
    assert log_in(client, "chief") == 200
    assert "_auth_user_id" not in client.session


def test_a_session_ends_after_an_hour_of_nothing(
    people: dict[Role, User], settings: DjangoSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in(people["analyst"])
    assert client.get("/").status_code == 200
    later = time.time() + settings.SESSION_IDLE_SECONDS
    monkeypatch.setattr("chainmend.desk.accounts.middleware.time.time", lambda: later - 60)
    assert client.get("/").status_code == 200
    monkeypatch.setattr("chainmend.desk.accounts.middleware.time.time", lambda: later + 3600)
    assert client.get("/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_password_that_somebody_else_set_is_changed_first(people: dict[Role, User]) -> None:
    User.objects.filter(username="chief").update(must_change_password=True)
    client = logged_in(User.objects.get(username="chief"))
    assert client.get("/").headers["Location"] == "/password/"
    new = {
        "old_password": PASSWORD,
        "new_password1": "a much longer word",
        "new_password2": "a much longer word",
    }
    assert client.post("/password/", new).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert not User.objects.get(username="chief").must_change_password


@pytest.mark.parametrize("bad", ["short1", "password123", "1234567890123", "analyst person"])
def test_weak_passwords_are_refused(bad: str, people: dict[Role, User]) -> None:
    client = logged_in(people["analyst"])
    form = {"old_password": PASSWORD, "new_password1": bad, "new_password2": bad}
    response = client.post("/password/", form)
    assert response.status_code == 200
    assert response.context["form"].errors


@pytest.mark.parametrize("role", [r for r in ROLES if r != "admin"])
def test_accounts_are_not_there_for_others(role: Role, clients: dict[Role, Client]) -> None:
    for path in ("/people/", "/people/new/", "/people/1/", "/organisations/new/", "/organisations/1/"):
        assert clients[role].get(path).status_code == 404
        assert clients[role].post(path, {}).status_code == 404


def test_an_administrator_makes_and_closes_accounts(
    clients: dict[Role, Client], people: dict[Role, User]
) -> None:
    admin, home = clients["admin"], people["chief"].organisation
    form = {"username": "new", "name": "New", "role": "chief", "organisation": home.pk, "is_active": "on"}
    page = admin.post("/people/new/", form).content.decode()
    made = User.objects.get(username="new")
    password = re.findall(r"<code>([^<]+)</code>", page)[1]
    assert made.check_password(password)
    assert made.must_change_password
    form = {"username": "new", "name": "New", "role": "chief", "organisation": home.pk}
    assert admin.post(f"/people/{made.pk}/", form).status_code == 302
    made.refresh_from_db()
    assert not made.is_active
    assert made.check_password(password)
    listing = admin.get("/people/").content.decode()
    assert "New" in listing
    assert password not in listing


@pytest.mark.parametrize(("role", "home"), [("district", "市审计局"), ("leader", "市审计局")])
def test_a_role_needs_an_organisation_that_fits(role: str, home: str, people: dict[Role, User]) -> None:
    organisation = Organisation.objects.get(name=home)
    with pytest.raises(ValidationError):
        User.objects.create_user("x", PASSWORD, name="X", role=role, organisation=organisation)


def test_an_organisation_is_added_and_changed(clients: dict[Role, Client]) -> None:
    admin = clients["admin"]
    assert admin.post("/organisations/new/", {"name": "新单位"}).status_code == 302
    made = Organisation.objects.get(name="新单位")
    assert (
        admin.post(f"/organisations/{made.pk}/", {"name": "新单位", "district": "示例一区"}).status_code
        == 302
    )
    assert Organisation.objects.get(pk=made.pk).district == "示例一区"


def test_chinese_first_and_english_by_the_switch(people: dict[Role, User], client: Client) -> None:
    page = client.get("/login/", headers={"accept-language": "en"})
    assert '<html lang="zh-CN">' in page.content.decode()
    assert page.headers["Content-Language"] == "zh-CN"
    assert client.post("/language/", {"language": "en", "next": "/login/"}).headers["Location"] == "/login/"
    page = client.get("/login/")
    assert '<html lang="en">' in page.content.decode()
    assert not re.findall("[\u4e00-\u9fff]+", re.sub("补链|中</button>", "", page.content.decode()))
    assert (
        client.post("/language/", {"language": "en", "next": "https://example.org/"}).headers["Location"]
        == "/"
    )
    assert client.post("/language/", {"language": "fr"}).status_code == 404
    assert client.get("/language/").status_code == 405


def test_the_language_stays_after_a_log_in_and_without_the_cookie(people: dict[Role, User]) -> None:
    client = logged_in(people["chief"], "zh")
    client.post("/language/", {"language": "en", "next": "/"})
    client.cookies.pop("desk_language")
    assert '<html lang="en">' in client.get("/").content.decode()


def test_headers_keep_pages_strict_and_private(clients: dict[Role, Client]) -> None:
    headers = clients["analyst"].get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]


def test_forms_without_the_token_are_refused(people: dict[Role, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login/", {"username": "chief", "password": PASSWORD}).status_code == 403


def test_cookies_are_out_of_reach_of_scripts(people: dict[Role, User], client: Client) -> None:
    client.get("/login/")
    log_in(client, "analyst")
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_a_page_that_is_not_there_says_so_in_the_language(clients: dict[Role, Client]) -> None:
    response = clients["chief"].get("/nothing/")
    assert response.status_code == 404
    assert "There is nothing here for you" in response.content.decode()


def test_the_rail_shows_what_the_role_may_see(clients: dict[Role, Client]) -> None:
    assert 'href="/people/"' in clients["admin"].get("/people/").content.decode()
    assert 'href="/people/"' not in clients["chief"].get("/").content.decode()


def test_every_page_says_demo_and_how_old_the_data_are(
    scanned_desk: object, clients: dict[Role, Client]
) -> None:
    page = clients["chief"].get("/").content.decode()
    assert "Demo data" in page
    assert "2026-06-30" in page
    assert scanned_desk[1].scan.id in page  # type: ignore[index]


def test_scripts_and_styles_of_the_frame_are_there_and_none_stands_inside(
    clients: dict[Role, Client],
) -> None:
    from django.contrib.staticfiles import finders

    page = clients["analyst"].get("/").content.decode()
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert len(named) >= 4
    assert [n for n in named if finders.find(n) is None] == []
    assert not re.search(r"<style|<script(?! src)|\sstyle=|\son[a-z]+=|https?://", page)


def test_an_administrator_starts_at_the_accounts(people: dict[Role, User], client: Client) -> None:
    response = client.post("/login/?next=/", {"username": "admin", "password": PASSWORD, "next": "/"})
    assert response.headers["Location"] == "/people/"
    response = client.get("/")
    assert response.status_code == 404
    assert 'href="/people/"' in response.content.decode()


def test_an_organisation_is_tied_to_what_the_data_know(
    scanned_desk: object, clients: dict[Role, Client]
) -> None:
    admin = clients["admin"]
    for field in ("district", "firm_id", "institute_id"):
        answer = admin.post("/organisations/new/", {"name": "新单位", field: "没有的"})
        assert answer.status_code == 200
        assert "The data do not know it." in answer.content.decode()
    assert not Organisation.objects.filter(name="新单位").exists()
    assert admin.post("/organisations/new/", {"name": "新单位", "district": "示例一区"}).status_code == 302
