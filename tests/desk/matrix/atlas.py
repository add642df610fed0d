"""Cockpit, chain map and segment page: all of the city and the chain leaders; what each reads there differs."""

from __future__ import annotations

from . import Sent

TABLE = """
address                       nobody  analyst promoter scientist district leader  chief   auditor admin
/                             302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/chains/                      302/302 302/405 302/405  302/405   302/405  302/405 302/405 302/405 404/404
/chains/integrated-circuits/  302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/chains/integrated-circuits/?pull=ic.eda 302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/chains/no-such-cluster/      302/302 404/405 404/405  404/405   404/405  404/405 404/405 404/405 404/404
/segments/ic.eda/             302/302 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/404
/segments/no.such/            302/302 404/405 404/405  404/405   404/405  404/405 404/405 404/405 404/404
"""

SENT: Sent = {}
