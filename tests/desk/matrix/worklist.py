"""The list: a district officer and a chain leader know of their own entries only, an administrator of none."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chainmend.desk.worklist.models import Entry

from . import Sent

TABLE = """
address                    nobody  analyst promoter scientist district leader  chief   auditor admin
/list/                     302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/list/export/              302/302 200/405 200/405  200/405   200/405  404/404 200/405 200/405 404/404
/list/assign/              302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/list/{near}/              302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/list/{far}/               302/302 200/405 200/405  200/405   404/405  404/405 200/405 200/405 404/404
/list/no-such-entry/       302/302 404/405 404/405  404/405   404/405  404/405 404/405 404/405 404/404
/list/{near}/move/         302/302 405/302 405/422  405/422   405/422  405/422 405/422 405/422 404/404
/list/{far}/move/          302/302 405/302 405/422  405/422   405/404  405/404 405/422 405/422 404/404
/list/{near}/remind/       302/302 405/302 404/404  404/404   404/404  404/404 405/302 404/404 404/404
/list/{far}/remind/        302/302 405/302 404/404  404/404   404/404  404/404 405/302 404/404 404/404
/list/{near}/talk/         302/302 405/302 405/302  405/302   405/302  405/302 405/302 404/404 404/404
/list/{far}/talk/          302/302 405/302 405/302  405/302   405/404  405/404 405/302 404/404 404/404
/list/{near}/file/{word}/  302/302 200/405 200/405  200/405   200/405  404/405 200/405 200/405 404/404
/list/{near}/file/{said}/  302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/list/{far}/file/{lost}/   302/302 200/405 200/405  200/405   404/405  404/405 200/405 200/405 404/404
/record/                   302/302 404/404 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/record/events/            302/302 404/404 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/my-work/                  302/302 200/405 200/405  200/405   200/405  200/405 200/405 404/404 404/404
/verify/                   302/302 404/404 404/404  404/404   404/404  200/405 404/404 404/404 404/404
/needs/{need}/judge/       302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/needs/99999/judge/        302/302 405/404 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/needs/                    302/302 200/404 404/404  404/404   404/404  200/302 200/404 200/404 404/404
"""
# A move that is not for the role answers 422 with the entry beside it, for who may see the entry: it is no secret.


def _day() -> str:
    return (timezone.localdate() + dt.timedelta(days=19)).isoformat()


def _version(pk: str) -> int:
    return Entry.objects.get(pk=pk).version


SENT: Sent = {
    "/list/assign/": lambda t: {
        "entry": f"{t.far}:{_version(t.far)}", "owner": t.organisation, "remedy": "attract", "due": _day(),
    },
    "/list/{near}/move/": lambda t: {
        "action": "reschedule", "version": _version(t.near), "due": _day(), "reason": "the talks go on",
    },
    "/list/{far}/move/": lambda t: {"action": "reject", "version": _version(t.far), "reason": "counted twice"},
    "/list/{near}/talk/": lambda _: {"text": "seen"},
    "/list/{far}/talk/": lambda _: {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 a page")},
    "/needs/{need}/judge/": lambda _: {"verdict": "accepted", "answer": "it goes in"},
    "/needs/99999/judge/": lambda _: {"verdict": "accepted"},
    "/needs/": lambda _: {"segment": "ic.eda", "text": "tools for 7 nm"},
}  # fmt: skip
