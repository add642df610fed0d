"""The first account of a desk, and a password that is set from the command."""

from __future__ import annotations

import json
import stat

import pytest
from django.conf import settings as conf
from django.test import Client

from chainmend.cli import main
from chainmend.desk.accounts.first import code
from chainmend.desk.accounts.models import User
from chainmend.desk.home import Home
from chainmend.workflow import Role

GIVEN = {"organisation": "市数据中心", "name": "某某", "username": "guanli"}
WORDS = {"password": "a long word of mine", "again": "a long word of mine"}


def test_a_desk_without_people_leads_to_the_page_of_the_first(db: None, home: Home, client: Client) -> None:
    assert client.get("/login/").headers["Location"] == "/first/"
    assert client.get("/first/").status_code == 200
    assert len(code() or "") == 12
    assert stat.S_IMODE((home.folder / "first.code").stat().st_mode) == 0o600


def test_the_code_makes_an_administrator_once(db: None, home: Home, client: Client) -> None:
    right = code()
    assert right is not None
    assert code() == right
    answer = client.post("/first/", {**GIVEN, **WORDS, "code": right})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/people/")
    person = User.objects.get()
    assert (person.role, person.must_change_password, person.check_password(WORDS["password"])) == (
        "admin",
        False,
        True,
    )
    assert client.get("/people/").status_code == 200
    assert not (home.folder / "first.code").exists()
    assert code() is None
    for again in (client, Client()):
        assert again.get("/first/").status_code == 404
        assert again.post("/first/", {**GIVEN, **WORDS, "code": right}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "guess"},
        {"code": ""},
        {"again": "another long word"},
        {"password": "12345", "again": "12345"},
    ],
    ids=["wrong-code", "no-code", "two-passwords", "weak"],
)
def test_nothing_is_made_of_wrong_answers(
    wrong: dict[str, str], db: None, home: Home, client: Client
) -> None:
    answer = client.post("/first/", {**GIVEN, **WORDS, "code": code() or "", **wrong})
    assert answer.status_code == 422
    assert not User.objects.exists()
    assert (home.folder / "first.code").exists()


def test_where_there_are_people_the_page_is_not_there(people: dict[Role, User], client: Client) -> None:
    assert client.get("/first/").status_code == 404
    assert client.get("/login/").status_code == 200


def test_the_command_gives_a_new_first_password(
    people: dict[Role, User], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["desk", "password", "admin", "--home", str(conf.DESK_HOME.folder), "--json"])
    assert not ended.value.code
    given = json.loads(capsys.readouterr().out)["password"]
    person = User.objects.get(username="admin")
    assert person.check_password(given)
    assert person.must_change_password
    with pytest.raises(SystemExit) as ended:
        main(["desk", "password", "nobody", "--home", str(conf.DESK_HOME.folder)])
    assert ended.value.code == 2
    assert "nobody" in capsys.readouterr().err
