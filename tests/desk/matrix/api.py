"""The API answers a browser that is logged in as it answers a token; nothing is changed there but one's own tokens."""

from __future__ import annotations

from . import Sent

TABLE = """
address                      nobody  analyst promoter scientist district leader  chief   auditor admin
/tokens/                     302/302 200/200 200/200  200/200   200/200  200/200 200/200 200/200 404/404
/tokens/{token}/revoke/      302/302 405/302 405/404  405/404   405/404  405/404 405/404 405/404 404/404
/api/v1/me                   401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/entries              401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/entries/{near}       401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/entries/{far}        401/405 200/405 200/405  200/405   404/405  404/405 200/405 200/405 404/405
/api/v1/clusters             401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/chains               401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/chains/ic            401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/segments/ic.eda      401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/segments/no.such     401/405 404/405 404/405  404/405   404/405  404/405 404/405 404/405 404/405
/api/v1/scans                401/405 200/405 404/405  404/405   404/405  404/405 404/405 200/405 404/405
/api/v1/scans/{run}          401/405 200/405 404/405  404/405   404/405  404/405 404/405 200/405 404/405
/api/v1/record               401/405 404/405 404/405  404/405   404/405  404/405 404/405 200/405 404/405
/api/v1/openapi.json         401/405 200/405 200/405  200/405   200/405  200/405 200/405 200/405 404/405
/api/v1/no/such              401/405 404/405 404/405  404/405   404/405  404/405 404/405 404/405 404/405
"""
# A new token answers 200: the page shows it, once. The token is the analyst's: to all others it is not there.

SENT: Sent = {"/tokens/": lambda _: {"name": "a program", "days": 30}}
