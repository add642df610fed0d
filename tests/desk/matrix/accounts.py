"""Accounts: everybody logs in and out and keeps a password; only an administrator keeps accounts."""

from __future__ import annotations

from . import Sent

TABLE = """
address                         nobody  analyst promoter scientist district leader  chief   auditor admin
/login/                         200/302 302/302 302/302  302/302   302/302  302/302 302/302 302/302 302/302
/first/                         404/404 404/404 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/logout/                        302/302 405/302 405/302  405/302   405/302  405/302 405/302 405/302 405/302
/password/                      302/302 200/302 200/302  200/302   200/302  200/302 200/302 200/302 200/302
/language/                      405/302 405/302 405/302  405/302   405/302  405/302 405/302 405/302 405/302
/people/                        302/302 404/404 404/404  404/404   404/404  404/404 404/404 404/404 200/405
/people/new/                    302/302 404/404 404/404  404/404   404/404  404/404 404/404 404/404 200/200
/people/{person}/               302/302 404/404 404/404  404/404   404/404  404/404 404/404 404/404 200/302
/organisations/new/             302/302 404/404 404/404  404/404   404/404  404/404 404/404 404/404 200/302
/organisations/{organisation}/  302/302 404/404 404/404  404/404   404/404  404/404 404/404 404/404 200/302
"""
# The page of the first account is gone once anybody has one. A new account answers 200: the page shows its first
# password, once.

_OLD, _NEW = "a long word for tests", "a longer word for tests"

SENT: Sent = {
    "/login/": lambda _: {"username": "chief", "password": _OLD},
    "/password/": lambda _: {"old_password": _OLD, "new_password1": _NEW, "new_password2": _NEW},
    "/language/": lambda _: {"language": "en", "next": "/login/"},
    "/people/new/": lambda t: {
        "username": "new", "name": "New", "role": "chief", "organisation": t.organisation, "is_active": "on",
    },
    "/people/{person}/": lambda t: {
        "username": "chief", "name": "New name", "role": "chief", "organisation": t.organisation, "is_active": "on",
    },
    "/organisations/new/": lambda _: {"name": "新单位"},
    "/organisations/{organisation}/": lambda _: {"name": "链长办公室", "name_en": "Office of the chief"},
}  # fmt: skip
