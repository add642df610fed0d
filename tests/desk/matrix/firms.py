"""Firms, placements and targets: whoever decides nothing there reads, and to all others they are not there."""

from __future__ import annotations

from . import Sent

TABLE = """
address                      nobody  analyst promoter scientist district leader  chief   auditor admin
/firms/                      302/302 200/405 200/405  404/404   200/405  404/404 404/404 200/405 404/404
/firms/{here}/               302/302 200/405 200/405  404/404   200/405  404/405 404/404 200/405 404/404
/firms/{there}/              302/302 200/405 200/405  404/404   404/405  404/405 404/404 200/405 404/404
/firms/no-such-firm/         302/302 404/405 404/405  404/404   404/405  404/405 404/404 404/405 404/404
/our-firm/                   302/302 404/404 404/404  404/404   404/404  200/405 404/404 404/404 404/404
/placements/                 302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/placements/decide/          302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/placements/segments/        302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/placements/accuracy/        302/302 200/405 404/404  404/404   404/404  404/404 404/404 200/405 404/404
/placements/accuracy/draw/   302/302 405/302 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/placements/accuracy/judge/  302/302 405/404 404/404  404/404   404/404  404/404 404/404 404/404 404/404
/targets/                    302/302 200/405 200/405  404/404   404/404  404/404 200/405 200/405 404/404
/targets/talk/               302/302 404/404 405/404  404/404   404/404  404/404 404/404 404/404 404/404
/targets/export/             302/302 200/405 200/405  404/404   404/404  404/404 200/405 200/405 404/404
"""
# What a form names and is not there (a sample, an entry to attract for) answers 404.

SENT: Sent = {
    "/placements/decide/": lambda t: {"firm": t.here, "verdict": "none", "tab": "doubtful", "version": "0"},
    "/placements/accuracy/judge/": lambda _: {"sample": "99999", "firm": "F1", "verdict": "none"},
    "/targets/talk/": lambda _: {
        "entry": "no-such-entry",
        "firm": "F1",
        "state": "contacted",
        "version": "0",
    },
}
