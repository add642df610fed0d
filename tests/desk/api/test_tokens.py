"""The life of a token, the page that makes it, and the throttle of wrong ones."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from chainmend.desk.accounts.models import LoginRecord, User
from chainmend.desk.api import tokens
from chainmend.desk.api.models import ApiToken
from chainmend.desk.visibility import ALLOWED
from chainmend.errors import DeskError
from chainmend.workflow import ROLES, Role

from ..conftest import PASSWORD
from .conftest import Program, Programs

Clients = dict[Role, Client]


def make(client: Client, name: str = "weekly report", days: int = 30) -> str:
    """Make a token on the page and read it there."""
    page = client.post("/tokens/", {"name": name, "days": days})
    assert page.status_code == 200
    found = re.search(r'id="token">(cm_[\w-]{43})<', page.content.decode())
    assert found is not None
    return found[1]


def kinds() -> list[str]:
    return list(LoginRecord.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_the_page_is_there_for_who_may_use_the_api(role: Role, clients: Clients) -> None:
    there = role in ALLOWED["use_api"]
    assert clients[role].get("/tokens/").status_code == (200 if there else 404)
    assert clients[role].post("/tokens/", {"name": "x", "days": 1}).status_code == (200 if there else 404)
    assert clients[role].post("/tokens/1/revoke/").status_code == 404 or there
    start = clients[role].get("/people/" if role == "admin" else "/list/").content.decode()
    assert ('href="/tokens/"' in start) is there


def test_a_token_is_shown_once_and_kept_as_a_hash(clients: Clients) -> None:
    text = make(clients["chief"])
    token = ApiToken.objects.get()
    stored = [str(v) for v in ApiToken.objects.values().get().values()]
    assert not [v for v in stored if text in v]
    assert token.digest == tokens.digest(text)
    page = clients["chief"].get("/tokens/").content.decode()
    assert "weekly report" in page
    assert text not in page
    assert token.digest not in page
    assert Program(text, Client()).ask("/me")["me"]["username"] == "chief"
    assert kinds()[-1] == LoginRecord.TOKEN_MADE


def test_its_use_is_noted_to_five_minutes(clients: Clients) -> None:
    text = make(clients["chief"])
    Program(text, Client()).ask("/me")
    first = ApiToken.objects.get().used
    Program(text, Client()).ask("/me")
    assert first is not None
    assert ApiToken.objects.get().used == first
    ApiToken.objects.update(used=first - dt.timedelta(minutes=6))
    Program(text, Client()).ask("/me")
    assert ApiToken.objects.get().used >= first  # type: ignore[operator]


@pytest.mark.parametrize("days", [0, 366, -1])
def test_it_lives_a_year_at_most(days: int, people: dict[Role, User], clients: Clients) -> None:
    with pytest.raises(DeskError, match="1 to 365 days"):
        tokens.make(people["chief"], "x", days, RequestFactory().get("/"))
    assert clients["chief"].post("/tokens/", {"name": "x", "days": days}).status_code == 422
    assert clients["chief"].post("/tokens/", {"name": "", "days": 9}).status_code == 422
    assert not ApiToken.objects.exists()


def test_twenty_that_live_are_the_most(clients: Clients) -> None:
    for _number in range(tokens.MOST):
        make(clients["chief"])
    refused = clients["chief"].post("/tokens/", {"name": "one more", "days": 9})
    assert refused.status_code == 422
    assert "revoke one" in refused.content.decode()
    clients["chief"].post(f"/tokens/{ApiToken.objects.latest('pk').pk}/revoke/")
    make(clients["chief"])


def refused(text: str) -> None:
    """The token opens nothing, and the try is written down with the name of its owner."""
    Program(text, Client()).ask("/me", 401)
    last = LoginRecord.objects.order_by("-pk")[0]
    assert (last.kind, last.username) == (LoginRecord.TOKEN_REFUSED, "chief")


def test_a_revoked_one_is_refused(clients: Clients) -> None:
    text = make(clients["chief"])
    pk = ApiToken.objects.get().pk
    assert clients["analyst"].post(f"/tokens/{pk}/revoke/").status_code == 404  # of somebody else
    assert clients["chief"].get(f"/tokens/{pk}/revoke/").status_code == 405
    Program(text, Client()).ask("/me")
    page = clients["chief"].post(f"/tokens/{pk}/revoke/", follow=True).content.decode()
    assert "revoked" in page
    refused(text)
    clients["chief"].post(f"/tokens/{pk}/revoke/")
    assert kinds().count(LoginRecord.TOKEN_REVOKED) == 1


def test_an_expired_one_is_refused(clients: Clients) -> None:
    text = make(clients["chief"], days=1)
    ApiToken.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    refused(text)
    assert "its time is over" in clients["chief"].get("/tokens/").content.decode()


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}])
def test_that_of_a_closed_account_or_of_a_first_password_is_refused(
    change: dict[str, bool], clients: Clients
) -> None:
    text = make(clients["chief"])
    User.objects.filter(username="chief").update(**change)
    refused(text)


def test_it_ends_when_the_password_changes(clients: Clients) -> None:
    text = make(clients["chief"])
    new = "a much longer word"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert clients["chief"].post("/password/", form).status_code == 302
    refused(text)
    assert "ended: the password changed" in clients["chief"].get("/tokens/").content.decode()
    Program(make(clients["chief"]), Client()).ask("/me")


def test_it_ends_when_an_administrator_gives_a_new_password(
    clients: Clients, people: dict[Role, User]
) -> None:
    text, chief = make(clients["chief"]), people["chief"]
    form = {
        "username": "chief", "name": "x", "role": "chief", "organisation": chief.organisation_id, "is_active": "on",
        "new_password": "on",
    }  # fmt: skip
    assert clients["admin"].post(f"/people/{chief.pk}/", form).status_code == 200
    User.objects.filter(username="chief").update(must_change_password=False)
    refused(text)


def test_it_reads_what_the_role_of_the_moment_may(clients: Clients) -> None:
    program = Program(make(clients["chief"]), Client())
    program.ask("/entries")
    User.objects.filter(username="chief").update(role="admin")
    program.ask("/entries", 404)


def test_wrong_ones_are_throttled_by_address_and_no_more_written_down(programs: Programs) -> None:
    wrong = Program("cm_wrong", Client())
    before = len(kinds())
    for _try in range(tokens.FAILURES):
        wrong.ask("/me", 401)
    answer = wrong.raw("/me")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= tokens.WINDOW.total_seconds()
    assert wrong.ask("/me", 429)["came"] == "too many wrong tokens from this address"
    assert kinds()[before:] == [LoginRecord.TOKEN_REFUSED] * tokens.FAILURES
    programs["chief"].ask("/me")  # many people may share an address
    headers = {"Authorization": "Bearer cm_wrong"}
    assert Client(REMOTE_ADDR="10.9.9.9").get("/api/v1/me", headers=headers).status_code == 401
    LoginRecord.objects.filter(kind=LoginRecord.TOKEN_REFUSED).update(at=timezone.now() - tokens.WINDOW)
    wrong.ask("/me", 401)


def test_the_log_of_the_administrator_says_it(clients: Clients) -> None:
    make(clients["chief"])
    page = clients["admin"].get("/people/").content.decode()
    assert "made a token" in page
