"""The description of the API by OpenAPI 3.1, as programs and people read it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse

from chainmend.desk.api import chains, entries, scans  # noqa: F401  (each opens its doors)
from chainmend.desk.api.doors import Token, api
from chainmend.desk.api.errors import problem
from chainmend.desk.api.examples import ANSWERS, PARAMETERS, PROBLEMS

_STATUS = {
    "200": "What was asked for.",
    "401": "No token, or one that is not valid.",
    "404": "It is not there, or not for the role of the person.",
    "422": "A parameter cannot be read, or has a name that nobody knows.",
    "429": "Too many wrong tokens came from this address.",
}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "`en` for English texts; Chinese otherwise.",
    "schema": {"type": "string"},
    "example": "en",
}


@cache
def described() -> dict[str, Any]:
    """Return the description: what ninja reads from the doors, with examples and what each status means."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1"))
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found["tags"] = [{"name": n} for n in ("Mend-list", "Chains", "Scans", "Record", "Access")]
    for path in found["paths"].values():
        _describe(path["get"])
    return found


def _describe(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            key = f"{operation['operationId']}.{parameter['name']}"
            parameter["example"], parameter["description"] = PARAMETERS[key]
    operation["parameters"].append(_LANGUAGE)
    operation["responses"] = {str(status): told for status, told in operation["responses"].items()}
    for status, told in operation["responses"].items():
        told["description"] = _STATUS[status]
        media = told["content"]["application/json"]
        media["example"] = ANSWERS[operation["operationId"]] if status == "200" else PROBLEMS[status]
    operation["responses"]["429"]["headers"] = {
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
    }
    operation["responses"]["401"]["headers"] = {
        "WWW-Authenticate": {"description": "How to show a token.", "schema": {"type": "string"}}
    }


@api.get("/openapi.json", auth=Token("use_api", frozenset()), include_in_schema=False)
def openapi(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  (ninja names it)
    """The description of the API."""
    return JsonResponse(described(), json_dumps_params={"ensure_ascii": False})


@api.get("/{path:rest}", auth=Token("use_api", frozenset()), include_in_schema=False)
def nothing(request: HttpRequest, rest: str) -> Any:  # noqa: ARG001
    """Say in JSON that there is nothing."""
    return problem(404)
