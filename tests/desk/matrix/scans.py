"""Data and scans: the analyst works on them, the auditor looks on, for everybody else they are not there."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from . import Sent

TABLE = """
address                               nobody  analyst promoter scientist district leader  chief   auditor admin
/data/                                302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/data/{dataset}/                      302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/data/99999/                          302/302 404/405 404/404  404/404   404/404  404/404 404/404 404/405 404/404
/data/upload/                         302/302 200/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/data/incoming/                       302/302 405/422 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/data/duty/firms/                     302/302 200/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/data/{dataset}/rejected/firms/       302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/data/{dataset}/rejected/firms/file/  302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/scans/                               302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/scans/ask/{dataset}/                 302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/scans/schedule/                      302/302 200/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/scans/schedule/end/                  302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/scans/{run}/                         302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/scans/{waiting}/                     302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/scans/{run}/progress/                302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/scans/{waiting}/cancel/              302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/scans/{run}/manifest/                302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
"""

_FIRMS = b"firm_id,name,city,output\nA1,Alpha,X,100\nA2,Beta,X,-5\n"

SENT: Sent = {
    "/data/upload/": lambda _: {
        "tables": [SimpleUploadedFile("firms.csv", _FIRMS)], "city": "X", "date": "2026-01-31",
    },
    "/data/incoming/": lambda _: {"name": "no-such-folder"},
    "/data/duty/firms/": lambda t: {"organisation": t.organisation, "months": 2},
    "/scans/schedule/": lambda _: {"rhythm": "weekly", "day": 7, "hour": 2},
}  # fmt: skip
