"""What the API says when it does not answer: JSON of one shape with what came, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import BaseModel, Field

from chainmend.i18n import _


class Wrong(BaseModel):
    """One parameter that cannot be read."""

    where: str = Field(description="Name of the parameter.")
    came: str = Field(description="What is the matter with it.")
    expected: str = Field(description="What would have been right.")


class Problem(BaseModel):
    """Why there is no answer."""

    status: int = Field(description="The status of HTTP.")
    came: str = Field(description="What was found, in the language asked for.")
    expected: str | None = Field(description="What would have been right.")
    do: str | None = Field(description="What the reader can do about it.")
    fields: list[Wrong] = Field(
        description="The parameters that cannot be read; empty unless the status is 422."
    )


def problem(
    status: int,
    *,
    came: str = "",
    expected: str | None = None,
    do: str | None = None,
    fields: Iterable[Wrong] = (),
) -> HttpResponse:
    """Return the answer of an error; the texts that a status always has stand in for those not given.

    Parameters
    ----------
    status
        Of HTTP.
    came, expected, do
        As in `chainmend.errors`.
    fields
        What is wrong with which parameter.
    """
    usual = _usual(status)
    told = Problem(
        status=status,
        came=came or usual[0],
        expected=expected or usual[1],
        do=do or usual[2],
        fields=list(fields),
    )
    response = JsonResponse(told.model_dump(), status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="chainmend"'
    return response


def _usual(status: int) -> tuple[str, str | None, str | None]:
    found: Mapping[int, tuple[str, str | None, str | None]] = {
        400: (_("What was sent cannot be read"), None, _("check the address and its headers")),
        401: (
            _("no token, or one that is not valid"),
            _("the header Authorization: Bearer and a token that lives"),
            _("make a token on the page Access by program"),
        ),
        404: (
            _("There is nothing here for you"),
            _("an address and an id of the description"),
            _("read the description at /api/v1/openapi.json"),
        ),
        405: (_("this API is for reading alone"), "GET", None),
        422: (_("a parameter that cannot be read"), None, _("correct the parameters named")),
        429: (_("too many wrong tokens from this address"), None, _("wait, then send a token that lives")),
    }
    return found.get(
        status, (_("The desk failed"), None, _("Tell the administrator when; the log says why."))
    )


def _expected(error: Mapping[str, Any]) -> str:
    """What a parameter should have been."""
    told, ctx = str(error.get("type", "")), error.get("ctx", {})
    if told == "literal_error":
        return _("one of: {names}").format(names=str(ctx["expected"]).replace("'", "").replace(" or ", ", "))
    if told.startswith("int_"):
        return _("a whole number")
    if told in ("greater_than_equal", "less_than_equal"):
        sign, bound = next(iter(ctx.items()))
        return (
            _("a number of at least {n}").format(n=bound)
            if sign == "ge"
            else _("a number of at most {n}").format(n=bound)
        )
    if told == "string_too_long":
        return _("{n} letters at most").format(n=ctx["max_length"])
    if told == "string_pattern_mismatch":
        return _("text of the form {form}").format(form=ctx["pattern"])
    if told.startswith("bool_"):
        return "true, false"
    return str(error.get("msg", ""))


def _unread(request: HttpRequest, error: Any) -> HttpResponse:
    fields = []
    for one in error.errors:
        name = str(one["loc"][-1])
        sent = request.GET.get(name, "") if one["loc"][0] == "query" else str(one.get("input", ""))
        fields.append(Wrong(where=name, came=sent[:80], expected=_expected(one)))
    return problem(422, fields=fields)


def _status(_request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(error.status_code)
    if isinstance(error, Throttled) and error.wait:
        response["Retry-After"] = str(error.wait)
    return response


def answer_errors(api: NinjaAPI) -> None:
    """Let an API answer every error in this shape."""
    from django.http import Http404

    api.add_exception_handler(ValidationError, _unread)
    api.add_exception_handler(HttpError, _status)
    api.add_exception_handler(Http404, lambda _request, _error: problem(404))
